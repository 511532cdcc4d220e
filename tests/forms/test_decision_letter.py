"""Which decisions can be taken to review and to court, and in which words that is said."""

import pytest

from forms.decision_letter import remedy_words
from tests.forms.flow.charts import CATALOGUE


def remedies(code: str, department: str) -> str | None:
    return remedy_words(CATALOGUE.get_item(code), department, "合浦县人民政府")


@pytest.mark.parametrize(("code", "department"), [("MZ-001", "民政"), ("LY-001", "林业"), ("NY-001", "农业农村")])
def test_an_administrative_act_names_both_ways_with_their_limits(code, department):
    words = remedies(code, department)
    assert words.startswith("如对本决定不服")
    assert "60日内向合浦县人民政府申请行政复议（《行政复议法》第20条）" in words
    assert "6个月内向有管辖权的人民法院提起行政诉讼（《行政诉讼法》第46条）" in words


@pytest.mark.parametrize(
    ("code", "department", "why"),
    [
        ("CL-001", "残联", "an association decides"),
        ("XC-003", "金融机构", "a bank decides"),
        ("SF-002", "村级组织", "mediation decides nothing"),
        ("SJ-002", "市场监管", "a filing is decided by nobody"),
        ("GA-003", "公安", "the errand is only run: the police decide in their own papers"),
    ],
)
def test_what_is_no_such_act_has_no_such_paragraph(code, department, why):
    assert remedies(code, department) is None, why


def test_legal_aid_is_objected_to_first():
    words = remedies("SF-001", "司法")
    assert "向司法行政部门提出" in words and "第49条" in words and "60日" not in words
