"""The receipt: half a sheet, the lookup code large, honest about what is not known yet."""

import dataclasses
from datetime import UTC, date, datetime

import pytest

from forms.packet import LOOKUP_CODE_LENGTH
from forms.render.paper import grouped_code
from forms.render.receipt import WAITING_WORDS, Receipt, render_receipt
from tests.forms.render.reading import (
    assert_family_type,
    assert_well_laid,
    boxes_of,
    code_on,
    page_count,
    page_sizes_mm,
    squeezed,
    text_of,
)
from tests.forms.render.samples import VILLAGE

RECEIPT = Receipt(
    item_name="高龄津贴申请",
    applicant_masked="潘**",
    village_name=VILLAGE,
    agent_name="陈桂芳",
    received_at=datetime(2026, 11, 12, 1, 41, tzinfo=UTC),
    case_number="HP-2026-000123",
    lookup_code="K7QM3XV9RT",
    tracking_url="https://nswt.example.cn/t/K7QM3XV9RT",
    due_on=date(2026, 11, 27),
    materials=("高龄津贴申请表", "老年人居民身份证", "老年人居民户口簿（首页、户主页、本人页及增减页）"),
    promised="11个工作日（从村里收件次日算起）",
)
WAITING = dataclasses.replace(RECEIPT, case_number=None, due_on=None)
CROWDED = dataclasses.replace(
    WAITING, materials=tuple(f"第{n}样材料（首页、户主页、本人页及增减页）" for n in range(1, 12))
)
WIDE_CODE = dataclasses.replace(RECEIPT, lookup_code="WWWWMMMMQQ")
ALL = [RECEIPT, WAITING, CROWDED, WIDE_CODE]


@pytest.mark.parametrize("receipt", ALL)
def test_every_word_is_on_the_paper(receipt):
    pdf = render_receipt(receipt)
    read = text_of(pdf)
    expected = [
        "收件回执", receipt.item_name, receipt.applicant_masked, receipt.village_name, receipt.agent_name,
        receipt.lookup_code, receipt.promised, "2026年11月12日（周四）09:41", "把查询码发给公众号", *receipt.materials,
    ]  # fmt: skip
    assert [words for words in expected if squeezed(words) not in read] == []
    assert "不是受理通知书" in read
    assert page_count(pdf) == 1 and page_sizes_mm(pdf) == [(210.0, 297.0)]
    assert_family_type(pdf)


def test_with_a_number_it_says_number_and_day():
    read = text_of(render_receipt(RECEIPT))
    assert "HP-2026-000123" in read and "2026年11月27日（周五）" in read and "待上传" not in read


def test_without_a_line_it_says_what_happens_next():
    read = text_of(render_receipt(WAITING))
    assert squeezed(WAITING_WORDS) in read and "待确认" in read


def test_the_code_is_grouped_as_people_read_it():
    assert grouped_code("K7QM3XV9RT") == "K7QM 3XV 9RT"
    assert len(RECEIPT.lookup_code) == LOOKUP_CODE_LENGTH


@pytest.mark.parametrize("receipt", ALL)
def test_it_stands_in_the_upper_half_without_overlaps(receipt):
    pdf = render_receipt(receipt)
    assert_well_laid(pdf)
    assert max(box.bottom for box in boxes_of(pdf)) < 842 / 2 + 25


def test_the_code_is_the_largest_thing_and_on_one_line():
    for receipt, tall in ((RECEIPT, 40), (WIDE_CODE, 25)):
        code = [
            box for box in boxes_of(render_receipt(receipt)) if box.words in grouped_code(receipt.lookup_code).split()
        ]
        assert len(code) == 3 and len({round(box.top) for box in code}) == 1
        assert code[0].bottom - code[0].top > tall


def test_a_character_no_font_has_is_said_above_the_cutting_line():
    pdf = render_receipt(dataclasses.replace(CROWDED, agent_name="陈\U000323b0芳"))
    assert "陈〓芳" in text_of(pdf) and "U+323B0" in text_of(pdf)
    assert_well_laid(pdf)


def test_a_phone_reads_the_code():
    assert code_on(render_receipt(RECEIPT)) == RECEIPT.tracking_url


def test_a_very_long_list_takes_the_whole_sheet():
    pdf = render_receipt(dataclasses.replace(RECEIPT, materials=CROWDED.materials * 3))
    assert "沿虚线裁下" not in text_of(pdf) and page_count(pdf) == 1
    assert_well_laid(pdf)
