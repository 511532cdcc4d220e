"""Conditions in plain Chinese: what a villager reads beside a paper and an official beside a branch."""

import pytest
from pydantic import TypeAdapter

from forms.condition import Condition
from forms.condition_words import JUDGED_BY_DESK, condition_words, item_condition_words
from tests.forms.flow.charts import CATALOGUE

LABELS = {
    "kind": "救助类型",
    "farmland": "是否占用农用地",
    "obligor": "是否有法定义务人",
    "paid": "是否已先行缴费",
    "over": "蓄积量是否超过30立方米",
    "agreed": "同意公开",
    "people": "用餐人数",
    "land": "种了什么",
    "applicant_id": "申请人公民身份号码",
}


def words(raw: dict, judged: str = "") -> str:
    condition = TypeAdapter(Condition).validate_python(raw)
    return condition_words(condition, LABELS, units={"people": "人"}, judged=judged)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"field": "kind", "equals": "支出型"}, "救助类型为支出型"),
        ({"field": "farmland", "equals": True}, "占用农用地"),
        ({"field": "farmland", "equals": False}, "不占用农用地"),
        ({"field": "obligor", "equals": False}, "没有法定义务人"),
        ({"field": "paid", "equals": False}, "没有先行缴费"),
        ({"field": "over", "equals": False}, "蓄积量不超过30立方米"),
        ({"field": "agreed", "equals": True}, "“同意公开”选了是"),
        ({"field": "agreed", "equals": False}, "“同意公开”选了否"),
        ({"field": "kind", "one_of": ["急难型", "支出型"]}, "救助类型为急难型或支出型"),
        ({"field": "land", "has": ["水稻", "甘蔗"]}, "种了什么里勾了“水稻”或“甘蔗”"),
        ({"field": "people", "at_least": 100}, "用餐人数达到100人"),
        ({"field": "people", "over": 30, "at_most": 99.5}, "用餐人数不超过99.5人、超过30人"),
        ({"age_of": "applicant_id", "under": 16}, "申请人未满16周岁"),
        ({"age_of": "applicant_id", "at_least": 60}, "申请人年满60周岁"),
        ({"not": {"field": "kind", "one_of": ["急难型", "支出型"]}}, "救助类型不是急难型或支出型"),
        ({"not": {"field": "farmland", "equals": True}}, "不占用农用地"),
        ({"not": {"field": "kind", "equals": "支出型"}}, "救助类型不是支出型"),
        ({"not": {"ask": "家里有病人"}}, "不属于“家里有病人”"),
        ({"field": "nobody_knows", "equals": "甲"}, "nobody_knows为甲"),
    ],
)
def test_each_kind_of_condition_reads_like_speech(raw, expected):
    assert words(raw) == expected


def test_what_a_person_judges_says_who_judges_only_where_asked():
    assert words({"ask": "金额在限额以内"}) == "金额在限额以内"
    assert words({"ask": "金额在限额以内"}, JUDGED_BY_DESK) == "由经办部门判断：金额在限额以内"


def test_parts_are_joined_and_nested_ones_stand_in_brackets():
    either = {"any": [{"field": "farmland", "equals": True}, {"ask": "未委托乡镇"}]}
    assert words(either) == "占用农用地，或者未委托乡镇"
    assert words({"all": [{"field": "kind", "equals": "支出型"}, either]}) == (
        "救助类型为支出型，并且（占用农用地，或者未委托乡镇）"
    )


def test_what_is_no_condition_is_refused():
    with pytest.raises(TypeError, match="no condition"):
        condition_words("占用农用地", LABELS)


def test_every_condition_of_every_item_has_words_without_codes():
    for item in CATALOGUE.items.values():
        for holder in (*item.materials, *item.stages, *item.form_fields):
            if holder.when is not None:
                said = item_condition_words(item, holder.when)
                assert said and not any("a" <= sign <= "z" or sign == "_" for sign in said), (item.code, said)
