"""Conditions: three answers, decided alike at the counter and at the server, and written so that officials read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from forms.catalogue import load_catalogue
from forms.condition import VISIT_DAY, Condition, asks_a_person, fields_of, with_visit_day
from forms.condition_text import ConditionFault, condition_text, read_condition
from tests.factories import FICTITIOUS_ID

SHAPE = TypeAdapter(Condition)


def decide(raw, answers, question="needs_it"):
    return SHAPE.validate_python(raw).decide(answers, question)


class TestDeciding:
    @pytest.mark.parametrize(
        ("raw", "answers", "decided"),
        [
            ({"field": "a", "equals": True}, {"a": True}, True),
            ({"field": "a", "equals": True}, {"a": False}, False),
            ({"field": "a", "equals": True}, {}, None),
            ({"field": "a", "equals": "甲"}, {"a": " "}, None),
            ({"field": "a", "one_of": ["甲", "乙"]}, {"a": "乙"}, True),
            ({"field": "a", "one_of": ["甲", "乙"]}, {"a": "丙"}, False),
            ({"field": "n", "at_least": 60}, {"n": "60"}, True),
            ({"field": "n", "over": 60}, {"n": "60"}, False),
            ({"field": "n", "at_least": 16, "under": 18}, {"n": "17.5"}, True),
            ({"field": "n", "at_most": 0.1}, {"n": "0.1"}, True),
            ({"field": "n", "at_least": 1}, {"n": "很多"}, None),
            ({"field": "n", "at_least": 1}, {"n": True}, None),
            ({"not": {"field": "a", "equals": True}}, {"a": False}, True),
            ({"not": {"field": "a", "equals": True}}, {}, None),
            ({"ask": "有没有残疾人"}, {"needs_it": True}, True),
            ({"ask": "有没有残疾人"}, {"needs_it": "true"}, None),
        ],
    )
    def test_each_form(self, raw, answers, decided):
        assert decide(raw, answers) is decided

    def test_any_is_yes_as_soon_as_one_is_and_all_no_as_soon_as_one_is_not(self):
        yes, no, open_one = (
            {"field": "a", "equals": True},
            {"field": "b", "equals": True},
            {"field": "c", "equals": True},
        )
        answers = {"a": True, "b": False}
        assert decide({"any": [open_one, yes]}, answers) is True
        assert decide({"any": [no, open_one]}, answers) is None
        assert decide({"all": [open_one, no]}, answers) is False
        assert decide({"all": [yes, open_one]}, answers) is None

    @pytest.mark.parametrize(("day", "under_sixteen"), [("1959-03-14", True), ("1959-03-15", False)])
    def test_an_age_counts_to_the_day_of_the_visit_from_an_id_number_or_a_date(self, day, under_sixteen):
        raw = {"age_of": "who", "under": 16}
        assert decide(raw, {"who": FICTITIOUS_ID, VISIT_DAY: day}) is under_sixteen
        assert decide(raw, {"who": "1943-03-15", VISIT_DAY: day}) is under_sixteen

    def test_an_age_nobody_can_tell_is_not_known(self):
        assert decide({"age_of": "who", "under": 16}, {"who": FICTITIOUS_ID}) is None
        assert decide({"age_of": "who", "under": 16}, {"who": "不记得", VISIT_DAY: "2026-01-01"}) is None

    def test_the_visit_day_once_given_is_kept(self):
        from datetime import date

        assert with_visit_day({VISIT_DAY: "2026-01-01"}, date(2026, 2, 2))[VISIT_DAY] == "2026-01-01"


@pytest.mark.parametrize("raw", [{}, {"field": "a"}, "看着办", {"any": []}, {"ask": ""}, {"field": "a", "equal": 1}])
def test_a_condition_in_no_known_form_is_refused(raw):
    with pytest.raises(ValidationError):
        SHAPE.validate_python(raw)


NAMES = st.sampled_from(["a", "b_c", "applicant_id"])
WORDS = st.text("甲乙丙丁是否", min_size=1, max_size=4)
NUMBERS = st.integers(0, 500).map(float)
LEAVES = st.one_of(
    st.builds(lambda field, value: {"field": field, "equals": value}, NAMES, st.one_of(st.booleans(), WORDS)),
    st.builds(lambda field, values: {"field": field, "one_of": values}, NAMES, st.lists(WORDS, min_size=1, max_size=3)),
    st.builds(lambda field, low, high: {"field": field, "at_least": low, "under": high}, NAMES, NUMBERS, NUMBERS),
    st.builds(lambda field, high: {"age_of": field, "at_most": high}, NAMES, NUMBERS),
    st.builds(lambda words: {"ask": "有没有" + words}, WORDS),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda part: {"not": part}, inner),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)
ANSWERS = st.fixed_dictionaries(
    {}, optional={"a": st.one_of(st.booleans(), WORDS), "b_c": st.integers(0, 500).map(str), "needs_it": st.booleans()}
)


class TestWriting:
    @given(raw=CONDITIONS, answers=ANSWERS)
    def test_what_is_written_decides_as_what_it_was_written_from(self, raw, answers):
        """The shape may differ (bounds of one number merge); what it decides may not."""
        condition = SHAPE.validate_python(raw)
        again = SHAPE.validate_python(read_condition(condition_text(condition)))
        assert again.decide(answers, "needs_it") is condition.decide(answers, "needs_it")
        assert fields_of(again) == fields_of(condition)
        assert asks_a_person(again) == asks_a_person(condition)

    def test_every_condition_of_the_catalogue_comes_back_exactly(self):
        catalogue, count = load_catalogue(), 0
        for entry in (*catalogue.items.values(), *catalogue.policies.values()):
            parts = (
                *getattr(entry, "materials", ()),
                *getattr(entry, "form_fields", ()),
                *getattr(entry, "stages", ()),
            )
            for condition in filter(None, (entry.suits, *(part.when for part in parts))):
                assert SHAPE.validate_python(read_condition(condition_text(condition))) == condition
                count += 1
        assert count > 300

    @pytest.mark.parametrize(
        ("text", "raw"),
        [
            ("by_agent = 是", {"field": "by_agent", "equals": True}),
            ("is_licensed = “是”", {"field": "is_licensed", "equals": "是"}),
            ("type 属于 智力、精神", {"field": "type", "one_of": ["智力", "精神"]}),
            ("年龄(applicant_id) < 16", {"age_of": "applicant_id", "under": 16.0}),
            ("问：家里有没有残疾人", {"ask": "家里有没有残疾人"}),
            ("非（a = 是）", {"not": {"field": "a", "equals": True}}),
            (
                "a = 是 或 （b >= 3 且 b < 9）",
                {"any": [{"field": "a", "equals": True}, {"field": "b", "at_least": 3.0, "under": 9.0}]},
            ),
        ],
    )
    def test_what_officials_write(self, text, raw):
        assert read_condition(text) == raw

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "空的"),
            ("看着办", "看不懂条件"),
            ("(a = 是", "括号不成对"),
            ("a = 是)", "括号不成对"),
            ("a = 是 且 b = 是 或 c = 是", "请用括号分开"),
        ],
    )
    def test_what_cannot_be_read_says_how_to_write_it(self, text, told):
        with pytest.raises(ConditionFault, match=told):
            read_condition(text)
