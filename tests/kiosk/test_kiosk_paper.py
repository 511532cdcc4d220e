"""What the counter binds: each page at its real size, and the purpose on every copy of an identity card and on nothing else."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from kiosk.flow import Page, PageReading
from kiosk.screen.paper import CapturedPage, VillagePaper
from tests.forms.render.reading import page_sizes_mm, text_of
from tests.forms.render.samples import jpeg

# 16:30 UTC is the next morning in Beihai, and that is the day on the paper
TAKEN_AT = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)


@pytest.fixture
def paper():
    nothing: Any = None
    return VillagePaper(nothing, nothing, "样本村", "https://example.org")


def page(number: int, **more) -> Page:
    return Page(page_id=f"{number:024x}", captured_at=TAKEN_AT, **more)


def material(item, capture):
    return next(one for one in item.materials if one.capture == capture)


@pytest.mark.parametrize(
    ("capture", "shape", "size", "turn", "expected"),
    [
        ("household_register", None, (143, 100), 0, (143.0, 100.0)),
        ("household_register", "a4", (210, 297), 0, (210.0, 297.0)),
        ("household_register", "a4", (210, 297), 90, (297.0, 210.0)),
        ("bank_passbook", "card", (856, 540), 0, (85.6, 54.0)),
        ("form", None, (210, 297), 270, (297.0, 210.0)),
    ],
)
def test_a_page_has_the_size_of_its_paper(paper, old_age, capture, shape, size, turn, expected):
    pdf = paper.bundle(
        old_age, material(old_age, capture), [CapturedPage(page(1, shape=shape, turn=turn), jpeg(*size))]
    )
    assert page_sizes_mm(pdf) == [pytest.approx(expected, abs=0.2)]


def test_every_copy_of_a_card_says_what_for_and_when(paper, old_age):
    sides = [CapturedPage(page(number), jpeg(428, 270, number * 40)) for number in (1, 2, 3)]
    pdf = paper.bundle(old_age, material(old_age, "id_card"), sides)
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == 2
    for one in pages:
        assert "仅供办理高龄津贴申请使用2026-03-02" in "".join(one.extract_text().split())


def test_other_papers_stay_as_they_are(paper, old_age):
    pdf = paper.bundle(old_age, material(old_age, "bank_passbook"), [CapturedPage(page(1), jpeg(300, 200))])
    assert text_of(pdf) == ""


def test_what_was_read_of_a_page_can_be_searched_in_the_archived_copy(paper, old_age):
    said = PageReading(kind="bank_passbook", lines=("户名 潘示例",), places=((0.1, 0.1, 0.5, 0.15),))
    captured = [CapturedPage(page(1), jpeg(300, 200), said)]
    assert "潘示例" in text_of(paper.bundle(old_age, material(old_age, "bank_passbook"), captured))


def test_a_draft_of_an_older_program_is_bound_without_its_words(paper, old_age):
    said = PageReading(kind="bank_passbook", lines=("户名 潘示例",))
    captured = [CapturedPage(page(1), jpeg(300, 200), said)]
    assert text_of(paper.bundle(old_age, material(old_age, "bank_passbook"), captured)) == ""
