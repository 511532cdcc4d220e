"""Readings of signs and how typed letters are heard in a name."""

import subprocess
import sys

import pytest

from forms.pinyin import heard, nearly_heard, one_apart, plain_text, readings, signs_of


def test_a_sign_has_all_its_readings_without_tones():
    assert set(readings("长")) == {"zhang", "chang"}
    assert {"lv", "lu"} <= set(readings("绿"))
    assert readings("\U0003134f") == () and readings("A") == ()


def test_plain_text_is_in_one_width_and_case_without_marks():
    assert plain_text("“Ｆ福彩圆梦·孤儿（助学）” 1") == "f福彩圆梦孤儿助学1"


@pytest.mark.parametrize(
    ("typed", "reached"),
    [("gl", 2), ("gaol", 2), ("g", 1), ("高l", 2), ("gaolingjintie", 4), ("gaox", 0), ("gljtx", 0)],
)
def test_letters_reach_as_far_as_they_can_be_heard(typed, reached):
    assert heard(signs_of("高龄津贴"), 0, typed) == reached


def test_a_slip_is_heard_only_in_letters_and_only_when_there_are_some():
    signs = signs_of("高龄津贴")
    assert nearly_heard(signs, 0, "gaolin") == 2
    assert nearly_heard(signs, 0, "gax") == 0
    assert nearly_heard(signs, 0, "gao龄津") == 0


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("ling", "lin", True), ("jie", "jei", True), ("jie", "jxe", True), ("jie", "jiee", True), ("jie", "exj", False)],
)
def test_one_slip_of_the_finger(one, other, apart):
    assert one_apart(one, other) is apart


def test_the_dictionary_waits_until_somebody_searches():
    """The counter's PC starts without it, and never loads the phrases."""
    script = (
        "import sys; import forms.search; assert 'pypinyin' not in sys.modules;"
        "forms.pinyin.readings('长'); assert 'pypinyin.phrases_dict' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
