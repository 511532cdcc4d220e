"""Answers come from the paper of the person a line asks for; papers that contradict each other are told."""

import pytest

from forms.catalogue import load_catalogue
from kiosk.reading.answers import disagreements, suggest
from kiosk.reading.kinds import LABELS
from kiosk.reading.reading import PaperKind, ReadField, Reading

ITEMS = load_catalogue().items


def reading(kind: PaperKind, trouble: dict[str, str] | None = None, **values: str) -> Reading:
    fields = (ReadField(name, LABELS[name], value, 0.95, (trouble or {}).get(name)) for name, value in values.items())
    return Reading((), 0, kind, tuple(fields))


def card(name: str = "潘某珍", number: str = "450521194303150008", sex: str = "女", **more: str) -> Reading:
    return reading("id_card_front", name=name, sex=sex, id_number=number, address="样本镇样本村16号", **more)


def page_of(name: str, number: str, **more: str) -> Reading:
    return reading("household_register", name=name, id_number=number, **more)


BOOK = reading("bank_passbook", account_name="潘某珍", account_number="6900000000000000161", bank="样本农村信用社")


def suggested(code: str, **papers: list[Reading]) -> dict[str, str]:
    return {offer.field_id: offer.value for offer in suggest(ITEMS[code], papers)}


def test_card_register_and_passbook_fill_the_lines_of_an_item() -> None:
    first_page = reading("household_register", householder="潘某珍", address="样本镇样本村三组16号")
    offers = suggest(
        ITEMS["MZ-008"],
        {"id_card": [reading("id_card_back"), card(birth_date="1943-03-15")], "household_register": [first_page],
         "bank_passbook": [BOOK]},
    )  # fmt: skip
    found = {offer.field_id: (offer.value, offer.from_material) for offer in offers}
    assert found["applicant_name"] == ("潘某珍", "id_card")
    assert found["applicant_id"] == ("450521194303150008", "id_card")
    assert found["address"] == ("样本镇样本村三组16号", "household_register")
    assert found["bank_account"] == ("6900000000000000161", "bank_passbook")
    assert found["bank_holder"] == ("潘某珍", "bank_passbook")


def test_trouble_goes_with_the_value_and_without_papers_there_is_nothing() -> None:
    doubtful = reading("id_card_front", {"id_number": "校验位不对"}, name="潘某珍", id_number="450521194303150007")
    offers = {offer.field_id: offer for offer in suggest(ITEMS["MZ-008"], {"id_card": [doubtful]})}
    assert offers["applicant_id"].trouble == "校验位不对"
    assert suggest(ITEMS["MZ-008"], {}) == ()


def test_a_guardians_card_fills_the_guardians_lines_and_the_childs_page_the_childs() -> None:
    found = suggested(
        "MZ-006",
        guardian_id=[card("黄家玉", "450521198811020312", "男")],
        household_register=[page_of("黄小玉", "450521201905060047")],
    )
    assert (found["guardian_name"], found["guardian_id_no"]) == ("黄家玉", "450521198811020312")
    assert (found["child_name"], found["child_id"]) == ("黄小玉", "450521201905060047")
    assert "address" not in found  # the guardian's address is not the child's


def test_which_of_two_pages_is_the_childs_is_not_guessed() -> None:
    pages = [page_of("黄小玉", "450521201905060047"), page_of("黄大山", "450521196001010011")]
    assert "child_name" not in suggested("MZ-006", household_register=pages)


def test_a_couples_cards_are_told_apart_by_sex_whatever_their_order() -> None:
    wife, husband = card("莫秀英", "450521199006300042"), card("黄家玉", "450521198811020312", "男")
    for cards in ([wife, husband], [husband, wife]):
        found = suggested("WJ-001", id_card=cards)
        assert (found["wife_name"], found["husband_name"]) == ("莫秀英", "黄家玉")
        assert found["husband_id"] == "450521198811020312"


def test_a_spouse_told_by_the_order_of_the_cards_only_is_no_sure_answer() -> None:
    cards = [card(), card("黄大山", "450521194001010015", "男")]
    offers = {offer.field_id: offer for offer in suggest(ITEMS["WJ-002"], {"id_card": cards})}
    assert offers["spouse_name"].value == "黄大山"
    assert offers["spouse_name"].sure <= 0.6


def test_the_dead_persons_card_never_fills_the_applicants_lines() -> None:
    found = suggested("GA-002", old_id=[card("黄大山", "450521194001010015", "男")])
    assert found["deceased_name"] == "黄大山"
    assert "applicant_name" not in found


@pytest.mark.parametrize("code", ["RS-006", "GA-005"])
def test_where_somebody_lives_now_is_not_taken_from_the_card(code: str) -> None:
    now = {field.id for field in ITEMS[code].form_fields if field.label in ("常住地址", "居住地址")}
    assert now and not now & suggested(code, id_card=[card()]).keys()


def test_every_item_that_asks_for_a_card_gets_a_name_and_a_number_from_it() -> None:
    unfilled = []
    for item in ITEMS.values():
        asked = [material for material in item.materials if material.id == "id_card"]
        if asked and not any(offer.value == "潘某珍" for offer in suggest(item, {"id_card": [card()]})):
            unfilled.append(item.code)
    assert unfilled == []


class TestDisagreements:
    def test_papers_that_agree_are_silent(self):
        member = page_of("潘某珍", "450521194303150008", relation="户主", birth_date="1943-03-15")
        first_page = reading("household_register", householder="潘某珍")
        assert disagreements([card(birth_date="1943-03-15"), first_page, member, BOOK]) == ()

    def test_another_number_for_one_name_and_another_name_for_one_number(self):
        (numbers,) = disagreements([card(), page_of("潘某珍", "450521194303150016")])
        assert "潘某珍" in numbers and "身份证号不一样" in numbers
        (names,) = disagreements([card(), page_of("潘某玲", "450521194303150008")])
        assert "潘某珍" in names and "潘某玲" in names

    def test_an_account_of_somebody_else(self):
        (sentence,) = disagreements([card("黄家玉"), BOOK])
        assert "户名“潘某珍”" in sentence and "黄家玉" in sentence

    def test_an_account_of_any_of_the_family_is_no_contradiction(self):
        assert disagreements([card("黄家玉", "450521198811020312"), card(), BOOK]) == ()

    def test_birth_dates_that_differ_and_a_register_of_two_householders(self):
        member = page_of("潘某珍", "450521194303150008", relation="户主", birth_date="1943-03-16")
        found = disagreements(
            [card(birth_date="1943-03-15"), member, reading("household_register", householder="黄家玉")]
        )
        assert any("出生日期不一样" in sentence for sentence in found)
        assert any("首页的户主" in sentence for sentence in found)
