"""The case page between people: in whose hands, whose relative, doubled or not, and changed since it was drawn."""

import pytest
from sqlalchemy import select

from server.db.audit import AuditRow
from server.domain.review import Verdict
from server.services import review
from tests.factories import FICTITIOUS_ID, FICTITIOUS_NAME, VILLAGE
from tests.server.web.conftest import NAME, Official
from tests.server.web.console.test_people_pages import choose, one_time

RELATIVE = {
    "official_account": "counter",
    "relation": "spouse",
    "name": FICTITIOUS_NAME,
    "village_code": VILLAGE,
    "id_number": FICTITIOUS_ID,
}


def refusals(world) -> list[tuple[str, str, dict]]:
    with world.installation.look() as work:
        rows = work.session.scalars(select(AuditRow).where(AuditRow.action == "case.refused").order_by(AuditRow.number))
        return [(row.actor, row.subject, row.detail) for row in rows]


def hand(someone, number, what, **form):
    form = {"seen": someone.seen(number), **form}
    return someone.send(f"/console/cases/{number}/hands/{what}", form)


class TestStaleScreens:
    def test_a_form_from_before_a_colleagues_step_is_refused_and_keeps_what_was_typed(self, official, world):
        number = world.case_in_review()
        police = official("police")
        seen = police.seen(number)
        world.act(number, "head", review.give_verdict, Verdict.AGREE, "没有重复享受。")
        answer = police.act(number, "give_verdict", verdict="disagree", opinion="户籍不符。", seen=seen)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 409
        assert "这件有了变化" in page and "李练习 部门意见" in page
        assert "户籍不符。</textarea>" in page and 'value="disagree" checked' in page
        assert refusals(world) == [("police", number, {"action": "give_verdict", "reason": "stale_screen"})]
        assert police.act(number, "give_verdict", verdict="disagree", opinion="户籍不符。").status_code == 303

    def test_ones_own_steps_make_no_screen_stale(self, official, world):
        number = world.new_case()
        counter = official("counter")
        seen = counter.seen(number)
        assert hand(counter, number, "take").status_code == 303
        assert counter.act(number, "verify", opinion="属实。", seen=seen).status_code == 303

    def test_a_note_among_colleagues_counts_as_a_change(self, official, world):
        number = world.new_case()
        counter = official("counter")
        seen = counter.seen(number)
        world.new_case()  # the same person, the same item
        page = counter.act(number, "verify", opinion="属实。", seen=seen).get_data(as_text=True)
        assert "可能重复（同一人同一事项还有" in page

    @pytest.mark.parametrize("seen", ["", "x", "1", "-1-0", "1-2-3", "9" * 40 + "-1"])
    def test_a_form_that_says_nothing_of_what_it_showed_is_refused(self, official, world, seen):
        answer = official("counter").act(world.new_case(), "verify", seen=seen)
        assert answer.status_code == 409 and "不是从这件的页面上办的" in answer.get_data(as_text=True)

    @pytest.mark.parametrize("path", ["hands/take", "kin/1", "actions/verify"])
    def test_every_form_that_changes_a_case_is_asked(self, official, world, path):
        answer = official("counter").send(f"/console/cases/{world.new_case()}/{path}")
        assert answer.status_code == 409 and "不是从这件的页面上办的" in answer.get_data(as_text=True)


class TestRefusalsOnRecord:
    def test_an_act_out_of_turn_or_at_another_desk_leaves_its_code_and_no_more(self, official, world):
        number = world.case_in_review()
        official("head").act(number, "approve", opinion="抢先批准")
        world.act(number, "police", review.give_verdict, Verdict.AGREE, "")
        official("police").act(number, "give_verdict", verdict="agree")
        assert refusals(world) == [
            ("head", number, {"action": "approve", "reason": "out_of_turn"}),
            ("police", number, {"action": "give_verdict", "reason": "other_desk"}),
        ]

    def test_a_slip_of_the_pen_is_no_refusal(self, official, world):
        number = world.case_in_review()
        assert official("police").act(number, "give_verdict", opinion="忘了选").status_code == 422
        assert refusals(world) == []


