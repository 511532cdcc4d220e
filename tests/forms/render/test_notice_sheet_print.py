"""The notice sheet on paper: all its words, what is missing first, one page, a code a phone can read."""

import dataclasses
import io

import pytest
from pypdf import PdfReader

from forms.catalogue import load_catalogue
from forms.notice_sheet import FINAL_WORDS
from forms.render.notice_sheet import render_notice_sheet
from forms.service_point import ServicePoint
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

CODES = tuple(load_catalogue().items)
# The way of these is too long to stand beside what is to be brought; it goes overleaf.
OVERLEAF = {
    "MZ-001", "MZ-002", "MZ-003", "MZ-004", "MZ-005", "MZ-006", "MZ-007", "MZ-011", "MZ-012", "YB-006", "WJ-002", "WJ-003",
    "CL-001", "NY-001", "NY-003", "NY-006", "NY-008", "ZJ-001", "XC-001", "TY-002", "YJ-001",
}  # fmt: skip
EVERY_KIND = ("MZ-001", "MZ-003", "MZ-008", "CL-001", "LY-001", "NY-002", "SJ-002")


def _sheet(kind, code, blank_sheet, personal_sheet):
    return blank_sheet(code) if kind == "blank" else personal_sheet(code, kind)


def _assert_all_said(sheet, pdf: bytes) -> None:
    read = text_of(pdf)
    expected = [
        "一次性告知单", sheet.item_name, sheet.village_name, "2026年11月12日（周四）", sheet.promised, sheet.statutory,
        sheet.public_notice, sheet.fee, sheet.result, sheet.audience, sheet.where, sheet.window, sheet.point.hours_words,
        *sheet.eligibility, *sheet.gaps, *sheet.perhaps, *sheet.legal_basis, *sheet.unconfirmed, *sheet.flow.notes,
        *(words for line in sheet.materials for words in (line.name, line.form, line.remark)),
        *(words for node in sheet.flow.nodes if node.kind != "join" for words in (node.title, node.text, node.note)),
        *(words for edge in sheet.flow.edges for words in (edge.label, edge.days)),
    ]  # fmt: skip
    assert [words for words in expected if squeezed(words) not in read] == []


@pytest.mark.parametrize("code", CODES)
def test_a_blank_sheet_says_everything_legibly_on_one_page_or_two(code, blank_sheet):
    sheet = blank_sheet(code)
    pdf = render_notice_sheet(sheet)
    _assert_all_said(sheet, pdf)
    assert page_count(pdf) == (2 if code in OVERLEAF else 1)
    assert set(page_sizes_mm(pdf)) == {(210.0, 297.0)}
    assert_family_type(pdf)
    assert_well_laid(pdf)


@pytest.mark.parametrize("kind", ["much", "some", "nothing"])
@pytest.mark.parametrize("code", EVERY_KIND)
def test_a_personal_sheet_says_everything_legibly(code, kind, blank_sheet, personal_sheet):
    sheet = personal_sheet(code, kind)
    pdf = render_notice_sheet(sheet)
    _assert_all_said(sheet, pdf)
    assert squeezed(FINAL_WORDS) in text_of(pdf)
    assert page_count(pdf) <= 2
    assert_family_type(pdf)
    assert_well_laid(pdf)


def test_a_blank_sheet_promises_nobody_anything(blank_sheet):
    assert squeezed(FINAL_WORDS) not in text_of(render_notice_sheet(blank_sheet("MZ-008")))


def test_the_way_overleaf_begins_at_the_top_of_its_own_page(blank_sheet):
    first, second = PdfReader(io.BytesIO(render_notice_sheet(blank_sheet("MZ-001")))).pages
    assert "同时办" not in first.extract_text()
    assert squeezed(second.extract_text()).startswith("最低生活保障申请：怎么办，共9步")


def test_a_stated_place_is_printed_and_an_unstated_one_says_so(blank_sheet):
    sheet = blank_sheet("MZ-008")
    assert "电话待确认" in text_of(render_notice_sheet(sheet))
    point = ServicePoint("烟楼村便民服务室", "周一至周五8:30—17:30", "0779-7654321")
    read = text_of(render_notice_sheet(dataclasses.replace(sheet, point=point)))
    assert all(words in read for words in (point.place, point.hours, point.telephone))
    assert "电话待确认" not in read and "门牌待确认" not in read


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
    pdf = render_notice_sheet(dataclasses.replace(blank_sheet("MZ-008"), village_name="合浦县\U000323b0村"))
    assert "合浦县〓村" in text_of(pdf) and "U+323B0" in text_of(pdf)
    assert_well_laid(pdf)


def test_two_pages_are_numbered(blank_sheet):
    pages = PdfReader(io.BytesIO(render_notice_sheet(blank_sheet("MZ-001")))).pages
    assert [f"第{number}页，共2页" in squeezed(page.extract_text()) for number, page in enumerate(pages, 1)] == [
        True
    ] * 2


def test_the_same_sheet_gives_the_same_bytes(blank_sheet):
    assert render_notice_sheet(blank_sheet("SJ-002")) == render_notice_sheet(blank_sheet("SJ-002"))
