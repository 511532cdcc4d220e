"""Every power's flow chart can be walked, obeys its votes and its days, and refuses what is out of turn, in words."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.power import Power, PowerStep
from server.domain.people import Actor, Desk, Role
from server.domain.power_use import (
    Course,
    Entry,
    EntryKind,
    Flow,
    StepOutOfTurn,
    UseRefused,
    advance,
    after_correction,
    begin,
    is_late_entry,
    may_answer,
    may_read,
    may_record,
    over_on,
    read_course,
    require_real_day,
    runs_before_outcome,
)
from server.domain.vote import Count, CountWrong, VoteResult
from tests.factories import COUNTY, TOWNSHIP, VILLAGE
from tests.power_uses import (
    CALENDAR,
    CATALOGUE,
    entries_along,
    entries_of,
    failing,
    flow_for,
    passing,
    void,
    way_to,
)

CODES = sorted(CATALOGUE.powers)
MONDAY = date(2026, 9, 14)
REPRESENTATIVES = CATALOGUE.voting_rules["representatives"]


def vote(flow: Flow, step_id: str, count: Count, branch: str | None, day=MONDAY, rule="representatives") -> Entry:
    return Entry(step_id, day, rule_id=rule, count=count, branch=branch)


def course_at(flow: Flow, step_id: str) -> Course:
    """Just before `step_id`, the shortest way."""
    way = way_to(flow, step_id)[:-1]
    return read_course(flow, entries_along(flow, way), CALENDAR)


def small_power(*steps: dict) -> Flow:
    """A power of its own, for what the list of today does not hold."""
    whole = CATALOGUE.get_power("Q-ZD-01").model_dump(by_alias=True)
    made = Power.model_validate({**whole, "steps": [PowerStep(who="村委会", **step) for step in steps]})
    return Flow(made, CATALOGUE.voting_rules)


class TestEveryPower:
    @pytest.mark.parametrize("code", CODES)
    def test_leads_from_its_first_step_to_an_end(self, code):
        flow = flow_for(code)
        ends = [step.id for step in flow.power.steps if not step.next]
        for end in ends:
            assert read_course(flow, entries_along(flow, way_to(flow, end)), CALENDAR).finished

    @pytest.mark.parametrize("code", CODES)
    def test_has_no_step_that_cannot_be_recorded(self, code):
        flow = flow_for(code)
        for step in flow.power.steps:
            entries = entries_along(flow, way_to(flow, step.id))
            assert entries[-1].step_id == step.id

    @pytest.mark.parametrize("code", CODES)
    def test_refuses_every_step_out_of_turn_and_names_those_in_turn(self, code):
        flow = flow_for(code)
        first = flow.power.steps[0]
        for step in flow.power.steps[1:]:
            with pytest.raises(StepOutOfTurn, match="现在能记的是") as refused:
                advance(flow, begin(flow), Entry(step.id, MONDAY), CALENDAR)
            assert refused.value.allowed == (first.id,)
            assert step.what in str(refused.value)
            assert first.what in str(refused.value)

    @pytest.mark.parametrize("code", [code for code in CODES if any(step.vote for step in flow_for(code).power.steps)])
    def test_takes_no_vote_for_passed_that_failed_nor_the_other_way_round(self, code):
        flow = flow_for(code)
        for step in flow.power.steps:
            for rule in (flow.rules[name] for name in step.vote):
                course = course_at(flow, step.id)
                day = course.earliest_on(step.id) or MONDAY
                for numbers, wrong in ((failing(rule), step.labels[:1]), (passing(rule), step.labels[1:])):
                    for branch in wrong:
                        with pytest.raises(UseRefused, match="结果只能选"):
                            advance(flow, course, vote(flow, step.id, numbers, branch, day, rule.id), CALENDAR)

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_never_leaves_a_use_stuck_whatever_is_decided(self, data):
        flow = flow_for(data.draw(st.sampled_from(CODES)))
        course, day = begin(flow), date(2020, 1, 6)
        for _ in range(25):
            if course.finished:
                break
            step = flow.steps[course.allowed[0]]
            branch = data.draw(st.sampled_from(step.labels)) if step.labels else None
            for entry in entries_of(flow, course, step.id, branch, day):
                before, course = course, advance(flow, course, entry, CALENDAR)
                assert course.last_on >= (before.last_on or day)
        assert course.awaiting is None


class TestBranchesAndLoops:
    def test_a_branch_must_be_chosen_by_its_label(self):
        flow = flow_for("Q-RS-04")
        with pytest.raises(UseRefused, match=r"是否存在回避情形.*不存在或存在"):
            advance(flow, begin(flow), Entry("s1", MONDAY), CALENDAR)
        with pytest.raises(UseRefused, match="请选结果"):
            advance(flow, begin(flow), Entry("s1", MONDAY, branch="也许"), CALENDAR)
        assert advance(flow, begin(flow), Entry("s1", MONDAY, branch="不存在"), CALENDAR).allowed == ("s2",)

    def test_a_step_without_a_decision_takes_no_branch(self):
        flow = flow_for("Q-ZD-01")
        with pytest.raises(UseRefused, match="没有分支"):
            advance(flow, begin(flow), Entry("s1", MONDAY, branch="通过"), CALENDAR)

    def test_a_loop_leads_back_and_the_second_round_counts_its_days_anew(self):
        flow = flow_for("Q-RS-04")
        again = advance(flow, begin(flow), Entry("s1", MONDAY, branch="存在"), CALENDAR)
        assert again.allowed == ("s1",)
        assert advance(flow, again, Entry("s1", MONDAY, branch="不存在"), CALENDAR).allowed == ("s2",)

    def test_a_use_that_is_over_takes_nothing_more(self):
        flow = flow_for("Q-ZM-01")
        done = read_course(flow, entries_along(flow, way_to(flow, "s5")), CALENDAR)
        with pytest.raises(StepOutOfTurn, match="已经走完") as refused:
            advance(flow, done, Entry("s1", date(2030, 1, 1)), CALENDAR)
        assert refused.value.allowed == ()

    def test_a_step_nobody_knows_is_refused(self):
        with pytest.raises(StepOutOfTurn, match="现在不能记这一步"):
            advance(flow_for("Q-ZM-01"), begin(flow_for("Q-ZM-01")), Entry("s99", MONDAY), CALENDAR)


class TestVotes:
    flow = flow_for("Q-ZD-01")

    def at_the_vote(self) -> Course:
        return course_at(self.flow, "s4")

    def test_a_meeting_too_few_came_to_is_held_again_and_decides_nothing(self):
        course = self.at_the_vote()
        after = advance(self.flow, course, vote(self.flow, "s4", Count(60, 38), None), CALENDAR)
        assert (after.allowed, after.again) == (("s4",), VoteResult.NOT_VALID)
        for branch in ("通过", "未通过"):
            with pytest.raises(UseRefused, match="至少要40人，实到38人，不能表决。请另行召集"):
                advance(self.flow, course, vote(self.flow, "s4", Count(60, 38), branch), CALENDAR)
        held = advance(self.flow, after, vote(self.flow, "s4", Count(60, 40, 21), "通过"), CALENDAR)
        assert (held.allowed, held.again) == (("s6",), None)

    def test_a_valid_meeting_must_have_its_result(self):
        with pytest.raises(UseRefused, match="结果只能选“通过”"):
            advance(self.flow, self.at_the_vote(), vote(self.flow, "s4", Count(60, 40, 21), None), CALENDAR)

    def test_a_failed_vote_leads_back_to_deliberation(self):
        failed = advance(self.flow, self.at_the_vote(), vote(self.flow, "s4", Count(60, 40, 20), "未通过"), CALENDAR)
        assert failed.allowed == ("s5",)
        back = advance(self.flow, failed, Entry("s5", MONDAY), CALENDAR)
        assert back.allowed == ("s2",)

    def test_a_failed_vote_of_a_step_without_branches_cannot_go_on(self):
        flow = flow_for("Q-CG-03")
        after = advance(flow, course_at(flow, "s2"), vote(flow, "s2", Count(60, 40, 20), None), CALENDAR)
        assert (after.allowed, after.again) == (("s2",), VoteResult.FAILED)

    def test_the_body_must_be_one_the_step_allows(self):
        for rule in (None, "party_election"):
            with pytest.raises(UseRefused, match="请先选这次开的是什么会：村民会议"):
                advance(
                    self.flow, self.at_the_vote(), vote(self.flow, "s4", Count(60, 50, 40), "通过", rule=rule), CALENDAR
                )

    def test_impossible_numbers_are_no_meeting(self):
        with pytest.raises(CountWrong):
            advance(self.flow, self.at_the_vote(), vote(self.flow, "s4", Count(60, 61, 1), "通过"), CALENDAR)

    def test_a_signing_in_too_few_came_to_leads_back_to_fixing_the_meeting(self):
        flow = flow_for("Q-ZD-04")
        course = course_at(flow, "s4")
        day = course.earliest_on("s4")
        entry = vote(flow, "s4", Count(300, 199), "不足", day, "attend_households")
        assert advance(flow, course, entry, CALENDAR).allowed == ("s2",)

    def test_a_joint_proposal_needs_only_those_who_signed(self):
        flow = flow_for("Q-ZD-04")
        enough = vote(flow, "s1", Count(1999, None, 200), "达到", rule="propose_villagers")
        short = vote(flow, "s1", Count(1999, None, 199), "未达到", rule="propose_villagers")
        assert advance(flow, begin(flow), enough, CALENDAR).allowed == ("s2",)
        assert advance(flow, begin(flow), short, CALENDAR).allowed == ("s7",)


class TestDays:
    def test_no_step_is_dated_before_the_one_before_it(self):
        flow = flow_for("Q-ZD-01")
        after = advance(flow, begin(flow), Entry("s1", MONDAY), CALENDAR)
        with pytest.raises(UseRefused, match="不能早于上一步的2026年9月14日"):
            advance(flow, after, Entry("s2", MONDAY - timedelta(days=1)), CALENDAR)
        assert advance(flow, after, Entry("s2", MONDAY), CALENDAR).allowed == ("s3",)

    @pytest.mark.parametrize(
        ("days", "unit", "done_on", "last"),
        [
            (5, "calendar_day", date(2026, 9, 14), date(2026, 9, 19)),
            (10, "calendar_day", date(2026, 9, 4), date(2026, 9, 14)),
            (5, "working_day", date(2026, 9, 14), date(2026, 9, 20)),  # the Sunday is worked for 国庆
            (5, "working_day", date(2026, 9, 30), date(2026, 10, 13)),  # 国庆 lasts to the 7th, the 10th is worked
            (1, "working_day", date(2026, 9, 24), date(2026, 9, 28)),  # 中秋 falls between
        ],
    )
    def test_the_first_day_is_not_counted_and_days_off_are_no_working_days(self, days, unit, done_on, last):
        step = PowerStep(id="s1", who="村委会", what="公示", next=(), days=days, day_unit=unit)
        assert over_on(step, done_on, CALENDAR) == last

    def test_what_hangs_out_five_days_is_followed_on_the_day_after_the_fifth(self):
        flow = small_power(
            {"id": "s1", "what": "公示", "next": ("s2",), "days": 5, "day_unit": "calendar_day"},
            {"id": "s2", "what": "签合同", "next": ()},
        )
        after = advance(flow, begin(flow), Entry("s1", MONDAY), CALENDAR)
        assert after.earliest_on("s2") == date(2026, 9, 20)
        with pytest.raises(UseRefused, match="“公示”要满5个自然日（当天不算），最早2026年9月20日才能办这一步"):
            advance(flow, after, Entry("s2", date(2026, 9, 19)), CALENDAR)
        assert advance(flow, after, Entry("s2", date(2026, 9, 20)), CALENDAR).finished

    def test_days_within_which_a_step_must_be_done_keep_nobody_waiting(self):
        flow = small_power(
            {
                "id": "s1",
                "what": "3日内存入",
                "next": ("s2",),
                "days": 3,
                "day_unit": "calendar_day",
                "days_mean": "at_most",
            },
            {"id": "s2", "what": "核对", "next": ()},
        )
        after = advance(flow, begin(flow), Entry("s1", MONDAY), CALENDAR)
        assert advance(flow, after, Entry("s2", MONDAY), CALENDAR).finished

    def test_days_may_count_to_a_later_step_and_leave_those_between_free(self):
        before = {"days": 20, "day_unit": "calendar_day", "days_before": "s3"}
        flow = small_power(
            {"id": "s1", "what": "公布名单", "next": ("s2",), **before},
            {"id": "s2", "what": "申诉", "next": ("s3",)},
            {"id": "s3", "what": "投票", "next": ()},
        )
        after = read_course(flow, [Entry("s1", MONDAY), Entry("s2", MONDAY)], CALENDAR)
        assert after.earliest_on("s3") == date(2026, 10, 5)
        with pytest.raises(UseRefused, match="“公布名单”要满20个自然日"):
            advance(flow, after, Entry("s3", date(2026, 10, 4)), CALENDAR)
        assert advance(flow, after, Entry("s3", date(2026, 10, 5)), CALENDAR).finished

    def test_a_meeting_held_again_need_not_be_announced_anew_but_not_sooner_either(self):
        flow = flow_for("Q-ZC-06")
        course = course_at(flow, "s4")
        day = course.earliest_on("s4")
        rule = flow.rules["members_assembly"]
        void_meeting = vote(flow, "s4", void(rule), None, day, rule.id)
        after = advance(flow, course, void_meeting, CALENDAR)
        assert after.earliest_on("s4") == day

    @pytest.mark.parametrize("day", [MONDAY + timedelta(days=1), date(2012, 1, 1), date(226, 9, 14)])
    def test_a_day_to_come_or_an_impossible_year_is_refused(self, day):
        with pytest.raises(UseRefused, match="请核对日期"):
            require_real_day(day, MONDAY)

    def test_entered_two_days_after_is_late_and_the_next_morning_is_not(self):
        assert not is_late_entry(MONDAY, MONDAY)
        assert not is_late_entry(MONDAY, MONDAY + timedelta(days=1))
        assert is_late_entry(MONDAY, MONDAY + timedelta(days=2))


class TestNoticesWithAnOutcome:
    flow = flow_for("Q-MS-01")  # s5: 公示7天, 有无异议

    def hanging(self) -> Course:
        return advance(self.flow, course_at(self.flow, "s5"), Entry("s5", MONDAY), CALENDAR)

    def decide(self, branch: str, day: date) -> Course:
        return advance(self.flow, self.hanging(), Entry("s5", day, EntryKind.OUTCOME, branch=branch), CALENDAR)

    def test_begin_without_a_result_and_wait_for_it(self):
        with pytest.raises(UseRefused, match="先记开始的日期"):
            advance(self.flow, course_at(self.flow, "s5"), Entry("s5", MONDAY, branch="无"), CALENDAR)
        assert (self.hanging().allowed, self.hanging().awaiting) == ((), "s5")
        with pytest.raises(StepOutOfTurn, match="结果还没有记，请先记结果：无或有"):
            advance(self.flow, self.hanging(), Entry("s7", date(2026, 10, 1)), CALENDAR)

    def test_without_objection_are_known_when_the_days_are_over(self):
        with pytest.raises(UseRefused, match="最早2026年9月22日才能记“无”"):
            self.decide("无", date(2026, 9, 21))
        assert self.decide("无", date(2026, 9, 22)).allowed == ("s7",)

    def test_objected_to_are_known_at_once(self):
        assert self.decide("有", date(2026, 9, 15)).allowed == ("s6",)

    def test_an_outcome_of_anything_else_is_out_of_turn(self):
        with pytest.raises(StepOutOfTurn):
            advance(self.flow, self.hanging(), Entry("s2", MONDAY, EntryKind.OUTCOME, branch="否"), CALENDAR)
        with pytest.raises(StepOutOfTurn):
            advance(self.flow, begin(self.flow), Entry("s1", MONDAY, EntryKind.OUTCOME), CALENDAR)

    def test_hung_out_again_run_their_whole_days_again(self):
        flow = flow_for("Q-MS-02")
        hung = advance(flow, course_at(flow, "s4"), Entry("s4", MONDAY), CALENDAR)
        objected = advance(flow, hung, Entry("s4", date(2026, 9, 16), EntryKind.OUTCOME, branch="有"), CALENDAR)
        looked = advance(flow, objected, Entry("s5", date(2026, 9, 16)), CALENDAR)
        again_on = max(date(2026, 10, 20), looked.earliest_on("s4"))
        again = advance(flow, looked, Entry("s4", again_on), CALENDAR)
        with pytest.raises(UseRefused, match="才能记“无”"):
            advance(flow, again, Entry("s4", again_on + timedelta(days=7), EntryKind.OUTCOME, branch="无"), CALENDAR)

    def test_are_the_steps_that_hang_out_and_are_decided_by_what_comes(self):
        assert runs_before_outcome(self.flow.steps["s5"])
        assert not runs_before_outcome(flow_for("Q-ZD-01").steps["s4"])
        assert not runs_before_outcome(flow_for("Q-ZD-01").steps["s6"])


class TestCorrections:
    flow = flow_for("Q-ZD-01")

    def recorded(self, to: str) -> list[Entry]:
        return entries_along(self.flow, way_to(self.flow, to))

    def test_numbers_that_change_nothing_leave_the_course_as_it_was(self):
        entries = self.recorded("s6")
        corrected = replace(entries[3], count=Count(800, 500, 300), rule_id="villagers_adults")
        course = after_correction(self.flow, entries, 3, corrected, CALENDAR)
        assert course == read_course(self.flow, entries, CALENDAR)

    def test_the_last_entry_may_change_its_result(self):
        entries = self.recorded("s4")
        failed = replace(entries[3], count=Count(60, 40, 20), rule_id="representatives", branch="未通过")
        assert after_correction(self.flow, entries, 3, failed, CALENDAR).allowed == ("s5",)

    def test_a_vote_that_did_not_pass_after_all_takes_the_ground_from_what_followed(self):
        entries = self.recorded("s6")
        failed = replace(entries[3], count=Count(60, 40, 20), rule_id="representatives", branch="未通过")
        assert after_correction(self.flow, entries, 3, failed, CALENDAR) is None

    def test_a_date_that_leaves_a_notice_too_short_does_so_too(self):
        entries = self.recorded("s7")
        assert (
            after_correction(self.flow, entries, 4, replace(entries[4], done_on=entries[5].done_on), CALENDAR) is None
        )

    def test_a_correction_keeps_the_rules_itself(self):
        entries = self.recorded("s6")
        with pytest.raises(CountWrong):
            after_correction(self.flow, entries, 3, replace(entries[3], count=Count(60, 61, 61)), CALENDAR)
        with pytest.raises(UseRefused, match="结果只能选"):
            after_correction(
                self.flow, entries, 3, replace(entries[3], count=Count(60, 40, 1), rule_id="representatives"), CALENDAR
            )
        with pytest.raises(UseRefused, match="不能早于上一步"):
            after_correction(self.flow, entries, 3, replace(entries[3], done_on=date(2000, 1, 1)), CALENDAR)


class TestWhoMayDoWhat:
    regions = CATALOGUE.regions

    def person(self, role: Role, region: str) -> Actor:
        return Actor("x", "某人", role, Desk("民政", region))

    @pytest.mark.parametrize("role", sorted(Role))
    def test_only_the_villages_own_agent_records(self, role):
        assert may_record(self.person(role, VILLAGE), VILLAGE) is (role is Role.VILLAGE_AGENT)
        assert not may_record(self.person(role, COUNTY), VILLAGE)

    def test_an_agent_of_the_next_village_reads_nothing(self):
        neighbour = next(
            place.code
            for place in self.regions.list_level("village")
            if place.parent_id == TOWNSHIP and place.id != VILLAGE
        )
        agent = self.person(Role.VILLAGE_AGENT, neighbour)
        assert not may_read(agent, VILLAGE, self.regions)
        assert may_read(agent, neighbour, self.regions)

    @pytest.mark.parametrize(
        ("role", "region", "reads"),
        [
            (Role.TOWNSHIP_COUNTER, TOWNSHIP, True),
            (Role.SUPERVISOR, COUNTY, True),
            (Role.SUPERVISOR, "450502", False),
            (Role.TOWNSHIP_COUNTER, "450502", False),
            (Role.DEPARTMENT_HEAD, COUNTY, False),
            (Role.DEPARTMENT_REVIEWER, COUNTY, False),
            (Role.VILLAGER, VILLAGE, False),
        ],
    )
    def test_township_and_supervisor_read_their_own_region(self, role, region, reads):
        assert may_read(self.person(role, region), VILLAGE, self.regions) is reads

    def test_only_a_supervisor_of_the_region_answers_flags(self):
        assert may_answer(self.person(Role.SUPERVISOR, COUNTY), VILLAGE, self.regions)
        assert not may_answer(self.person(Role.SUPERVISOR, "450502"), VILLAGE, self.regions)
        assert not may_answer(self.person(Role.TOWNSHIP_COUNTER, TOWNSHIP), VILLAGE, self.regions)
