"""The visit as a state machine: what each step allows, what comes next, and what is refused with which words."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from forms.catalogue import load_catalogue
from forms.packet import Agent
from kiosk import flow
from tests.kiosk.conftest import START

AGENT = Agent(sign_in_name="wang", display_name="王小兰")


def begun(item=None) -> flow.Visit:
    visit = flow.begin_visit(
        visit_id="a" * 32, packet_id="b" * 32, lookup_code="QA9G5PHZKX", agent=AGENT, started_at=START
    )
    return flow.choose_item(visit, item) if item else visit


def page(number: int) -> flow.Page:
    return flow.Page(page_id=f"{number:024x}", captured_at=START + timedelta(minutes=number))


def captured(visit, item, *, except_for=()):
    visit, number = flow.turn_to(visit, "capture"), 0
    while (following := flow.next_page(visit, item)) and following.material_id not in except_for:
        number += 1
        visit = flow.add_page(visit, item, following.material_id, page(number))
    return visit


def complete(item, answers) -> flow.Visit:
    visit = captured(flow.give_answers(begun(item), item, answers), item)
    visit = flow.turn_to(visit, "check")
    return flow.check_originals(visit, item, tuple(visit.pages))


def test_a_whole_visit_goes_from_item_to_sent(old_age, good_answers):
    visit = complete(old_age, good_answers)
    flow.require_pack(visit, old_age)
    sent = flow.mark_sent(flow.mark_packed(visit, START), "450521-2026-00001")
    assert (sent.step, sent.case_number) == ("sent", "450521-2026-00001")


def test_answers_and_pages_are_kept_until_the_packet_is_there(old_age, good_answers):
    visit = complete(old_age, good_answers)
    packed = flow.mark_packed(visit, START)
    assert (packed.answers, packed.pages) == (visit.answers, visit.pages) and flow.is_put_away(packed)
    sent = flow.mark_sent(packed, "450521-2026-00001")
    assert (sent.answers, sent.pages, sent.checked) == ({}, {}, ())


def refused(visit) -> flow.Visit:
    refusal = flow.Refusal(packet_id=visit.packet_id, reason="材料包损坏。", reference="SRV001")
    return flow.reopen(visit, packet_id="c" * 32, agent=AGENT, refusal=refusal)


def test_a_reopened_visit_keeps_everything_but_its_packet(old_age, good_answers):
    visit = complete(old_age, good_answers)
    again = refused(flow.mark_packed(visit, START))
    assert again == visit.model_copy(
        update={"packet_id": "c" * 32, "refusal": again.refusal, "received_at": START, "undo": None}
    )  # the promise still runs from the first receipt
    assert flow.replaces(again, visit.packet_id) and not flow.replaces(visit, visit.packet_id)
    flow.require_pack(again, old_age)


def chip_of(name, material_id="id_card", place=0):
    said = flow.ReadField(name="name", label="姓名", value=name, sure=1.0)
    reading = flow.PageReading(kind="id_card_chip", fields=(said,))
    return flow.ReadCard(material_id=material_id, place=place, reading=reading)


EVERY = {
    "choose_item": lambda visit, item: flow.choose_item(visit, item),
    "turn_to": lambda visit, item: flow.turn_to(visit, "check"),
    "print_notice": lambda visit, item: flow.record_notice_printed(visit, START),
    "answer": lambda visit, item: flow.give_answers(visit, item, {"applicant_name": "甲"}),
    "read_card": lambda visit, item: flow.note_card(visit, chip_of("潘某珍")),
    "print_form": lambda visit, item: flow.record_form_printed(visit, START),
    "print_mandate": lambda visit, item: flow.require_allowed(visit, "print_mandate"),
    "print_covers": lambda visit, item: flow.require_allowed(visit, "print_covers"),
    "add_page": lambda visit, item: flow.add_page(visit, item, "id_card", page(1)),
    "retake": lambda visit, item: flow.ask_retake(visit, "id_card", 0),
    "drop_page": lambda visit, item: flow.drop_page(visit, "id_card", 0),
    "move_page": lambda visit, item: flow.move_page(visit, item, "id_card", 0, "id_card", 1),
    "turn_page": lambda visit, item: flow.turn_page(visit, "id_card", 0, 90),
    "vouch_page": lambda visit, item: flow.vouch_page(visit, "id_card", 0, ("wrong_page",)),
    "sort_stack": lambda visit, item: flow.sort_stack(visit, {}),
    "undo": lambda visit, item: flow.undo(visit),
    "check_originals": lambda visit, item: flow.check_originals(visit, item, ()),
    "take_over": lambda visit, item: flow.take_over(visit, AGENT),
    "pack": lambda visit, item: flow.require_pack(visit, item),
    "reopen": lambda visit, item: refused(visit),
    "deliver": lambda visit, item: flow.mark_sent(visit, "1"),
    "print_receipt": lambda visit, item: flow.require_allowed(visit, "print_receipt"),
    "abandon": lambda visit, item: flow.require_allowed(visit, "abandon"),
}


@pytest.mark.parametrize("step", flow.ALLOWED)
@pytest.mark.parametrize("action", EVERY)
def test_the_table_of_steps_and_actions_is_kept(step, action, old_age, good_answers):
    visit = complete(old_age, good_answers).model_copy(update={"step": step})
    if action == "choose_item":
        visit = visit.model_copy(update={"answers": {}})
    if action in flow.ALLOWED[step]:
        EVERY[action](visit, old_age)
    else:
        with pytest.raises(flow.StepNotAllowed) as refused:
            EVERY[action](visit, old_age)
        assert refused.value.allowed == flow.allowed_actions(visit)
        assert all(flow.ACTION_WORDS[name] in str(refused.value) for name in refused.value.allowed)


def test_every_action_has_words_and_a_row():
    in_table = {action for actions in flow.ALLOWED.values() for action in actions}
    assert in_table == set(flow.ACTION_WORDS) == set(EVERY)


def test_the_next_page_names_material_and_side(old_age):
    visit = flow.turn_to(begun(old_age), "capture")
    visit = flow.add_page(visit, old_age, "apply_form", page(1))
    visit = flow.add_page(visit, old_age, "id_card", page(2))
    following = flow.next_page(visit, old_age)
    assert following and (following.material_id, following.index, following.page_name) == ("id_card", 1, "国徽面")


def test_a_retaken_page_takes_the_place_of_the_old_one_only_when_accepted(old_age, good_answers):
    visit = complete(old_age, good_answers)
    before = visit.pages["household_register"]
    visit = flow.ask_retake(visit, "household_register", 0)
    assert visit.pages["household_register"] == before and visit.step == "capture"
    assert flow.next_page(visit, old_age).page_name == "首页和户主页"
    visit = flow.add_page(visit, old_age, "household_register", page(99))
    assert visit.pages["household_register"] == (page(99), before[1])
    assert "household_register" not in visit.checked


def test_a_wrong_answer_is_kept_and_stands_in_the_way_of_packing(old_age, good_answers):
    visit = complete(old_age, {**good_answers, "applicant_id": "450521194303150000"})
    assert visit.answers["applicant_id"] == "450521194303150000"
    with pytest.raises(flow.VisitIncomplete, match="校验位不对"):
        flow.require_pack(visit, old_age)


def test_a_valid_number_fills_the_birth_date(old_age):
    visit = flow.give_answers(begun(old_age), old_age, {"applicant_id": "450521194303150008"})
    assert visit.answers["birth_date"] == "1943-03-15"


@pytest.mark.parametrize(
    ("answers", "words"),
    [({"password": "x"}, "没有“password”"), ({"by_agent": "yes"}, "选是或否"), ({"applicant_name": ["甲"]}, "填文字")],
)
def test_answers_of_the_wrong_kind_change_nothing(answers, words, old_age):
    with pytest.raises(flow.AnswerRefused, match=words):
        flow.give_answers(begun(old_age), old_age, answers)


def test_another_item_cannot_be_chosen_once_something_was_answered(old_age, good_answers):
    visit = flow.give_answers(begun(old_age), old_age, good_answers)
    with pytest.raises(flow.StepNotAllowed, match="不能再换事项"):
        flow.choose_item(visit, load_catalogue().get_item("SJ-002"))


def test_packing_needs_every_material_compared_with_its_original(old_age, good_answers):
    visit = flow.check_originals(complete(old_age, good_answers), old_age, ("id_card",))
    with pytest.raises(flow.VisitIncomplete, match="还没有和原件核对"):
        flow.require_pack(visit, old_age)


def test_a_question_only_people_can_answer_adds_its_material():
    item = load_catalogue().get_item("MZ-001")
    visit = flow.give_answers(begun(item), item, {"needs_disability_cert": True})
    assert "disability_cert" in {material.id for material in flow.materials_to_capture(visit, item)}


def correction(item, *reasons) -> flow.Visit:
    return flow.begin_correction(
        begun(), item, case_number="450521-2026-00007", lookup_code="QA9G5PHZKX",
        reasons=tuple(flow.CorrectionReason(material_id=reason) for reason in reasons),
    )  # fmt: skip


def test_a_correction_asks_for_the_named_material_only(old_age):
    visit = correction(old_age, "bank_passbook")
    assert [material.id for material in flow.materials_to_capture(visit, old_age)] == ["bank_passbook"]
    visit = captured(visit, old_age)
    visit = flow.check_originals(flow.turn_to(visit, "check"), old_age, ("bank_passbook",))
    flow.require_pack(visit, old_age)
    with pytest.raises(flow.StepNotAllowed, match="只有这几步"):
        flow.turn_to(visit, "answers")


def test_a_correction_that_names_no_material_takes_any_but_not_none(old_age):
    visit = flow.turn_to(correction(old_age), "check")
    with pytest.raises(flow.VisitIncomplete, match="至少拍一页"):
        flow.require_pack(visit, old_age)
    visit = flow.add_page(visit, old_age, "photo", page(1))
    assert flow.next_page(visit, old_age) is None


def test_a_visit_survives_its_json(old_age, good_answers):
    visit = complete(old_age, good_answers)
    assert flow.Visit.model_validate_json(visit.model_dump_json()) == visit


def test_flow_is_pure():
    rooms = list(Path(flow.__file__).parent.glob("*.py"))
    trees = [ast.parse(room.read_text(encoding="utf-8")) for room in rooms]
    imported = {node.module for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert len(rooms) > 5 and all(name.startswith("kiosk.flow.") for name in imported if name.startswith("kiosk"))
    assert {name.split(".")[0] for name in imported} <= {
        "collections",
        "datetime",
        "typing",
        "pydantic",
        "forms",
        "kiosk",
    }
