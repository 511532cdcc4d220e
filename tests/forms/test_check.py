"""Completeness: every kind of answer good and bad, and the papers this one person needs, no more."""

from collections import Counter

import pytest

from forms.catalogue import load_catalogue
from forms.check import field_fault, find_gaps, is_needed, material_gaps, needed_materials, questions
from forms.item import FormField
from tests.factories import FICTITIOUS_ID, LUHN_CARD, answers_for

CATALOGUE = load_catalogue()
ALLOWANCE = CATALOGUE.get_item("MZ-008")
LOW_INCOME = CATALOGUE.get_item("MZ-001")
LAND = CATALOGUE.get_item("NY-002")
ALL_PAGES = {material.id: len(material.page_names) for item in CATALOGUE.items.values() for material in item.materials}


def field(kind: str, **more) -> FormField:
    return FormField(id="line", label="这一行", type=kind, required=True, **more)


GOOD = [
    ("text", "潘示例"), ("text", 0), ("textarea", "第一行\n第二行"), ("textarea", "字" * 2000),
    ("address", "烟楼村委会样板队1号"), ("id_number", FICTITIOUS_ID), ("id_number", f" {FICTITIOUS_ID[:6]} {FICTITIOUS_ID[6:].lower()}"),
    ("phone", "13800000000"), ("phone", "0779-7212345"), ("bank_account", LUHN_CARD),
    ("bank_account", "210712345678901"), ("date", "1943-03-15"), ("date", "2024-02-29"),
    ("money", "0"), ("money", "120.5"), ("money", 120), ("money", "999999999.99"), ("bool", True), ("bool", False),
]  # fmt: skip
BAD = [
    ("text", None), ("text", ""), ("text", " \u3000\t"), ("address", ""), ("textarea", "字" * 2001), ("id_number", "45052119430315000"),
    ("id_number", FICTITIOUS_ID[:-1] + ("0" if FICTITIOUS_ID[-1] != "0" else "1")), ("phone", "12345"), ("phone", 110),
    ("bank_account", LUHN_CARD[:-1] + str((int(LUHN_CARD[-1]) + 1) % 10)), ("bank_account", "1"),
    ("date", "1943-02-29"), ("date", "1943年3月15日"), ("date", "19430315"), ("date", "1943-W11-1"), ("date", "1943-3-15"),
    ("money", "-1"), ("money", "1e5"), ("money", "12.345"), ("money", "１２"), ("money", "12元"), ("money", "1234567890"),
    ("money", "12\n"), ("bool", "true"), ("bool", 1), ("bool", "是"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_a_good_answer_is_taken(kind, value):
    assert field_fault(field(kind), value) is None


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_a_bad_answer_is_told_in_one_chinese_sentence(kind, value):
    assert field_fault(field(kind), value).endswith("。")


def test_every_kind_of_field_is_tried_above():
    kinds = {line.type for item in CATALOGUE.items.values() for line in item.form_fields} - {"choice"}
    assert kinds <= {kind for kind, _ in GOOD}
    assert kinds <= {kind for kind, _ in BAD}


def test_a_choice_is_one_of_those_offered():
    choice = field("choice", choices=("婚嫁", "祝寿"))
    assert field_fault(choice, "婚嫁") is None
    for other in ("婚", "婚嫁 ", "其他", True):
        assert "婚嫁、祝寿" in field_fault(choice, other)


def test_a_number_of_people_is_a_number_whatever_the_kind_of_line():
    people = field("text", format="number", unit="人")
    assert field_fault(people, "12") is None
    assert "数字" in field_fault(people, "十二")


def test_a_line_that_may_stay_empty_may_but_not_hold_nonsense():
    optional = FormField(id="guardian_id_no", label="监护人公民身份号码", type="id_number", required=False)
    assert field_fault(optional, None) is None
    assert field_fault(optional, "") is None
    assert field_fault(optional, "  ") is None
    assert "18位" in field_fault(optional, "123")


def test_a_complete_application_has_no_gap():
    assert find_gaps(ALLOWANCE, answers_for(), ALL_PAGES) == []


def test_everything_missing_is_told_at_once():
    gaps = find_gaps(ALLOWANCE, {}, {})
    kinds = Counter(gap.kind for gap in gaps)
    assert kinds["material"] == sum(1 for material in ALLOWANCE.materials if material.required == "always")
    assert kinds["field"] == sum(1 for line in ALLOWANCE.form_fields if line.required and line.when is None)
    assert len({gap.id for gap in gaps}) == len(gaps)


class TestConditions:
    def test_a_field_behind_a_condition_is_asked_only_when_it_holds(self):
        wrong = {"agent_id": "123", "agent_phone": "456"}
        assert find_gaps(ALLOWANCE, answers_for(**wrong), ALL_PAGES) == []
        told = {gap.id for gap in find_gaps(ALLOWANCE, answers_for(by_agent=True, **wrong), ALL_PAGES)}
        assert told == {"agent_id", "agent_phone"}

    def test_a_paper_behind_a_form_field_is_asked_only_when_it_holds(self):
        pages = {name: count for name, count in ALL_PAGES.items() if name != "poa"}
        assert find_gaps(ALLOWANCE, answers_for(), pages) == []
        [gap] = find_gaps(ALLOWANCE, answers_for(by_agent=True), pages)
        assert (gap.kind, gap.id) == ("material", "poa")

    def test_a_paper_behind_a_question_is_asked_when_a_person_said_yes(self):
        disabled = LOW_INCOME.materials_by_id["disability_cert"]
        assert disabled in questions(LOW_INCOME)
        for answers, needed in (
            ({}, False),
            ({disabled.question: False}, False),
            ({disabled.question: "true"}, False),
            ({disabled.question: True}, True),
        ):
            assert is_needed(disabled, answers) is needed

    def test_only_what_people_judge_is_a_question(self):
        assert {material.id for material in questions(LOW_INCOME)} == {"disability_cert", "income_proof"}
        assert questions(ALLOWANCE) == []


class TestPapersADepartmentHas:
    @pytest.mark.parametrize("item", CATALOGUE.items.values(), ids=lambda item: item.code)
    def test_are_never_asked_for_whatever_was_answered(self, item):
        answers = {material.question: True for material in item.materials} | {"by_agent": True}
        assert all(material.source != "department" for material in needed_materials(item, answers))
        assert all(material.source != "department" for material in questions(item))

    def test_are_in_the_catalogue_so_that_the_test_above_means_something(self):
        assert LAND.materials_by_id["land_cert"].source == "department"
        assert LOW_INCOME.materials_by_id["school_proof"].source == "department"
        assert "land_cert" not in {gap.id for gap in material_gaps(LAND, {}, {})}


class TestPages:
    def test_each_missing_page_is_named(self):
        [gap] = material_gaps(ALLOWANCE, answers_for(), {**ALL_PAGES, "id_card": 1})
        assert gap.sentence == "还差“老年人居民身份证”的国徽面。"
        [gap] = material_gaps(ALLOWANCE, answers_for(), {**ALL_PAGES, "id_card": 0})
        assert gap.sentence == "还差“老年人居民身份证”的人像面、国徽面。"

    def test_more_pages_than_wanted_are_welcome(self):
        assert material_gaps(ALLOWANCE, answers_for(), {**ALL_PAGES, "household_register": 9}) == []