class TestHands:
    def test_taken_assigned_and_taken_over_by_the_buttons(self, official, world, app):
        number = world.new_case()
        form = {"sign_in_name": "zhen-mz-2", "display_name": "韦样本", "role": "township_counter"}
        slip = one_time(
            official("centre").send("/console/people", {**form, "department": "民政", "region_code": "450521100"})
        )
        colleague, counter = Official(app, "zhen-mz-2"), official("counter")
        colleague.sign_in(slip)
        choose(colleague, slip)
        page = counter.read(f"/console/cases/{number}")
        assert "我来办" in page and ">韦样本</option>" in page
        assert hand(counter, number, "assign", to="zhen-mz-2").status_code == 303
        assert "<b>韦样本</b>在办这件" in counter.read(f"/console/cases/{number}")
        assert number in colleague.read("/console/?mine=1")
        assert number not in counter.read("/console/?mine=1")
        refused = counter.act(number, "verify", opinion="属实。")
        assert refused.status_code == 409 and "请先点“接过来办”" in refused.get_data(as_text=True)
        assert hand(counter, number, "take_over").status_code == 303
        assert counter.act(number, "verify", opinion="属实。").status_code == 303
        assert ("counter", number, {"action": "verify", "reason": "in_anothers_hands"}) in refusals(world)

    def test_what_is_not_offered_is_refused(self, official, world):
        number = world.new_case()
        answer = hand(official("counter"), number, "give_back")
        assert answer.status_code == 409 and "还没有分给谁" in answer.get_data(as_text=True)
        assert hand(official("counter"), number, "steal").status_code == 404
        assert hand(official("stranger"), number, "take").status_code == 404
        assert hand(official("supervisor"), number, "take").status_code == 409

    def test_an_empty_list_of_the_own_says_where_the_others_are(self, official, world):
        world.new_case()
        assert "本岗的件在“本岗全部”里" in official("counter").read("/console/?mine=1")


class TestNearRelatives:
    def test_from_the_register_to_the_refusal_and_a_colleagues_hand(self, official, world):
        centre, counter = official("centre"), official("counter")
        assert centre.send("/console/relatives", RELATIVE).status_code == 303
        number = world.new_case()
        page = counter.read(f"/console/cases/{number}")
        assert "申请人是您的配偶" in page and "核验通过 <kbd>" not in page
        refused = counter.act(number, "verify", opinion="属实。")
        assert refused.status_code == 409 and "按回避的规定您不能办这件" in refused.get_data(as_text=True)
        assert refusals(world) == [("counter", number, {"action": "verify", "reason": "near_relative"})]
        form = {"begins_on": "2026-09-14", "ends_on": "2026-09-18", "cover": "disabled_town"}
        centre.send("/console/people/counter/set_absence", form)
        assert official("disabled_town").act(number, "verify", opinion="属实。").status_code == 303
        seen_by_the_county = official("police").read(f"/console/cases/{number}")
        assert "申请人是林演示（民政乡镇经办员）的配偶" in seen_by_the_county
        assert FICTITIOUS_ID not in seen_by_the_county

    def test_a_possible_one_is_looked_into_by_the_county_and_let_go(self, official, world):
        official("centre").send("/console/relatives", {**RELATIVE, "official_account": "head", "id_number": ""})
        number = world.case_in_review()
        police = official("police")
        flag = police.read(f"/console/cases/{number}").partition(f"/console/cases/{number}/kin/")[2].partition('"')[0]
        path = f"/console/cases/{number}/kin/{flag}"
        form = {"state": "dismissed", "reason": "同名，问过村委会不是"}
        assert official("head").send(path, form | {"seen": police.seen(number)}).status_code == 409
        assert police.send(path, form | {"seen": police.seen(number), "reason": "不"}).status_code == 409
        assert police.send(path, form | {"seen": police.seen(number)}).status_code == 303
        assert "已核实，不是" in police.read(f"/console/cases/{number}")
        assert official("head").act(number, "give_verdict", verdict="agree").status_code == 303

    def test_a_declared_one_is_marked_for_the_county(self, official, world):
        number = world.new_case("MZ-004", kin_related=True, kin_detail="表弟在镇里")
        page = official("counter").read(f"/console/cases/{number}")
        assert "近亲属备案，须入户调查" in page
        assert "申请人自述" in official("centre").read("/console/relatives")
        assert "近亲属备案" not in official("agent").read(f"/console/cases/{number}")


