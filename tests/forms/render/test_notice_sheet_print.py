"""The notice sheet on paper: all its words, what is missing first, one page, a code a phone can read."""

import dataclasses
import io

import pytest
from pypdf import PdfReader

from forms.render.notice_sheet import render_notice_sheet
from tests.forms.render.reading import (
    assert_family_type,
    assert_well_laid,
    code_on,
    page_count,
    page_sizes_mm,
    squeezed,
    text_of,
)
from tests.forms.render.samples import GUIDE_URL

ONE_PAGE = ("MZ-008", "SJ-002", "NY-002", "CL-001")
LONG = ("MZ-001", "MZ-002")


def _sheet(kind, code, blank_sheet, personal_sheet):
    return blank_sheet(code) if kind == "blank" else personal_sheet(code, kind)


@pytest.mark.parametrize("kind", ["blank", "much", "some", "nothing"])
@pytest.mark.parametrize("code", ONE_PAGE + LONG)
def test_every_word_is_on_the_paper(code, kind, blank_sheet, personal_sheet):
    sheet = _sheet(kind, code, blank_sheet, personal_sheet)
    pdf = render_notice_sheet(sheet)
    read = text_of(pdf)
    expected = [
        "一次性告知单", sheet.item_name, sheet.village_name, "2026年11月12日（周四）", sheet.promised, sheet.statutory,
        sheet.public_notice, sheet.fee, sheet.result, sheet.audience,
        *sheet.eligibility, *sheet.gaps, *sheet.legal_basis, *sheet.unconfirmed,
        *(line.name for line in sheet.materials), *(line.remark for line in sheet.materials),
        *(words for step in sheet.steps for words in (step.where, step.what, step.days)),
    ]  # fmt: skip
    assert [words for words in expected if squeezed(words) not in read] == []
    assert page_count(pdf) == 1 if code in ONE_PAGE else page_count(pdf) <= 2
    assert set(page_sizes_mm(pdf)) == {(210.0, 297.0)}
    assert_family_type(pdf)


@pytest.mark.parametrize("kind", ["blank", "much"])
@pytest.mark.parametrize("code", ONE_PAGE + LONG)
def test_nothing_overlaps_or_runs_off(code, kind, blank_sheet, personal_sheet):
    assert_well_laid(render_notice_sheet(_sheet(kind, code, blank_sheet, personal_sheet)))


@pytest.mark.parametrize(
    ("code", "kind", "page"), [("MZ-008", "blank", 1), ("MZ-008", "much", 1), ("MZ-001", "much", 1)]
)
def test_a_phone_reads_the_code(code, kind, page, blank_sheet, personal_sheet):
    assert code_on(render_notice_sheet(_sheet(kind, code, blank_sheet, personal_sheet)), page) == GUIDE_URL


def test_what_is_missing_comes_first(personal_sheet):
    sheet = personal_sheet("MZ-008", "much")
    read = text_of(render_notice_sheet(sheet))
    assert read.index(f"您还差{len(sheet.gaps)}样") < read.index("要用到的材料") < read.index("怎么办")


def test_nothing_missing_says_so(personal_sheet):
    read = text_of(render_notice_sheet(personal_sheet("MZ-008", "nothing")))
    assert "材料都齐了，可以交件。" in read and "还差" not in read


def test_a_confirmed_item_carries_no_unconfirmed_note(blank_sheet):
    sheet = blank_sheet("MZ-008")
    assert "未确认" in text_of(render_notice_sheet(sheet))
    assert "未确认" not in text_of(render_notice_sheet(dataclasses.replace(sheet, unconfirmed=())))


def test_a_character_no_font_has_is_said_on_the_page(blank_sheet):
    pdf = render_notice_sheet(dataclasses.replace(blank_sheet("MZ-008"), village_name="合浦县𮧵村"))
    assert "合浦县〓村" in text_of(pdf) and "U+2E9F5" in text_of(pdf)
    assert_well_laid(pdf)


def test_two_pages_are_numbered(blank_sheet):
    pages = PdfReader(io.BytesIO(render_notice_sheet(blank_sheet("MZ-001")))).pages
    assert [f"第{number}页，共2页" in squeezed(page.extract_text()) for number, page in enumerate(pages, 1)] == [
        True
    ] * 2


def test_the_same_sheet_gives_the_same_bytes(blank_sheet):
    assert render_notice_sheet(blank_sheet("SJ-002")) == render_notice_sheet(blank_sheet("SJ-002"))
