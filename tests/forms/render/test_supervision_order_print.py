"""督办单 on paper: one legible page that says what, to whom and by when, with the answer or the room for it."""

from dataclasses import replace
from datetime import UTC, datetime

from forms.render.supervision_order import render_supervision_order
from tests.forms.render.reading import (
    assert_family_type,
    assert_well_laid,
    page_count,
    smallest_type,
    squeezed,
    text_of,
)
from tests.supervision_orders import SHEET


def test_it_says_everything_on_one_page_with_room_for_the_answer():
    pdf = render_supervision_order(SHEET)
    read = text_of(pdf)
    expected = ["督办单", SHEET.number, "廉州镇·民政", SHEET.case_number, "2026年10月19日（周一）以前书面回复"]
    expected += [SHEET.words, "合浦县电子监察（盖章）", "2026年10月14日", "承办部门回复", "负责人签名"]
    assert [words for words in expected if squeezed(words) not in read] == []
    assert page_count(pdf) == 1
    assert smallest_type(pdf) >= 9
    assert_family_type(pdf)
    assert_well_laid(pdf)


def test_an_answer_given_stands_in_it_with_name_and_time():
    answered = replace(
        SHEET, answer="已经办结，原因是停电。", answered=("林演示", datetime(2026, 10, 15, 2, tzinfo=UTC))
    )
    read = text_of(render_supervision_order(answered))
    assert squeezed("已经办结，原因是停电。") in read and squeezed("林演示 10月15日 10:00") in read
    assert "负责人签名" not in read


def test_the_longest_order_goes_overleaf_and_loses_nothing():
    pdf = render_supervision_order(replace(SHEET, words="请尽快办理。" * 330, answer=None))
    assert sum(text_of(pdf).count(sign) for sign in "尽快") == 660  # one of the sentences is broken by the page's foot
    assert page_count(pdf) > 1
