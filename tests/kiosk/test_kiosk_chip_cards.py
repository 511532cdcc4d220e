"""Where a chip's reading stands among the pictures, and whose cards a form can use."""

import pytest

from forms.catalogue import load_catalogue
from kiosk import flow
from kiosk.reading.answers import card_owners, suggest
from kiosk.screen.cards import NOBODY, card_places, with_chips
from tests.kiosk.reading.test_reading_answers import card, reading
from tests.kiosk.test_kiosk_flow import begun, chip_of

ITEMS = load_catalogue().items
HERS, HIS = ("潘某珍", "450521194303150008"), ("陈某明", "450521194108080016")


def chip(name, number):
    return reading("id_card_chip", name=name, id_number=number)


@pytest.mark.parametrize(
    ("code", "owners"),
    [("MZ-008", ("老年人",)), ("WJ-001", ("女方", "男方")), ("WJ-002", ("申请人", "配偶")), ("MZ-006", ("监护人",))],
)
def test_whose_cards_a_form_can_use(code, owners):
    assert [card_owners(ITEMS[code], one) for one in ITEMS[code].materials if one.capture == "id_card"] == [owners]


def test_a_card_nobody_on_the_form_owns_is_not_asked_for():
    item = ITEMS["RS-009"]
    assert card_owners(item, item.materials_by_id["guardian_proof"]) == ()
    assert card_owners(item, item.materials_by_id["id_card"]) == ("申请人",)


def test_the_chip_takes_the_place_of_pictures_of_the_same_card():
    back, misread, other = reading("id_card_back"), card(HERS[0], HERS[1][:-1] + "1"), card(*HIS)
    assert with_chips([misread, back, other], [(0, first := chip(*HERS))]) == [first, back, other]


def test_the_second_persons_chip_is_never_taken_for_the_firsts():
    second = chip(*HIS)
    assert with_chips([], [(1, second)]) == [NOBODY, second]
    offers = {one.field_id: one.value for one in suggest(ITEMS["WJ-002"], {"id_card": [NOBODY, second]})}
    assert offers["spouse_name"] == HIS[0] and "applicant_name" not in offers


def test_a_picture_and_a_chip_of_one_person_are_not_taken_for_a_couple():
    readings = with_chips([card(*HERS)], [(0, chip(*HERS))])
    offers = {one.field_id: one.value for one in suggest(ITEMS["WJ-002"], {"id_card": readings})}
    assert offers["applicant_id"] == HERS[1] and "spouse_id" not in offers and "spouse_name" not in offers


def test_of_husband_and_wife_the_sex_decides_as_on_pictures():
    his = reading("id_card_chip", name=HIS[0], id_number=HIS[1], sex="男")
    offers = {one.field_id: one.value for one in suggest(ITEMS["WJ-001"], {"id_card": with_chips([], [(0, his)])})}
    assert offers["husband_name"] == HIS[0] and "wife_name" not in offers


def test_a_correction_has_no_form_and_wants_no_card(old_age):
    visit = begun(old_age)
    assert [one.owner for one in card_places(visit, old_age)] == ["老年人"]
    assert card_places(visit.model_copy(update={"kind": "correction"}), old_age) == []


def test_the_card_of_each_person_is_kept_once_and_taken_out_alone(old_age):
    visit = flow.note_card(flow.note_card(begun(old_age), chip_of("甲")), chip_of("乙", place=1))
    visit = flow.note_card(visit, chip_of("丙"))
    assert [one.reading.fields[0].value for one in visit.cards] == ["乙", "丙"]
    assert [one.reading.fields[0].value for one in flow.drop_card(visit, "id_card", 1).cards] == ["丙"]
    with pytest.raises(flow.StepNotAllowed, match="没有读过"):
        flow.drop_card(visit, "photo", 0)


def test_what_a_chip_said_goes_when_the_server_has_the_packet(old_age):
    visit = flow.note_card(begun(old_age), chip_of("潘某珍"))
    packed = flow.mark_packed(visit, visit.started_at)
    assert flow.mark_sent(packed, "HZ-1").cards == ()
    assert type(visit).model_validate_json(visit.model_dump_json()) == visit
