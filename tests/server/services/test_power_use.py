"""A use of a village power from its beginning to its end, or to its correction, on both databases."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from server.db.audit import iterate_audit
from server.db.power_use import PowerUseEntryRow, list_entries
from server.domain.people import Actor, Desk, Role
from server.domain.power_use import EntryKind, Finding, StepOutOfTurn, UseRefused, UseState
from server.domain.vote import Count, CountWrong
from server.services.audit import verify_audit
from server.services.power_use import (
    BROKEN_BY_CORRECTION,
    MAX_NOTE,
    MAX_TITLE,
    LaterStepsBroken,
    RecordedMeanwhile,
    StepReport,
    UseHidden,
    answer_flag,
    begin_use,
    correct_entry,
    record,
    report_outside,
    stop_use,
)
from server.services.power_use_page import (
    correction_form,
    list_power_uses,
    list_uses,
    list_village_uses,
    public_use,
    use_page,
)
from tests.factories import (
    COUNTY_HEAD,
    FICTITIOUS_ID,
    LUHN_CARD,
    SUPERVISOR,
    TOWNSHIP,
    TOWNSHIP_CIVIL,
    VILLAGE,
    VILLAGE_AGENT,
)
from tests.power_uses import CATALOGUE, begun_use, walked_use

TODAY = date(2026, 9, 14)
SECOND_AGENT = replace(VILLAGE_AGENT, account_id="cun-daiban-2", display_name="林试用")
NEIGHBOUR = Actor(
    "lin-cun",
    "邻示例",
    Role.VILLAGE_AGENT,
    Desk(
        "村级组织",
        next(
            place.id
            for place in CATALOGUE.regions.list_level("village")
            if place.parent_id == TOWNSHIP and place.id != VILLAGE
        ),
    ),
)


def said(installation, use_id: str, position: int, step_id: str, actor=VILLAGE_AGENT, **changes) -> None:
    report = StepReport(**{"position": position, "step_id": step_id, "done_on": TODAY, **changes})
    with installation.begin() as work:
        record(work, actor, use_id, report)


def corrected(installation, use_id: str, corrects: int, reason="人数抄错了一位。", *, sure=False, **changes) -> None:
    with installation.begin() as work:
        page = use_page(work, VILLAGE_AGENT, use_id)
        target = next(step for step in page.steps if step.position == corrects)
        standing = target.standing
        numbers = dict(standing.numbers)
        count = Count(numbers["应到"], numbers.get("实到"), numbers.get("赞成")) if numbers else None
        stated = {
            "position": page.entries + 1,
            "step_id": target.step_id,
            "done_on": standing.done_on,
            "presided_by": standing.presided_by,
            "note": standing.note,
            "rule_id": standing.rule_id,
            "count": count,
            "branch": standing.branch,
        }
        correct_entry(
            work, VILLAGE_AGENT, use_id, corrects, StepReport(**{**stated, **changes}), reason, accept_stop=sure
        )


def page_of(installation, use_id: str, actor=VILLAGE_AGENT):
    with installation.look() as work:
        return use_page(work, actor, use_id)


def flagged(installation, title="村集体出车接送", reason="清单里没有接送这一项。") -> str:
    with installation.begin() as work:
        return report_outside(work, VILLAGE_AGENT, uuid4().hex, title, reason).id


class TestBeginning:
    def test_a_use_keeps_the_power_and_its_rules_as_they_were(self, installation):
        use_id = begun_use(installation, "Q-GC-01")
        changed = CATALOGUE.get_power("Q-GC-01").model_copy(update={"name": "改过的名字", "steps": ()})
        catalogue = CATALOGUE.with_entries("power", [changed])
        later = replace(installation, tools=replace(installation.tools, catalogue=catalogue))
        page = page_of(later, use_id)
        assert page.power == CATALOGUE.get_power("Q-GC-01")
        assert page.next_steps[0].step.id == "s1"

    def test_the_same_form_twice_begins_one_use(self, installation):
        use_id = uuid4().hex
        for _ in range(2):
            with installation.begin() as work:
                assert begin_use(work, VILLAGE_AGENT, use_id, "Q-CG-01", "采购示范灯泡").id == use_id
        with installation.look() as work:
            assert len(list_uses(work, VILLAGE_AGENT)) == 1

    def test_a_forms_id_is_not_used_for_anything_else(self, installation):
        use_id = uuid4().hex
        with installation.begin() as work:
            begin_use(work, VILLAGE_AGENT, use_id, "Q-CG-01", "采购示范灯泡")
        for actor, title in ((VILLAGE_AGENT, "另一件事情"), (NEIGHBOUR, "采购示范灯泡")):
            with pytest.raises(UseRefused, match="已经用过了"), installation.begin() as work:
                begin_use(work, actor, use_id, "Q-CG-01", title)
        with pytest.raises(UseRefused), installation.begin() as work:
            begin_use(work, VILLAGE_AGENT, "../../etc", "Q-CG-01", "采购示范灯泡")

    def test_an_unknown_power_is_refused_and_the_flag_is_offered(self, installation):
        with pytest.raises(UseRefused, match=r"没有编码为“Q-XX-99”的权力.*清单外"), installation.begin() as work:
            begin_use(work, VILLAGE_AGENT, uuid4().hex, "Q-XX-99", "不知道什么事")

    def test_a_suspended_power_is_refused_with_the_reason(self, installation):
        catalogue = CATALOGUE.with_entries("power", [], suspended={"Q-CG-01": "暂停办理：等新的采购办法"})
        here = replace(installation, tools=replace(installation.tools, catalogue=catalogue))
        with (
            pytest.raises(UseRefused, match="“零星物资采购”暂停办理：等新的采购办法。不能再开始新的"),
            here.begin() as work,
        ):
            begin_use(work, VILLAGE_AGENT, uuid4().hex, "Q-CG-01", "采购示范灯泡")

    def test_a_use_begun_before_its_power_was_suspended_goes_on(self, installation):
        use_id = begun_use(installation, "Q-CG-01")
        catalogue = CATALOGUE.with_entries("power", [], suspended={"Q-CG-01": "暂停办理：等新的采购办法"})
        said(replace(installation, tools=replace(installation.tools, catalogue=catalogue)), use_id, 1, "s1")
        assert page_of(installation, use_id).entries == 1

    @pytest.mark.parametrize("title", ["", "  ", "三个字", "长" * (MAX_TITLE + 1)])
    def test_a_matter_is_named_neither_too_short_nor_too_long(self, installation, title):
        with pytest.raises(UseRefused, match="事由"), installation.begin() as work:
            begin_use(work, VILLAGE_AGENT, uuid4().hex, "Q-CG-01", title)

    @pytest.mark.parametrize("actor", [SUPERVISOR, TOWNSHIP_CIVIL, COUNTY_HEAD], ids=lambda actor: actor.role)
    def test_nobody_but_a_village_agent_begins_one(self, installation, actor):
        with pytest.raises(UseRefused, match="由本村代办员登记"), installation.begin() as work:
            begin_use(work, actor, uuid4().hex, "Q-CG-01", "采购示范灯泡")
        with pytest.raises(UseRefused, match="由本村代办员登记"), installation.begin() as work:
            report_outside(work, actor, uuid4().hex, "村集体出车接送", "清单里没有接送这一项。")


class TestRecording:
    def test_a_use_walks_to_its_end_and_is_completed(self, installation):
        use_id = walked_use(installation, "Q-GC-01")
        page = page_of(installation, use_id)
        assert (page.state, page.next_steps) == (UseState.COMPLETED, ())
        assert page.closed_at is not None
        assert [step.step_id for step in page.steps] == ["s1", "s2", "s3", "s4", "s6", "s7", "s8", "s9"]

    @pytest.mark.parametrize("code", ["Q-ZD-04", "Q-RS-03", "Q-MS-01", "Q-ZC-04", "Q-DW-05", "Q-GY-03"])
    def test_so_do_uses_of_other_shapes(self, installation, code):
        assert page_of(installation, walked_use(installation, code)).state == UseState.COMPLETED

    def test_a_step_out_of_turn_leaves_nothing_behind(self, installation):
        use_id = begun_use(installation)
        with pytest.raises(StepOutOfTurn, match="现在能记的是：“提议"):
            said(installation, use_id, 1, "s4")
        assert page_of(installation, use_id).entries == 0

    def test_a_void_meeting_is_recorded_for_everybody_to_see_and_held_again(self, installation):
        use_id = walked_use(installation, to="s3", start_on=TODAY)
        meeting = {"presided_by": "陈示范", "rule_id": "representatives"}
        said(installation, use_id, 4, "s4", count=Count(60, 38), **meeting)
        page = page_of(installation, use_id)
        assert page.next_steps[0].step.id == "s4"
        assert page.next_steps[0].again == "not_valid"
        assert "不能表决。请另行召集。" in page.steps[-1].first.verdict
        said(installation, use_id, 5, "s4", count=Count(60, 45, 40), branch="通过", **meeting)
        page = page_of(installation, use_id)
        assert [step.time for step in page.steps if step.step_id == "s4"] == [1, 2]
        assert page.next_steps[0].step.id == "s6"

    def test_a_meeting_names_who_presided(self, installation):
        use_id = walked_use(installation, to="s3", start_on=TODAY)
        with pytest.raises(UseRefused, match="谁主持"):
            said(installation, use_id, 4, "s4", rule_id="representatives", count=Count(60, 45, 40), branch="通过")

    def test_a_day_to_come_is_refused(self, installation):
        use_id = begun_use(installation)
        with pytest.raises(UseRefused, match="不能在今天"):
            said(installation, use_id, 1, "s1", done_on=TODAY + timedelta(days=1))

    def test_today_is_beihais_day_and_not_londons(self, installation, clock):
        clock.move_to(clock.now().replace(hour=17))  # past midnight in Beihai
        use_id = begun_use(installation)
        said(installation, use_id, 1, "s1", done_on=TODAY + timedelta(days=1))
        assert page_of(installation, use_id).entries == 1

    def test_an_entry_made_days_after_says_so(self, installation):
        use_id = begun_use(installation)
        said(installation, use_id, 1, "s1", done_on=TODAY - timedelta(days=2))
        said(installation, use_id, 2, "s2", done_on=TODAY - timedelta(days=1))
        assert [step.first.late for step in page_of(installation, use_id).steps] == [True, False]

    def test_numbers_are_masked_before_they_are_kept(self, installation):
        with installation.begin() as work:
            use_id = begin_use(work, VILLAGE_AGENT, uuid4().hex, "Q-CG-01", "向13800000000采购").id
        said(installation, use_id, 1, "s1", presided_by=f"陈示范 {FICTITIOUS_ID}", note=f"打到{LUHN_CARD}。")
        with installation.look() as work:
            kept = str(work.session.execute(text("SELECT * FROM power_use_entry")).all())
            kept += str(work.session.execute(text("SELECT * FROM power_use")).all())
        for secret in ("13800000000", FICTITIOUS_ID, LUHN_CARD):
            assert secret not in kept
        assert "陈示范" in kept

    def test_a_note_has_its_length(self, installation):
        use_id = begun_use(installation)
        with pytest.raises(UseRefused, match="最多写300个字，现在有301个"):
            said(installation, use_id, 1, "s1", note="长" * (MAX_NOTE + 1))

    def test_a_stopped_use_takes_nothing_more_and_tells_why(self, installation):
        use_id = walked_use(installation, to="s2")
        for _ in range(2):
            with installation.begin() as work:
                stop_use(work, VILLAGE_AGENT, use_id, "资金没有落实，不办了。")
        page = page_of(installation, use_id)
        assert (page.state, page.reason) == (UseState.STOPPED, "资金没有落实，不办了。")
        with pytest.raises(UseRefused, match="“已停止”，不能再记"):
            said(installation, use_id, 3, "s3")
        with pytest.raises(UseRefused, match="至少5个字"), installation.begin() as work:
            stop_use(work, VILLAGE_AGENT, begun_use(installation), "不办")


class TestTwoAtOnce:
    def test_the_second_is_told_and_nothing_is_recorded_twice(self, installation):
        use_id = begun_use(installation)
        said(installation, use_id, 1, "s1", actor=SECOND_AGENT)
        with pytest.raises(RecordedMeanwhile, match="刚才已经有人记了一条（林试用"):
            said(installation, use_id, 1, "s1", note="我也记一条。")
        assert page_of(installation, use_id).entries == 1

    def test_the_same_form_again_is_taken_once(self, installation):
        use_id = begun_use(installation)
        for _ in range(2):
            said(installation, use_id, 1, "s1", note="电话13800000000")
        assert page_of(installation, use_id).entries == 1

    def test_a_form_sent_again_after_the_use_went_on_is_still_the_same(self, installation):
        use_id = begun_use(installation)
        said(installation, use_id, 1, "s1")
        said(installation, use_id, 2, "s2")
        said(installation, use_id, 1, "s1")
        assert page_of(installation, use_id).entries == 2

    def test_ten_hands_at_one_moment_record_one_step(self, installation):
        use_id = begun_use(installation)
        outcomes: list[str] = []
        together = threading.Barrier(10)

        def press(number: int) -> None:
            together.wait()
            try:
                said(installation, use_id, 1, "s1", note=f"第{number}只手")
                outcomes.append("recorded")
            except RecordedMeanwhile:
                outcomes.append("told")

        hands = [threading.Thread(target=press, args=(number,)) for number in range(10)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        assert sorted(outcomes) == ["recorded"] + ["told"] * 9
        with installation.look() as work:
            assert len(list_entries(work.session, use_id)) == 1


class TestCorrections:
    def test_stand_beside_the_old_with_their_reason(self, installation):
        use_id = walked_use(installation, to="s6")
        before = page_of(installation, use_id).steps[3].first
        corrected(installation, use_id, 4, count=Count(800, 500, 300))
        [step] = [step for step in page_of(installation, use_id).steps if step.position == 4]
        assert step.first == before
        assert [entry.reason for entry in step.corrections] == ["人数抄错了一位。"]
        assert dict(step.standing.numbers) == {"应到": 800, "实到": 500, "赞成": 300}

    def test_of_a_correction_stand_after_it_and_the_last_one_holds(self, installation):
        use_id = walked_use(installation, to="s6")
        corrected(installation, use_id, 4, count=Count(800, 500, 300))
        corrected(installation, use_id, 4, "又核对了一遍签到册。", count=Count(800, 510, 300))
        [step] = [step for step in page_of(installation, use_id).steps if step.position == 4]
        assert [dict(entry.numbers)["实到"] for entry in (step.first, *step.corrections)] == [31, 500, 510]

    def test_are_checked_by_the_rule_again(self, installation):
        use_id = walked_use(installation, to="s4")
        with pytest.raises(CountWrong, match="比应到800人还多"):
            corrected(installation, use_id, 4, count=Count(800, 801, 300))
        with pytest.raises(UseRefused, match="结果只能选“未通过”"):
            corrected(installation, use_id, 4, count=Count(800, 500, 250))
        corrected(installation, use_id, 4, count=Count(800, 500, 250), branch="未通过")
        assert page_of(installation, use_id).next_steps[0].step.id == "s5"

    def test_that_undo_what_followed_are_asked_about_and_end_the_use(self, installation):
        use_id = walked_use(installation, "Q-GC-01")
        failed = {"count": Count(800, 500, 250), "branch": "未通过"}
        with pytest.raises(LaterStepsBroken, match="这次用权到此为止"):
            corrected(installation, use_id, 4, **failed)
        assert page_of(installation, use_id).state == UseState.COMPLETED
        corrected(installation, use_id, 4, sure=True, **failed)
        page = page_of(installation, use_id)
        assert page.state == UseState.STOPPED
        assert page.reason == f"{BROKEN_BY_CORRECTION}人数抄错了一位。"
        assert page.steps[3].standing.branch == "未通过"

    def test_of_the_last_step_reopen_a_use_that_was_completed(self, installation):
        use_id = walked_use(installation, "Q-DW-03", to="s6")
        assert page_of(installation, use_id).state == UseState.COMPLETED
        corrected(installation, use_id, 4, sure=True, branch="符合")
        assert page_of(installation, use_id).state == UseState.STOPPED
        use_id = walked_use(installation, "Q-JD-02", to="s2")
        corrected(installation, use_id, 2, branch="是")
        assert page_of(installation, use_id).next_steps[0].step.id == "s5"

    def test_need_a_reason_and_a_change_and_an_entry(self, installation):
        use_id = walked_use(installation, to="s2")
        with pytest.raises(UseRefused, match="更正的原因"):
            corrected(installation, use_id, 1, "", note="改了。")
        with pytest.raises(UseRefused, match="和原来记的一样"):
            corrected(installation, use_id, 1)
        report = StepReport(3, "s1", TODAY)
        for missing in (0, 9):
            with pytest.raises(UseRefused, match="没有找到要更正的"), installation.begin() as work:
                correct_entry(work, VILLAGE_AGENT, use_id, missing, report, "写错了一个字。")

    def test_never_turn_one_step_into_another(self, installation):
        use_id = walked_use(installation, to="s2")
        corrected(installation, use_id, 1, step_id="s9", kind=EntryKind.OUTCOME, note="改了。")
        with installation.look() as work:
            row = list_entries(work.session, use_id)[2]
        assert (row.kind, row.step_id, row.corrects) == ("correction", "s1", 1)

    def test_sent_twice_are_made_once(self, installation):
        use_id = walked_use(installation, to="s2")
        report = StepReport(3, "s2", TODAY, note="补一句说明。")
        for _ in range(2):
            with installation.begin() as work:
                correct_entry(work, VILLAGE_AGENT, use_id, 2, report, "漏了一句说明。")
        assert page_of(installation, use_id).entries == 3

    def test_made_days_later_are_no_late_entries(self, installation):
        use_id = begun_use(installation)
        said(installation, use_id, 1, "s1")
        installation.tools.clock.move_to(installation.tools.clock.now() + timedelta(days=30))
        corrected(installation, use_id, 1, note="补一句说明。")
        [step] = page_of(installation, use_id).steps
        assert (step.first.late, step.standing.late) == (False, False)


class TestOutsideTheList:
    def test_is_kept_flagged_and_goes_nowhere(self, installation):
        use_id = flagged(installation)
        page = page_of(installation, use_id)
        assert (page.state, page.state_label) == (UseState.OUTSIDE_LIST, "清单外用权，待乡镇核查")
        assert (page.power, page.next_steps) == (None, ())
        with pytest.raises(UseRefused, match="要等乡镇核查，不能记步骤"):
            said(installation, use_id, 1, "s1")
        with pytest.raises(UseRefused, match="要等乡镇核查"), installation.begin() as work:
            stop_use(work, VILLAGE_AGENT, use_id, "自己停掉算了。")

    def test_comes_first_on_the_supervisors_list(self, installation):
        first = flagged(installation)
        begun_use(installation)
        with installation.look() as work:
            assert list_uses(work, SUPERVISOR)[0].id == first

    @pytest.mark.parametrize(
        ("finding", "label"), [(Finding.IMPROPER, "不当，已责令纠正"), (Finding.NO_SUCH_MATTER, "没有这回事")]
    )
    def test_is_closed_by_a_finding_everybody_can_read(self, installation, finding, label):
        use_id = flagged(installation)
        with installation.begin() as work:
            answer_flag(work, SUPERVISOR, use_id, finding, "已经到村核对，电话13800000000。")
        with installation.look() as work:
            page = public_use(work, use_id)
        assert (page.state, page.finding) == (UseState.OUTSIDE_ANSWERED, label)
        assert "13800000000" not in page.finding_words

    def test_found_to_be_in_the_list_names_the_power(self, installation):
        use_id = flagged(installation)
        with pytest.raises(UseRefused, match="没有编码"), installation.begin() as work:
            answer_flag(work, SUPERVISOR, use_id, Finding.IN_LIST, "清单里有这一项。", "")
        with installation.begin() as work:
            answer_flag(work, SUPERVISOR, use_id, Finding.IN_LIST, "清单里有这一项。", "Q-GY-04")
        assert page_of(installation, use_id).finding_power == ("Q-GY-04", "社会捐赠款物接收和使用")

    def test_is_answered_once_and_only_by_the_supervisor(self, installation):
        use_id = flagged(installation)
        for actor in (VILLAGE_AGENT, TOWNSHIP_CIVIL):
            with pytest.raises(UseRefused, match="由电子监察员核查"), installation.begin() as work:
                answer_flag(work, actor, use_id, Finding.IMPROPER, "自己给自己下结论。")
        with installation.begin() as work:
            answer_flag(work, SUPERVISOR, use_id, Finding.IMPROPER, "已经责令退还。")
        with pytest.raises(UseRefused, match="不用核查"), installation.begin() as work:
            answer_flag(work, SUPERVISOR, use_id, Finding.NO_SUCH_MATTER, "换一个结论。")
        with pytest.raises(UseRefused, match="“正在办”，不用核查"), installation.begin() as work:
            answer_flag(work, SUPERVISOR, begun_use(installation), Finding.IMPROPER, "这个不是清单外。")


class TestWhoReads:
    def test_the_own_village_and_those_above_it(self, installation):
        use_id = begun_use(installation)
        for actor in (VILLAGE_AGENT, SECOND_AGENT, TOWNSHIP_CIVIL, SUPERVISOR):
            assert page_of(installation, use_id, actor).may_record is (actor.role is Role.VILLAGE_AGENT)

    def test_to_anybody_else_it_is_as_if_there_were_none(self, installation):
        use_id = begun_use(installation)
        for actor in (NEIGHBOUR, COUNTY_HEAD, replace(SUPERVISOR, desk=Desk("督查", "450502"))):
            for wanted in (use_id, uuid4().hex):
                with pytest.raises(UseHidden):
                    page_of(installation, wanted, actor)
                with pytest.raises(UseHidden):
                    said(installation, wanted, 1, "s1", actor=actor)
                with pytest.raises(UseHidden), installation.begin() as work:
                    correct_entry(work, actor, wanted, 1, StepReport(1, "s1", TODAY), "写错了一个字。")

    def test_those_above_write_nothing_into_the_record(self, installation):
        use_id = begun_use(installation)
        for actor in (TOWNSHIP_CIVIL, SUPERVISOR):
            with pytest.raises(UseRefused, match="由本村代办员登记"):
                said(installation, use_id, 1, "s1", actor=actor)
            with pytest.raises(UseHidden), installation.look() as work:
                correction_form(work, actor, use_id, 1)

    def test_lists_hold_the_own_village_or_region_only(self, installation):
        begun_use(installation, title="本村的示范事项")
        begun_use(installation, title="邻村的示范事项", actor=NEIGHBOUR)
        with installation.look() as work:
            assert [line.title for line in list_uses(work, VILLAGE_AGENT)] == ["本村的示范事项"]
            assert len(list_uses(work, TOWNSHIP_CIVIL)) == len(list_uses(work, SUPERVISOR)) == 2
            with pytest.raises(UseHidden):
                list_uses(work, COUNTY_HEAD)


class TestThePublic:
    def test_reads_a_villages_uses_newest_first_with_their_state(self, installation):
        first = walked_use(installation, "Q-CG-01", title="先办的示范采购")
        installation.tools.clock.move_to(installation.tools.clock.now() + timedelta(hours=1))
        second = begun_use(installation, title="后办的示范道路")
        begun_use(installation, title="邻村的示范事项", actor=NEIGHBOUR)
        with installation.look() as work:
            uses = list_village_uses(work, VILLAGE)
        assert [line.id for line in uses.lines] == [second, first]
        assert [line.state_label for line in uses.lines] == ["正在办", "已办完"]
        assert uses.lines[1].standing == "报账公开"
        assert uses.total == 2

    def test_reads_a_powers_uses_of_every_village(self, installation):
        for actor in (VILLAGE_AGENT, NEIGHBOUR):
            begun_use(installation, "Q-CG-01", actor=actor)
        begun_use(installation, "Q-GC-01")
        with installation.look() as work:
            assert len(list_power_uses(work, "Q-CG-01").lines) == 2

    def test_of_a_power_that_concerns_persons_reads_the_count_alone(self, installation):
        power = CATALOGUE.get_power("Q-GY-03")
        quiet = power.model_copy(update={"disclosure": power.disclosure.model_copy(update={"counts_only": True})})
        catalogue = CATALOGUE.with_entries("power", [quiet])
        here = replace(installation, tools=replace(installation.tools, catalogue=catalogue))
        use_id = begun_use(here, "Q-GY-03", "示范邻里纠纷")
        with here.look() as work:
            uses = list_village_uses(work, VILLAGE)
            assert (uses.lines, uses.withheld, uses.total) == ((), (("民间纠纷人民调解", 1),), 1)
            assert list_power_uses(work, "Q-GY-03").lines == ()
            with pytest.raises(UseHidden):
                public_use(work, use_id)
        assert page_of(here, use_id, SUPERVISOR).title == "示范邻里纠纷"


class TestTheLog:
    def test_has_an_entry_for_every_write_and_nobodys_words(self, installation):
        use_id = walked_use(installation, to="s4", title="张三李四家的路")
        corrected(installation, use_id, 4, "王五抄错了数。", count=Count(800, 500, 300))
        with installation.begin() as work:
            stop_use(work, VILLAGE_AGENT, use_id, "赵六不同意，停了。")
        flag = flagged(installation)
        with installation.begin() as work:
            answer_flag(work, SUPERVISOR, flag, Finding.IMPROPER, "责令孙七纠正。")
        with installation.look() as work:
            rows = [row for row in iterate_audit(work.session) if row.action.startswith("power_use.")]
            assert verify_audit(work).broken_at is None
        assert [row.action.removeprefix("power_use.") for row in rows] == [
            "begun",
            *["step_recorded"] * 4,
            "corrected",
            "stopped",
            "flagged",
            "answered",
        ]
        log = str([(row.subject, row.detail) for row in rows])
        for name in ("张三", "王五", "赵六", "孙七"):
            assert name not in log
        assert "'due': 800" in log

    def test_keeps_every_entry_for_good(self, installation):
        use_id = walked_use(installation, to="s4")
        corrected(installation, use_id, 4, count=Count(800, 500, 300))
        with installation.look() as work:
            rows = work.session.query(PowerUseEntryRow).filter_by(use_id=use_id).all()
        assert [(row.position, row.corrects) for row in rows] == [(1, None), (2, None), (3, None), (4, None), (5, 4)]
