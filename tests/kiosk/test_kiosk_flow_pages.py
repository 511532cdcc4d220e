"""The pages of a visit: put in order, turned, moved between materials, and always one step back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import load_catalogue
from kiosk import flow
from tests.kiosk.test_kiosk_flow import begun, captured, complete, page

OLD_AGE = load_catalogue().get_item("MZ-008")
MATERIALS = ("apply_form", "id_card", "household_register", "bank_passbook", "photo", flow.LOOSE)


@pytest.fixture
def visit(old_age):
    return captured(begun(old_age), old_age)


def ids(visit, material_id):
    return [int(one.page_id, 16) for one in visit.pages.get(material_id, ())]


def test_a_page_moves_within_its_material(visit, old_age):
    before = ids(visit, "id_card")
    assert ids(flow.move_page(visit, old_age, "id_card", 0, "id_card", 1), "id_card") == before[::-1]
    assert ids(flow.move_page(visit, old_age, "id_card", 1, "id_card", 1), "id_card") == before


def test_a_page_moves_to_another_material_and_is_missing_where_it_was(visit, old_age):
    moved = flow.move_page(visit, old_age, "photo", 0, "apply_form", 0)
    assert "photo" not in moved.pages and len(ids(moved, "apply_form")) == 2
    assert ids(moved, "apply_form")[0] == ids(visit, "photo")[0]
    assert flow.next_page(moved, old_age).material_id == "photo"


@pytest.mark.parametrize(
    ("to", "place", "words"),
    [("id_card", 2, "没有这个位置"), ("id_card", -1, "没有这个位置"), ("moon", 0, "不需要这样材料")],
)
def test_a_page_cannot_be_moved_to_nowhere(visit, old_age, to, place, words):
    with pytest.raises(flow.StepNotAllowed, match=words):
        flow.move_page(visit, old_age, "id_card", 0, to, place)


def test_a_full_material_takes_no_page_from_another(visit, old_age):
    for number in range(100, 100 + flow.MAX_PAGES_PER_MATERIAL - 1):
        visit = flow.add_page(visit, old_age, "photo", page(number))
    with pytest.raises(flow.StepNotAllowed, match="最多拍20页"):
        flow.move_page(visit, old_age, "id_card", 0, "photo", 0)
    assert flow.move_page(visit, old_age, "photo", 0, "photo", 19)


def test_turning_adds_up_clockwise_and_takes_the_tick_away(old_age, good_answers):
    visit = complete(old_age, good_answers)
    turned = flow.turn_page(flow.turn_page(visit, "photo", 0, 270), "photo", 0, 180)
    assert turned.pages["photo"][0].turn == 90
    assert "photo" not in turned.checked and "id_card" in turned.checked
    with pytest.raises(flow.StepNotAllowed, match="只能转"):
        flow.turn_page(visit, "photo", 0, 45)


def test_turning_a_page_does_not_end_a_retake(visit):
    asked = flow.ask_retake(visit, "id_card", 1)
    assert flow.turn_page(asked, "photo", 0, 90).retaking == ("id_card", 1)


def test_undo_is_one_step_and_says_so(visit):
    back = flow.undo(flow.drop_page(visit, "id_card", 0))
    assert back.pages == visit.pages
    with pytest.raises(flow.StepNotAllowed, match="没有可以撤销的"):
        flow.undo(back)


def test_a_dropped_pages_picture_is_named_until_the_next_step(visit):
    gone = visit.pages["id_card"][0].page_id
    dropped = flow.drop_page(visit, "id_card", 0)
    assert gone in flow.named_page_ids(dropped)
    assert gone not in flow.named_page_ids(flow.turn_page(dropped, "photo", 0, 90))


def test_nothing_can_be_undone_once_packed(old_age, good_answers):
    visit = complete(old_age, good_answers)
    packed = flow.mark_packed(flow.drop_page(visit, "photo", 0), visit.started_at)
    assert packed.undo is None
    assert flow.named_page_ids(packed) == {one.page_id for one in flow.list_pages(packed)}


def test_pages_of_no_material_stand_in_the_way_of_packing(old_age, good_answers):
    visit = complete(old_age, good_answers)
    loose = flow.add_page(visit, old_age, flow.LOOSE, page(50))
    assert flow.count_pages(loose) == flow.count_pages(visit)
    with pytest.raises(flow.VisitIncomplete, match="有 1 张还没说是哪样材料"):
        flow.require_pack(loose, old_age)
    flow.require_pack(flow.drop_page(loose, flow.LOOSE, 0), old_age)


DEEDS = st.tuples(
    st.sampled_from(("drop", "turn", "move")), st.sampled_from(MATERIALS), st.integers(0, 2),
    st.sampled_from(MATERIALS), st.integers(0, 3), st.sampled_from((90, 180, 270)),
)  # fmt: skip


def deed(visit, kind, material, index, to, place, degrees):
    if kind == "drop":
        return flow.drop_page(visit, material, index)
    if kind == "turn":
        return flow.turn_page(visit, material, index, degrees)
    return flow.move_page(visit, OLD_AGE, material, index, to, place)


@given(st.lists(DEEDS, max_size=8))
def test_every_deed_can_be_undone_and_only_dropping_loses_a_page(deeds):
    visit = captured(begun(OLD_AGE), OLD_AGE)
    for one in deeds:
        try:
            after = deed(visit, *one)
        except flow.StepNotAllowed:
            continue
        assert flow.undo(after).pages == visit.pages
        lost = len(flow.list_pages(visit)) - len(flow.list_pages(after))
        assert lost == (one[0] == "drop")
        assert all(pages for pages in after.pages.values())
        visit = after


def reading(*lines: str) -> flow.PageReading:
    return flow.PageReading(kind="other", lines=lines)


def test_a_page_is_set_upright_once_it_was_read_and_keeps_its_tick(old_age, good_answers):
    visit = complete(old_age, good_answers)
    photo = visit.pages["photo"][0].page_id
    read = flow.note_reading(visit, photo, reading("照片"), 180)
    assert read.pages["photo"][0].turn == 180 and read.checked == visit.checked
    assert read.readings[photo].lines == ("照片",)


def test_a_page_somebody_turned_already_stays_as_it_was_turned(visit):
    turned = flow.turn_page(visit, "photo", 0, 90)
    read = flow.note_reading(turned, visit.pages["photo"][0].page_id, reading(), 180)
    assert read.pages["photo"][0].turn == 90
    assert flow.undo(read).pages["photo"][0].turn == 180


def test_what_a_page_said_is_forgotten_with_the_page(visit):
    photo = visit.pages["photo"][0].page_id
    dropped = flow.drop_page(flow.note_reading(visit, photo, reading("照片"), 0), "photo", 0)
    assert photo in dropped.readings and photo in flow.undo(dropped).readings
    assert photo not in flow.turn_page(dropped, "id_card", 0, 90).readings
    assert flow.note_reading(visit, "f" * 24, reading(), 0) == visit


def test_nothing_read_stays_once_the_packet_is_there(old_age, good_answers):
    visit = complete(old_age, good_answers)
    read = flow.note_reading(visit, visit.pages["photo"][0].page_id, reading("照片"), 0)
    assert flow.mark_sent(flow.mark_packed(read, visit.started_at), "1").readings == {}


def test_vouching_for_a_page_keeps_on_record_what_was_found(visit):
    vouched = flow.vouch_page(visit, "id_card", 1, ("wrong_page",))
    assert vouched.pages["id_card"][1].kept_despite == ("wrong_page",)
    assert flow.vouch_page(vouched, "id_card", 1, ("wrong_page",)).pages == vouched.pages


def test_a_page_moved_elsewhere_is_looked_at_afresh(visit, old_age):
    vouched = flow.vouch_page(visit, "id_card", 1, ("glare", "wrong_page"))
    assert flow.move_page(vouched, old_age, "id_card", 1, "id_card", 0).pages["id_card"][0].kept_despite == ("glare",)


def test_a_stack_is_sorted_in_its_order_and_undone_in_one_step(old_age):
    visit = flow.turn_to(begun(old_age), "capture")
    for number in range(1, 6):
        visit = flow.add_page(visit, old_age, flow.LOOSE, page(number))
    places = {page(1).page_id: None, page(2).page_id: "photo", page(4).page_id: "id_card", page(5).page_id: "photo"}
    sorted_ = flow.sort_stack(visit, places)
    assert {name: ids(sorted_, name) for name in sorted_.pages} == {flow.LOOSE: [3], "photo": [2, 5], "id_card": [4]}
    assert flow.undo(sorted_).pages == visit.pages


def test_what_has_no_room_in_its_material_stays_loose(old_age):
    visit = flow.turn_to(begun(old_age), "capture")
    for number in range(1, 24):
        visit = flow.add_page(visit, old_age, flow.LOOSE, page(number))
    sorted_ = flow.sort_stack(visit, {one.page_id: "photo" for one in visit.pages[flow.LOOSE]})
    assert len(ids(sorted_, "photo")) == flow.MAX_PAGES_PER_MATERIAL and ids(sorted_, flow.LOOSE) == [21, 22, 23]
