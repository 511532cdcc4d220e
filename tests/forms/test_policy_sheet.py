"""A policy's sheet: how to ask for it, until when it holds, and no amount that nobody has set."""

from datetime import date

from forms.confidence_words import certainty_words
from forms.policy_sheet import LOCAL_STANDARD, benefit_words, how_words, policy_sheet_of
from tests.forms.flow.charts import CATALOGUE

POLICY = CATALOGUE.get_policy("P-MZ-10")


def facts(policy, on: date) -> dict[str, str]:
    return dict(policy_sheet_of(policy, CATALOGUE.items, on=on).facts)


def test_an_errand_of_ours_is_named_and_another_way_is_told_as_written():
    assert how_words(POLICY, CATALOGUE.items) == "到村里的办事柜台办“高龄津贴申请”（MZ-008）"
    elsewhere = POLICY.model_copy(update={"item_codes": (), "how_to_apply": "学校落实"})
    assert how_words(elsewhere, CATALOGUE.items) == "学校落实"
    gone = POLICY.model_copy(update={"item_codes": ("XX-999",), "how_to_apply": "XX-999"})
    assert how_words(gone, CATALOGUE.items) == "XX-999"


def test_a_local_standard_is_said_even_where_the_entry_forgot_to():
    forgetful = POLICY.model_copy(update={"benefit": "按月发放", "local_standard": True})
    assert benefit_words(forgetful) == f"{LOCAL_STANDARD}；按月发放"
    assert benefit_words(forgetful.model_copy(update={"local_standard": False})) == "按月发放"
    assert all("地方标准" in benefit_words(each) for each in CATALOGUE.policies.values() if each.local_standard)


def test_one_that_has_run_out_or_not_begun_says_so():
    dated = POLICY.model_copy(update={"effective": date(2026, 1, 1), "expiry": date(2026, 12, 31), "expiry_note": None})
    assert facts(dated, date(2026, 6, 1))["什么时候到期"] == "2026年12月31日"
    assert "已经过了" in facts(dated, date(2027, 1, 1))["什么时候到期"]
    assert "还没有开始" in facts(dated, date(2025, 12, 31))["什么时候到期"]


def test_dates_nobody_stated_are_not_made_up():
    undated = POLICY.model_copy(update={"effective": None, "effective_note": None, "expiry": None, "expiry_note": None})
    assert facts(undated, date(2026, 6, 1))["什么时候开始"] == "没有写明"


def test_how_sure_an_entry_is_goes_with_whether_it_is_confirmed():
    assert certainty_words("memory", is_confirmed=False) == "依据还没有核对原文，待确认；还没有经主管部门最后确认。"
    assert certainty_words("verified", is_confirmed=True) == "主要依据核对过法规原文。"
