"""The application form on paper: the applicant's own words in full, ruled space for the rest, a place to sign."""

import pytest

from forms.catalogue import load_catalogue
from forms.render.application_form import answer_words, form_title, render_application_form
from tests.forms.render.reading import (
    assert_family_type,
    assert_well_laid,
    page_count,
    picture_of,
    squeezed,
    text_of,
)
from tests.forms.render.samples import MADE_ON, VILLAGE, full_answers

CODES = tuple(load_catalogue().items)


def _print(item, answers):
    return render_application_form(item, answers, village_name=VILLAGE, made_on=MADE_ON)


@pytest.mark.parametrize("code", CODES)
def test_a_filled_form_shows_every_answer(code, items):
    item = items[code]
    answers = full_answers(item)
    pdf = _print(item, answers)
    read = text_of(pdf)
    expected = [form_title(item), item.name, VILLAGE, "声明", "申请人签名", "指印", "签名日期"]
    for field in (field for field in item.form_fields if field.applies(answers)):
        expected += [field.label, *field.choices]
        if field.type not in ("bool", "choice"):
            expected.append(answer_words(field, answers[field.id]))
    assert [words for words in expected if squeezed(words) not in read] == []
    assert_family_type(pdf)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("filled", [True, False])
def test_nothing_overlaps_or_runs_off(code, filled, items):
    assert_well_laid(_print(items[code], full_answers(items[code]) if filled else {}))


def test_a_blank_form_shows_the_questions_and_no_answer(items):
    read = text_of(_print(items["MZ-008"], {}))
    assert "老年人姓名" in read and "潘秀兰" not in read and "None" not in read


def test_a_line_that_does_not_apply_is_left_out_once_that_is_known(items):
    item = items["MZ-003"]
    assert item.fields_by_id["expense_total"].label in text_of(_print(item, {}))
    assert item.fields_by_id["expense_total"].label not in text_of(_print(item, {"rescue_type": "急难型"}))


def test_a_tick_is_seen(items):
    item = items["MZ-008"]
    question = next(field.id for field in item.form_fields if field.type == "bool")
    yes, no = (picture_of(_print(item, {question: answer}), dpi=60) for answer in (True, False))
    assert (yes != no).any()


def test_answers_are_written_the_way_people_read_them(items):
    fields = items["MZ-001"].fields_by_id
    of_type = {field.type: field for field in fields.values()}
    birth = next(field for field in items["MZ-008"].form_fields if field.type == "date")
    counted = next(field for field in fields.values() if field.unit == "人")
    assert answer_words(birth, "1943-03-15") == "1943年3月15日"
    assert answer_words(birth, "不记得") == "不记得"
    assert answer_words(of_type["money"], "620") == "620 元"
    assert answer_words(counted, "3") == "3 人"
    assert answer_words(counted, "3人") == "3人"


@pytest.mark.parametrize("text", ["汉字很多，" * 400, "x" * 2000, "一\n" * 200])
def test_the_longest_answer_allowed_goes_on_overleaf(text, items):
    field = next(field for field in items["CL-001"].form_fields if field.type == "textarea")
    pdf = _print(items["CL-001"], {field.id: text})
    assert page_count(pdf) >= 2
    assert squeezed(text)[-12:] in text_of(pdf)
    assert_well_laid(pdf)