class TestTheRegister:
    def test_the_centre_decides_what_is_open_from_its_own_list(self, official, world):
        centre = official("centre")
        centre.send("/console/relatives", {**RELATIVE, "id_number": ""})
        number = world.new_case()
        page = centre.read("/console/relatives")
        assert "待核实 1 条" in page and number in page and FICTITIOUS_NAME not in page
        path = "/console/relatives/flags/" + page.partition("/console/relatives/flags/")[2].partition('"')[0]
        assert centre.send(path, {"reason": "电话问过村委会"}).status_code == 422
        assert official("counter").send(path, {"state": "dismissed", "reason": "电话问过村委会"}).status_code == 422
        assert centre.send(path, {"state": "dismissed", "reason": "电话问过村委会"}).status_code == 303
        assert "待核实" not in centre.read("/console/relatives")
        assert official("counter").act(number, "verify", opinion="属实。").status_code == 303

    def test_an_entry_gets_its_number_and_is_taken_out(self, official):
        centre = official("centre")
        centre.send("/console/relatives", {**RELATIVE, "id_number": ""})
        page = centre.read("/console/relatives")
        path = page.partition('action="/console/relatives/')[2].partition('"')[0]
        assert path.endswith("/number")
        wrong = centre.send(f"/console/relatives/{path}", {"id_number": "45"})
        assert wrong.status_code == 422 and "18位" in wrong.get_data(as_text=True)
        assert centre.send(f"/console/relatives/{path}", {"id_number": FICTITIOUS_ID}).status_code == 303
        page = centre.read("/console/relatives")
        assert "已登记" in page and FICTITIOUS_ID not in page and NAME not in page
        assert centre.send(f"/console/relatives/{path.replace('number', 'remove')}").status_code == 303
        assert "还没有登记" in centre.read("/console/relatives")
        assert centre.send(f"/console/relatives/{path.replace('number', 'burn')}").status_code == 404

    @pytest.mark.parametrize("name", ["agent", "police", "head", "supervisor"])
    def test_others_neither_read_nor_write_it(self, official, name):
        someone = official(name)
        assert someone.client.get("/console/relatives").status_code == 403
        assert someone.send("/console/relatives", RELATIVE).status_code == 403
        assert "还没有登记" in official("centre").read("/console/relatives")

    def test_what_was_typed_stays_but_the_number(self, official):
        answer = official("centre").send("/console/relatives", {**RELATIVE, "relation": "friend"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and f'value="{FICTITIOUS_NAME}"' in page and FICTITIOUS_ID not in page


class TestDuplicates:
    def test_the_desk_sees_it_and_declines_with_the_ready_sentence(self, official, world):
        first, second = world.new_case("CL-001"), world.new_case("CL-001")
        town, county = official("disabled_town"), official("disabled_county")
        town.act(second, "verify", opinion="属实。")
        page = county.read(f"/console/cases/{second}")
        assert f"可能重复：{first}" in page and "按重复不予受理" in page
        sentence = page.partition('id="duplicate-1"')[2].partition(">")[2].partition("</textarea>")[0]
        assert county.act(second, "decline", opinion=sentence).status_code == 303
        assert f"可能重复：{second}" in town.read(f"/console/cases/{first}")
