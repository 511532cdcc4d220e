"""What is published: the item's own columns, masked, and nothing the template does not name."""

from datetime import date

import pytest

from forms.catalogue import load_catalogue
from server.domain.disclosure import NOT_STATED, DisclosureFacts, result_columns, stated_labels

CATALOGUE = load_catalogue()
FACTS = DisclosureFacts("潘示例", "合浦县廉州镇烟楼村", "高龄津贴申请", date(2026, 11, 23), "80—89周岁")


def columns(code: str, stated=None, facts=FACTS):
    return result_columns(CATALOGUE.get_item(code), facts, stated or {})


def test_the_columns_are_the_templates_in_its_order():
    stated = {"补助标准或金额": "每月100元", "起始年月": "2026年12月"}
    assert columns("MZ-008", stated) == [
        ("姓名", "潘**"),
        ("村（组）", "合浦县廉州镇烟楼村"),
        ("补助事项", "高龄津贴申请"),
        ("补助标准或金额", "每月100元"),
        ("起始年月", "2026年12月"),
        ("年龄段", "80—89周岁"),
        ("办结日期", "2026年11月23日"),
    ]


def test_what_the_desk_did_not_state_is_said_to_be_so():
    assert dict(columns("MZ-008"))["补助标准或金额"] == NOT_STATED


@pytest.mark.parametrize("item", CATALOGUE.items.values(), ids=lambda item: item.code)
def test_no_whole_name_is_published_by_any_item(item):
    shown = result_columns(
        item, FACTS, {field.label: FACTS.applicant_name for field in item.disclosure_fields if "姓名" in field.label}
    )
    assert "示例" not in str(shown)


@pytest.mark.parametrize("item", CATALOGUE.items.values(), ids=lambda item: item.code)
def test_a_desk_can_state_only_what_the_case_does_not_know(item):
    if item.publishes_names:
        known = {label for label, _ in columns(item.code)} - set(stated_labels(item))
        assert {field.label for field in item.disclosure_fields if field.mask == "name"} <= known
        forged = dict(columns(item.code, dict.fromkeys(known, "改过")))
        assert "改过" not in forged.values()


def test_a_desk_cannot_add_a_column():
    assert "电话" not in dict(columns("MZ-008", {"电话": "13800000000"}))


@pytest.mark.parametrize("code", ["CL-001", "SJ-002"])
def test_an_item_that_names_nobody_publishes_no_single_case_and_asks_the_desk_for_nothing(code):
    assert columns(code) is None
    assert stated_labels(CATALOGUE.get_item(code)) == []


def test_the_desk_is_asked_for_exactly_the_columns_nobody_else_knows():
    assert stated_labels(CATALOGUE.get_item("MZ-008")) == ["补助标准或金额", "起始年月"]
    assert stated_labels(CATALOGUE.get_item("MZ-001")) == ["保障金额", "起始年月"]
    assert stated_labels(CATALOGUE.get_item("NY-002")) == ["补贴面积", "补贴标准", "补贴金额"]
