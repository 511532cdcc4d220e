"""Every button of the case page, by its form, and what a refusal leaves standing."""

import pytest

from tests.factories import FICTITIOUS_ID

STATED = {"stated 补助标准或金额": "每月80元", "stated 起始年月": "2026年10月"}


def page_after(official, answer, number) -> str:
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert answer.headers["Location"] == f"/console/cases/{number}?done=1"
    return official.read(answer.headers["Location"])


class TestTheWholeWay:
    def test_an_allowance_goes_from_desk_to_desk(self, official, world):
        number = world.new_case()
        counter, police, head = official("counter"), official("police"), official("head")
        assert "办好了：核验通过" in page_after(counter, counter.act(number, "verify", opinion="属实。"), number)
        page_after(police, police.act(number, "give_verdict", verdict="agree"), number)
        page_after(head, head.act(number, "give_verdict", verdict="disagree", opinion="已经在别处领取。"), number)
        world.end_notices()
        counter, head = official("counter"), official("head")
        page = page_after(head, head.act(number, "approve", opinion="符合条件。", **STATED), number)
        assert "已批准，待送达" in page
        page = page_after(counter, counter.act(number, "issue", opinion="从10月起发。"), number)
        assert "已办结" in page
        assert number not in counter.read("/console/")
        assert number in counter.read("/console/past")

    def test_acceptance_and_refusal_at_the_county(self, official, world):
        first, second = world.new_case("CL-001"), world.new_case("CL-001")
        town, county = official("disabled_town"), official("disabled_county")
        for number in (first, second):
            page_after(town, town.act(number, "verify"), number)
        assert "受理" in county.read(f"/console/cases/{first}")
        page_after(county, county.act(first, "accept"), first)
        refused = county.act(second, "decline", opinion="太短")
        assert refused.status_code == 422
        assert "请写明理由" in refused.get_data(as_text=True)
        page = page_after(county, county.act(second, "decline", opinion="户籍不在本县，请到户籍地残联申请。"), second)
        assert "不予受理" in page

    def test_rejection_needs_a_reason(self, official, world):
        number = world.case_to_decide()
        head = official("head")
        assert head.act(number, "reject", opinion="不行").status_code == 422
        page = page_after(head, head.act(number, "reject", opinion="户籍已经迁出本市。"), number)
        assert "未获批准" in page


class TestRefusals:
    def test_what_was_typed_is_kept(self, official, world):
        number = world.case_in_review()
        answer = official("police").act(number, "give_verdict", verdict="disagree", opinion=" ")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "要写明理由" in page
        assert 'value="disagree" checked' in page

    def test_an_opinion_without_a_choice_is_asked_for(self, official, world):
        number = world.case_in_review()
        answer = official("police").act(number, "give_verdict", opinion="我的长意见")
        assert answer.status_code == 422
        assert "请先选一个意见" in answer.get_data(as_text=True)
        assert "我的长意见" in answer.get_data(as_text=True)

    def test_not_applicable_is_offered_only_where_a_desk_may_judge(self, official, world):
        number = world.case_in_review()
        police = official("police")
        assert "不适用" not in police.read(f"/console/cases/{number}").split('class="act"')[1]
        answer = police.act(number, "give_verdict", verdict="not_applicable", opinion="与我部门无关。")
        assert answer.status_code == 422
        assert "不能选“不适用”" in answer.get_data(as_text=True)

    def test_published_columns_are_not_left_blank(self, official, world):
        number = world.case_to_decide()
        head = official("head")
        answer = head.act(number, "approve", opinion="同意。", **{"stated 起始年月": "2026年10月"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "请先填“补助标准或金额”" in page
        assert 'value="2026年10月"' in page
        assert "审批中" in head.read(f"/console/cases/{number}")

    def test_an_act_too_early_says_what_is_possible(self, official, world):
        number = world.case_in_review()
        answer = official("head").act(number, "approve", opinion="抢先批准", **STATED)
        assert answer.status_code == 409
        assert "现在" in answer.get_data(as_text=True)
        assert "抢先批准" in answer.get_data(as_text=True)

    def test_an_act_at_another_desk_says_where_the_case_is(self, official, world):
        number = world.case_in_review()
        world.act(number, "police", *_agree())
        answer = official("police").act(number, "give_verdict", verdict="agree")
        assert answer.status_code == 409
        assert "合浦县·民政" in answer.get_data(as_text=True)

    def test_the_same_button_twice_acts_once(self, official, world):
        number = world.new_case()
        counter = official("counter")
        assert counter.act(number, "verify").status_code == 303
        assert counter.act(number, "verify").status_code == 409

    @pytest.mark.parametrize("action", ["rate", "answer_correction", "explode"])
    def test_there_is_no_other_button(self, official, world, action):
        assert official("counter").act(world.new_case(), action).status_code == 404

    def test_an_address_alone_claims_nothing_done(self, official, world):
        number = world.new_case()
        assert "办好了" not in official("counter").read(f"/console/cases/{number}?done=1")

    def test_typed_signs_stay_text(self, official, world):
        number = world.case_to_decide()
        page = official("head").act(number, "reject", opinion="<b>").get_data(as_text=True)
        assert "&lt;b&gt;</textarea>" in page


def _agree():
    from server.domain.review import Verdict
    from server.services.review import give_verdict

    return give_verdict, Verdict.AGREE, ""


class TestCorrection:
    def test_several_papers_are_asked_for_at_once(self, official, world):
        number = world.new_case()
        form = {
            "material": ["id_card", "photo"],
            "reason id_card": "unclear",
            "note id_card": "反光，请重拍。",
            "reason photo": "missing",
            "note photo": "请补一张。",
        }
        counter = official("counter")
        page = page_after(counter, counter.act(number, "request_correction", **form), number)
        assert "等群众补材料" in page
        assert "反光，请重拍。" in page
        assert "request_correction" not in page  # once only

    def test_a_note_is_needed_and_the_rest_stays_ticked(self, official, world):
        number = world.new_case()
        form = {
            "material": ["id_card", "photo"],
            "reason id_card": "unclear",
            "reason photo": "wrong",
            "note photo": "不像",
        }
        answer = official("counter").act(number, "request_correction", **form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "写清哪里不对" in page
        assert 'value="id_card" checked' in page
        assert 'value="wrong" selected' in page
        assert 'value="不像"' in page

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"material": ["id_card"], "note id_card": "请重拍"},
            {"material": ["id_card"], "reason id_card": "ugly", "note id_card": "请重拍"},
            {"material": ["moon_rock"], "reason moon_rock": "missing", "note moon_rock": "请带来"},
        ],
    )
    def test_half_a_request_is_refused_in_words(self, official, world, form):
        answer = official("counter").act(world.new_case(), "request_correction", **form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.get_data(as_text=True)

    def test_an_open_correction_shows_nobodys_number(self, official, world):
        number = world.new_case()
        world.correct(number)
        assert FICTITIOUS_ID not in official("counter").read(f"/console/cases/{number}")
