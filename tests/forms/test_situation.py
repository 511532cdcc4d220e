"""哪些我能办: invented people are offered what the entries' own words give them, and nothing those words rule out."""

import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from forms.catalogue import content_of, load_catalogue
from forms.checking.items import check_item
from forms.checking.policies import check_policy
from forms.condition import Condition, fields_of, walk
from forms.condition_text import condition_text, read_condition
from forms.condition_words import condition_words
from forms.situation import SituationQuestion, find_exclusions, find_matches, read_answers

CATALOGUE = load_catalogue()
QUESTIONS = CATALOGUE.vocabulary.questions
ENTRIES = [*CATALOGUE.items.values(), *CATALOGUE.policies.values()]
CODES = {entry.code for entry in ENTRIES}
NOTHING_ELSE = {
    "registered_at": "本市的村里", "disability_grade": "没有残疾", "relief_class": "都不是", "poverty_class": "都不是",
    "hardship": ["都没有"], "children": ["都没有"], "children_born": "都不是", "study": ["没有人上学"], "standing": ["都没有"],
    "health": ["都没有"], "work": ["都不是"], "pension": "没有参加", "land": ["都没有"], "home": ["都没有"],
    "events": ["都没有"], "sex": "男", "age": "45",
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """An invented person: what they answer beside NOTHING_ELSE, what must be likely, offered, and not offered."""

    answers: dict[str, Any]
    likely: str = ""
    offered: str = ""
    hidden: str = ""


PEOPLE = {
    "82岁、村里户口、低保": Person(
        {"age": "82", "relief_class": "低保", "pension": "在领城乡居民养老金"},
        likely="MZ-008 P-MZ-10 P-MZ-01 MZ-014 MZ-015 P-WJ-08 P-MZ-16 P-YB-02 P-YB-03",
        offered="MZ-009 MZ-010 MZ-002 P-MZ-11 RS-003 MZ-004",
        hidden="MZ-005 MZ-006 WJ-004 NY-002 TY-002 JY-002 MZ-011 RS-001 RS-002 P-RS-01 P-RS-02 P-RS-03",
    ),
    "79岁，快到80": Person({"age": "79"}, offered="MZ-008 P-MZ-10", hidden="MZ-009"),
    "82岁，户口在外地": Person(
        {"age": "82", "registered_at": "外地但在这里住满半年"}, likely="MZ-015 P-WJ-08 GA-005", hidden="MZ-008 P-MZ-10"
    ),
    "62岁，村里户口": Person(
        {"age": "62"}, likely="RS-002 P-RS-02 MZ-015", offered="MZ-002 P-MZ-16", hidden="MZ-008 P-WJ-08 WJ-002"
    ),
    "65岁，要人照顾，低保边缘": Person(
        {"age": "65", "relief_class": "低保边缘", "health": ["生活要人照顾"]},
        likely="MZ-010 P-MZ-11 P-MZ-12 MZ-004 P-YB-03 P-MZ-04",
        offered="YB-006",
        hidden="MZ-005",
    ),
    "61岁，退休工人": Person({"age": "61", "pension": "在领退休金"}, offered="RS-003", hidden="RS-001 RS-002 P-RS-02 RS-010"),
    "63岁，只有两个女儿": Person(
        {"age": "63", "children_born": "只有两个女儿"}, likely="WJ-002 P-WJ-02", hidden="WJ-003 WJ-005"
    ),
    "50岁母亲，孩子去世": Person(
        {"age": "50", "sex": "女", "children_born": "孩子去世现在没有孩子"}, likely="WJ-003 P-WJ-03", hidden="WJ-002"
    ),
    "40岁母亲，独生子女残疾": Person(
        {"age": "40", "sex": "女", "children_born": "独生子女有残疾"}, likely="P-WJ-06", hidden="WJ-003 P-WJ-03"
    ),
    "3岁孤儿": Person(
        {"age": "3", "children": ["3到6岁的", "父母都不在了或找不到的"]},
        likely="MZ-006 P-MZ-07 P-WJ-09 P-MZ-18",
        offered="MZ-002 MZ-007",
        hidden="MZ-008 WJ-004 RS-001 RS-006 P-MZ-09",
    ),
    "外婆替没人照看的外孙问": Person(
        {"age": "66", "sex": "女", "children": ["7到17岁的", "父母都没法照看的"], "study": ["小学或初中"]},
        likely="MZ-007 P-MZ-08 JY-002 P-JY-03",
        hidden="MZ-006",
    ),
    "孕妇": Person(
        {"age": "28", "sex": "女", "children": ["怀着孩子"]},
        likely="WJ-001 P-WJ-07 P-WJ-10",
        hidden="WJ-004 YB-002 GA-001 P-WJ-06 MZ-008 P-WJ-05",
    ),
    "刚生了孩子": Person(
        {"age": "26", "sex": "女", "children": ["出生不到3个月的"]},
        likely="GA-001 WJ-001 WJ-004 P-WJ-01 YB-002 P-YB-07 P-WJ-09",
        hidden="MZ-006 JY-002 CL-003",
    ),
    "2岁，孩子自己": Person({"age": "2"}, likely="WJ-004 P-WJ-01", offered="GA-001 MZ-002", hidden="YB-002 RS-001"),
    "一级肢体残疾、低保": Person(
        {"disability_grade": "一级", "disability_kind": "肢体", "relief_class": "低保"},
        likely="MZ-011 MZ-012 P-MZ-13 P-MZ-14 CL-004 CL-005 P-CL-03 P-CL-04 P-RS-03 CL-002",
        offered="MZ-002 P-CL-05",
        hidden="CL-001 CL-003",
    ),
    "三级听力残疾": Person(
        {"disability_grade": "三级", "disability_kind": "听力"},
        likely="CL-002 CL-004",
        offered="MZ-011",
        hidden="MZ-012 P-MZ-14 P-CL-04 P-CL-05 MZ-002",
    ),
    "三级精神残疾": Person(
        {"disability_grade": "三级", "disability_kind": "精神或孤独症"},
        likely="P-CL-04", offered="MZ-012 P-MZ-14 MZ-002 MZ-011",
    ),
    "有残疾没办证": Person({"disability_grade": "有残疾还没办证"}, likely="CL-001", offered="MZ-011 MZ-012 CL-004", hidden="CL-002"),
    "母亲替孤独症孩子问": Person(
        {"age": "33", "sex": "女", "children": ["3到6岁的", "有残疾或孤独症的"], "study": ["幼儿园"]},
        likely="CL-001 CL-003 CL-004 P-CL-01 JY-002 P-JY-02 P-JY-01",
        offered="MZ-011",
        hidden="WJ-004",
    ),
    "退役军人，61岁": Person(
        {"age": "61", "standing": ["退役军人"]},
        likely="TY-001 TY-002 P-TY-02 P-TY-04",
        hidden="TY-003 P-TY-01 P-TY-03 SL-001",
    ),
    "孩子正在当义务兵": Person({"standing": ["家里有人正在当义务兵"]}, likely="TY-003 P-TY-01", hidden="TY-001 TY-002"),
    "种地户": Person(
        {"land": ["有承包地", "种水稻", "买了或想买农机"], "work": ["种地或养殖或打鱼"]},
        likely="NY-002 P-NY-01 NY-005 P-NY-03 NY-003 P-NY-02 NY-007 P-NY-05 P-NY-10",
        hidden="NY-009 NY-008 LY-001 P-NY-04 P-NY-07 NY-004",
    ),
    "种地的财政供养人员": Person({"land": ["有承包地", "买了或想买农机"], "work": ["拿财政工资"]}, likely="NY-002", hidden="NY-003"),
    "渔民": Person(
        {"land": ["有出海捕鱼的船"], "work": ["种地或养殖或打鱼"]}, likely="NY-009 P-NY-06", hidden="NY-002 NY-008 LY-001"
    ),
    "养殖户，有桉树林": Person(
        {"land": ["养猪牛鸡鸭等", "养鱼虾贝", "有山林"]}, likely="P-NY-07 P-NY-08 NY-008 LY-001 NY-007", hidden="NY-009 NY-005 P-LY-01"
    ),
    "危房户，低保": Person(
        {"home": ["是危房或者没有房子"], "relief_class": "低保"},
        likely="ZJ-001 P-ZJ-01 NY-001 ZR-001",
        hidden="YJ-001 ZR-002 P-ZJ-02",
    ),
    "台风吹倒房子": Person(
        {"home": ["受灾倒了或坏得厉害"], "hardship": ["受了灾"]}, likely="YJ-001 P-YJ-01 P-YJ-02", offered="ZJ-001 MZ-003", hidden="ZR-002"
    ),
    "家里刚有人去世": Person(
        {"events": ["家里有人去世"]},
        likely="GA-002 MZ-013 P-MZ-15 P-RS-04 RS-004",
        offered="SJ-002 CL-002",
        hidden="GA-003 SF-002 SF-001",
    ),
    "没工作，又残疾": Person(
        {"work": ["没有工作想找活干"], "disability_grade": "四级", "disability_kind": "视力"},
        likely="RS-006 RS-007 P-RS-06",
        offered="P-RS-10 RS-008",
        hidden="SJ-001 XC-004",
    ),
    "返乡想开店": Person({"work": ["在做买卖或想做买卖", "在外省打工"]}, likely="SJ-001 P-RS-09", hidden="P-CL-06 XC-004"),
    "脱贫户，在外省打工，孩子读中职": Person(
        {"poverty_class": "脱贫户", "work": ["在外省打工"], "study": ["中职或技校"]},
        likely="XC-002 P-XC-02 XC-003 XC-004 P-XC-04 JY-002 P-JY-06 RS-008 YB-003",
        offered="P-YB-04 JY-001",
        hidden="P-XC-01 P-JY-05",
    ),
    "监测对象": Person({"poverty_class": "监测对象"}, likely="P-XC-01 XC-003 P-YB-02 P-RS-03", offered="ZJ-001", hidden="XC-002"),
    "考上大学，家里收入低": Person(
        {"age": "18", "study": ["本科或研究生"], "hardship": ["收入低", "上学花费很重"]},
        likely="JY-001 P-JY-07 MZ-001 MZ-004 MZ-005",
        offered="P-JY-08 MZ-003",
        hidden="JY-002 P-JY-05 XC-002",
    ),
    "大病花了很多钱": Person(
        {"hardship": ["看病花了很多钱"], "health": ["有别的病要长期看", "医药费没有当场报销", "要到外地看病"]},
        likely="MZ-003 MZ-005 YB-003 YB-004 YB-005 P-YB-05 XC-001",
        offered="YB-006",
        hidden="P-YB-06",
    ),
    "被欠工资": Person({"events": ["被拖欠工资"]}, likely="P-RS-11 SF-001 P-SF-01", hidden="SF-002 GA-002"),
    "水库移民": Person({"standing": ["登记过的水库移民"]}, likely="SL-001 P-SL-01", hidden="RS-005 TY-001"),
    "地被征了": Person({"standing": ["地被国家征了的农民"]}, likely="RS-005 P-RS-05", hidden="SL-001"),
    "特困老人": Person({"age": "70", "relief_class": "特困"}, likely="MZ-002 P-MZ-02 P-YB-04", hidden="MZ-004 MZ-005"),
    "刚性支出困难，大病": Person(
        {"relief_class": "刚性支出困难", "hardship": ["看病花了很多钱"]}, likely="YB-006 P-YB-03 MZ-005 P-MZ-05 MZ-014", offered="MZ-004"
    ),
    "要换证、迁户口、办酒、调解": Person(
        {"pension": "交过城乡居民养老保险还没领",
         "events": ["身份证要办要换", "社保卡要办要补", "户口要迁", "要办红白酒席", "有纠纷想找人调解"]},
        likely="GA-003 GA-004 RS-009 RS-010 SJ-002 SF-002",
        offered="SF-001",
        hidden="GA-002 MZ-013",
    ),
    "种甘蔗，租地，要建大棚": Person(
        {"land": ["种甘蔗", "租地种或把地租出去", "要建大棚或圈舍或鱼塘", "有公益林"], "home": ["想改厕所", "房子建好还没登记"]},
        likely="NY-004 NY-006 P-NY-04 P-LY-01 P-NY-09 ZR-002",
        hidden="NY-005 LY-001 NY-001",
    ),
    "残疾人摆摊，低保，孩子读高中": Person(
        {"disability_grade": "二级", "disability_kind": "视力", "relief_class": "低保", "work": ["在做买卖或想做买卖"], "study": ["普通高中"]},
        likely="P-CL-06 P-CL-07 P-JY-05 JY-002 SJ-001",
        offered="JY-001 P-JY-08",
        hidden="P-CL-05 MZ-002",
    ),
    "流落在外": Person(
        {"registered_at": "外地也没在这里住满半年", "hardship": ["流落在外没有着落"]}, likely="P-MZ-17", offered="MZ-003", hidden="GA-005"
    ),
    "想学技术": Person({"work": ["想学技术"]}, likely="P-RS-08"),
    "烈士家属": Person({"standing": ["烈士或因公牺牲或病故军人的家属"]}, likely="TY-001 P-TY-03 P-TY-04", hidden="TY-002 TY-003"),
    "准备要孩子": Person({"children": ["准备要孩子"]}, likely="P-WJ-05 P-WJ-07", hidden="WJ-001 WJ-004"),
    "脱贫户养猪": Person({"poverty_class": "脱贫户", "land": ["养猪牛鸡鸭等"]}, likely="P-XC-05 XC-003 P-NY-07", hidden="XC-004"),
    "高血压": Person({"health": ["有高血压或糖尿病"]}, likely="P-YB-06 YB-004 P-WJ-10", hidden="YB-005"),
    "社区低保户没房住": Person(
        {"registered_at": "本市的社区或街道", "relief_class": "低保", "home": ["在城镇没房住或住不下"]},
        likely="P-ZJ-02 MZ-001",
        hidden="NY-001 YJ-001",
    ),
    "日子平常的人": Person(
        {},
        offered="MZ-001 XC-001 P-WJ-10",
        hidden="MZ-003 MZ-006 MZ-008 MZ-011 MZ-014 RS-006 YB-004 WJ-001 CL-001 NY-002 NY-009 ZR-002 TY-001 JY-001 SF-001 GA-004 SJ-002",
    ),
}  # fmt: skip


def matches(answers: dict) -> dict:
    return {match.entry.code: match for match in find_matches(ENTRIES, answers, QUESTIONS)}


@cache
def likely_for_somebody() -> set[str]:
    found = [match for person in PEOPLE.values() for match in matches(NOTHING_ELSE | person.answers).values()]
    return {match.entry.code for match in found if match.chance == "likely"}


class TestInventedPeople:
    @pytest.mark.parametrize("name", PEOPLE)
    def test_are_offered_what_is_theirs_and_nothing_else_s(self, name):
        person = PEOPLE[name]
        found = matches(NOTHING_ELSE | person.answers)
        likely = {code for code, match in found.items() if match.chance == "likely"}
        assert set(person.likely.split()) - likely == set()
        assert set(person.offered.split()) - (found.keys() - likely) == set()
        assert set(person.hidden.split()) & found.keys() == set()
        assert set(f"{person.likely} {person.offered} {person.hidden}".split()) <= CODES

    @pytest.mark.parametrize("name", PEOPLE)
    def test_are_told_why_and_what_is_still_open(self, name):
        for match in find_matches(ENTRIES, NOTHING_ELSE | PEOPLE[name].answers, QUESTIONS):
            if match.chance == "likely":
                assert match.because and not match.open_questions
            else:
                assert match.judged or match.open_questions

    def test_hear_their_own_answers_as_the_reason(self):
        match = matches({"age": "82", "registered_at": "本市的村里"})["MZ-008"]
        assert match.because == ("户口：本市的村里", "年龄：82岁")
        assert match.judged == ("没有重复领同类津贴",)
        assert matches({"land": ["种水稻", "有山林"]})["NY-007"].because == ("地和海：种水稻、有山林",)

    def test_hear_which_questions_are_open(self):
        found = matches({"age": "82"})
        assert found["MZ-008"].open_questions == ("registered_at",)
        assert "MZ-006" in found and found["MZ-006"].open_questions == ("children",)

    def test_see_the_likely_first_then_what_something_speaks_for(self):
        found = find_matches(ENTRIES, {"age": "82"}, QUESTIONS)
        order = [(match.chance != "likely", not match.because) for match in found]
        assert order == sorted(order)


class TestWhoeverAnswers:
    def test_no_answer_excludes_nothing(self):
        found = matches({})
        assert found.keys() == CODES
        assert {match.chance for match in found.values()} == {"to_be_seen"}

    def test_every_entry_says_whom_it_suits_and_every_question_is_read(self):
        read = set().union(*(fields_of(entry.suits) for entry in ENTRIES))
        assert read == set(QUESTIONS)

    @settings(max_examples=40, deadline=None)
    @given(st.randoms(use_true_random=False))
    def test_answering_more_never_brings_back_what_was_excluded(self, dice: random.Random):
        whole = {name: _any_answer(question, dice) for name, question in QUESTIONS.items()}
        known: dict = {}
        left = CODES
        for name in dice.sample(list(whole), len(whole)):
            known[name] = whole[name]
            now = matches(known).keys()
            assert now <= left
            left = now

    @settings(max_examples=80, deadline=None)
    @given(st.randoms(use_true_random=False))
    def test_whatever_is_likely_has_a_reason_and_whatever_is_not_has_a_doubt(self, dice: random.Random):
        some = [name for name in QUESTIONS if dice.random() < 0.5]
        for match in matches({name: _any_answer(QUESTIONS[name], dice) for name in some}).values():
            assert match.because if match.chance == "likely" else match.judged or match.open_questions

    @pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
    def test_somebody_is_likely_to_get_each_entry_unless_all_hangs_on_a_judgement(self, entry):
        """A condition nobody can meet would hide the entry behind 还要看 for good."""
        decisive = any(getattr(part, "decisive", False) for part in walk(entry.suits))
        assert (entry.code in likely_for_somebody()) is not decisive


def _any_answer(question: SituationQuestion, dice: random.Random) -> Any:
    if question.type == "number":
        return str(dice.choice([0, 2, 5, 15, 17, 30, 50, 60, 66, 79, 80, 95]))
    if question.type == "many":
        return dice.sample(question.choices, dice.randint(1, 3)) if dice.random() < 0.8 else [question.none]
    return dice.choice(question.choices)


class TestReadingAForm:
    def test_what_was_chosen_becomes_an_answer(self):
        given_form = {
            "age": [" 82 "],
            "relief_class": ["低保"],
            "land": ["种水稻", "有承包地", "都没有"],
            "home": ["都没有"],
        }
        assert read_answers(given_form, QUESTIONS) == {
            "age": "82", "relief_class": "低保", "land": ["有承包地", "种水稻"], "home": ["都没有"],
        }  # fmt: skip

    @pytest.mark.parametrize("age", ["", "-1", "八十", "82岁", "1e3", "9999", "８２x", "²"])
    def test_what_is_no_answer_counts_as_unanswered(self, age):
        assert read_answers({"age": [age], "sex": ["狗"], "land": ["月球"], "name": ["某人"]}, QUESTIONS) == {}

    def test_wide_digits_are_digits(self):
        assert read_answers({"age": ["８２"]}, QUESTIONS) == {"age": "82"}

    @pytest.mark.parametrize(
        ("spoilt", "fault"),
        [
            ({"type": "choice"}, "要写 choices"),
            ({"type": "many", "choices": ["甲"]}, "要写 none"),
            ({"type": "bool", "none": "都没有"}, "要写 none"),
        ],
    )
    def test_a_question_that_cannot_be_asked_is_a_fault(self, spoilt, fault):
        with pytest.raises(ValidationError, match=fault):
            SituationQuestion.model_validate({"id": "x", "ask": "问？", "label": "问", "group": "甲", **spoilt})

    def test_no_question_asks_for_a_name_or_a_number_that_identifies(self):
        for question in QUESTIONS.values():
            assert not any(word in question.ask for word in ("姓名", "叫什么", "身份证号", "电话", "住址", "账号"))
            # An Excel cell lists several choices with these between them.
            assert not any(mark in choice for choice in question.choices for mark in "、，, ")


class TestExclusions:
    RULES = CATALOGUE.vocabulary.mutual_exclusions

    def test_two_that_bar_each_other_say_so_beside_both(self):
        barred = find_exclusions(["MZ-002", "MZ-006", "MZ-008"], self.RULES)
        assert barred.keys() == {"MZ-002", "MZ-006"}
        [(rule, others)] = barred["MZ-002"]
        assert "选后者即不再认定特困" in rule and others == ["MZ-006"]

    def test_one_alone_bars_nothing(self):
        assert find_exclusions(["MZ-001"], self.RULES) == {}


class TestConditions:
    has = TypeAdapter(Condition).validate_python({"field": "land", "has": ["种水稻", "种甘蔗"]})

    @pytest.mark.parametrize(
        ("ticked", "decided"),
        [(["种水稻"], True), (["有山林", "种甘蔗"], True), (["有山林"], False), (["都没有"], False), ([], None), (None, None), ("种水稻", None)],
    )  # fmt: skip
    def test_one_of_what_is_ticked_is_enough(self, ticked, decided):
        assert self.has.decide({"land": ticked}) is decided

    @pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
    def test_whom_an_entry_suits_survives_being_written_in_a_cell(self, entry):
        assert TypeAdapter(Condition).validate_python(read_condition(condition_text(entry.suits))) == entry.suits

    def test_several_things_to_tick_are_put_in_words(self):
        assert condition_words(self.has, {"land": "地和海"}) == "地和海里勾了“种水稻”或“种甘蔗”"

    @pytest.mark.parametrize(
        ("suits", "fault"),
        [
            ({"field": "rich", "equals": "是"}, "条件里的问题“rich”不在 situation.yaml 里"),
            ({"field": "land", "has": ["月球"]}, "没有“月球”这个选项"),
            ({"field": "land", "equals": "种水稻"}, "多选写 has"),
            ({"field": "relief_class", "has": ["低保"]}, "单选写 equals 或 one_of"),
            ({"field": "age", "equals": "82"}, "数字写 at_least 等"),
            ({"not": {"field": "relief_class", "one_of": ["低保", "富户"]}}, "没有“富户”这个选项"),
        ],
    )
    def test_a_condition_no_answer_could_meet_is_a_fault(self, suits, fault):
        policy = type(CATALOGUE.get_policy("P-MZ-10")).model_validate(
            content_of(CATALOGUE.get_policy("P-MZ-10")) | {"suits": suits}
        )
        item = type(CATALOGUE.get_item("MZ-008")).model_validate(
            content_of(CATALOGUE.get_item("MZ-008")) | {"suits": suits}
        )
        for findings in (
            check_policy(policy, CATALOGUE.vocabulary, set(CATALOGUE.items)),
            check_item(item, CATALOGUE.vocabulary, set(CATALOGUE.items)),
        ):
            assert [finding.field for finding in findings] == ["suits"]
            assert fault in findings[0].fault

    def test_an_application_form_has_no_line_to_tick_several_of(self):
        content = content_of(CATALOGUE.get_item("MZ-008"))
        content["stages"][1]["when"] = {"field": "age_band", "has": ["100周岁以上"]}
        item = type(CATALOGUE.get_item("MZ-008")).model_validate(content)
        assert any("不能写 has" in f.fault for f in check_item(item, CATALOGUE.vocabulary, set(CATALOGUE.items)))
