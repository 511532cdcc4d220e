"""The watermark: on every page of any size, legible, and nothing below it lost."""

import io
import time
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader, PdfWriter

from forms.render.application_form import render_application_form
from forms.render.bundle import CardSheet, PageImage, bundle_pages
from forms.render.watermark import purpose_words, watermark_copy
from tests.forms.render.reading import fonts_of, page_sizes_mm, picture_of, squeezed, text_of
from tests.forms.render.samples import MADE_ON, SAMPLE_ANSWERS, VILLAGE, full_answers, jpeg

WORDS = purpose_words("高龄津贴申请", "廉州镇民政 李晓明", datetime(2026, 11, 12, 1, 41, tzinfo=UTC))


@pytest.fixture(scope="module")
def bundle() -> bytes:
    page, card = jpeg(1240, 1754, 245), jpeg(1011, 638, 230)
    pages = [PageImage(page, 210, 297), CardSheet(card, card), PageImage(card, 85.6, 54), PageImage(page, 148, 210)]
    return bundle_pages(pages, title="老年人居民身份证")


def test_the_words_say_what_for_who_and_when():
    assert WORDS == "仅供办理高龄津贴申请使用  廉州镇民政 李晓明  2026-11-12 09:41"


def test_every_page_carries_the_words(bundle):
    marked = watermark_copy(bundle, WORDS)
    assert page_sizes_mm(marked) == page_sizes_mm(bundle)
    for page in PdfReader(io.BytesIO(marked)).pages:
        assert squeezed(page.extract_text()).count(squeezed(WORDS)) >= 3
    assert PdfReader(io.BytesIO(marked)).metadata.title == "老年人居民身份证"
    assert fonts_of(marked) == {"/AAAAAA+NotoSansSC-Bold": True}


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_it_is_seen_on_white_and_on_black_but_hides_neither(bundle, page):
    before, after = picture_of(bundle, page, 100).astype(int), picture_of(watermark_copy(bundle, WORDS), page, 100)
    change = after - before
    light, dark = before > 200, before < 30
    assert 0.01 < (change[light] < -20).mean() < 0.35
    assert (change[dark] > 20).mean() > 0.005
    assert after[light].min() > 120 and after[dark].max() < 140


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_marked_the_way_it_is_shown(bundle, turn):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(bundle)))
    writer.pages[0].rotate(turn)
    turned = io.BytesIO()
    writer.write(turned)
    size = (297, 210) if turn % 180 else (210, 297)
    plain = bundle_pages([PageImage(jpeg(300, 300, 245), *size)], title="照片")
    (turned_light, turned_marks), (plain_light, plain_marks) = _marks(turned.getvalue()), _marks(plain)
    both = turned_light & plain_light
    assert both.mean() > 0.4 and plain_marks[both].mean() > 0.03
    assert (turned_marks == plain_marks)[both].mean() > 0.97


def _marks(pdf):
    """Where the first page is light, and where the watermark darkens it."""
    before, after = picture_of(pdf, 1, 50).astype(int), picture_of(watermark_copy(pdf, WORDS), 1, 50)
    return before > 200, before - after > 10


def test_a_page_whose_corner_is_not_zero_is_marked_inside_its_edges(bundle):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(bundle)))
    page = writer.pages[2]
    for box in (page.mediabox, page.cropbox):
        box.lower_left, box.upper_right = (1000, 2000), (1243, 2153)
    moved = io.BytesIO()
    writer.write(moved)
    marked = PdfReader(io.BytesIO(watermark_copy(moved.getvalue(), WORDS))).pages[2]
    assert (float(marked.mediabox.left), float(marked.mediabox.bottom)) == (1000, 2000)
    assert b"1 0 0 1 1000" in marked.get_contents().get_data().replace(b".0", b"")


def test_the_text_below_is_still_there(items):
    item = items["MZ-008"]
    sheet = render_application_form(item, full_answers(item), village_name=VILLAGE, made_on=MADE_ON)
    assert SAMPLE_ANSWERS["id_number"] in text_of(watermark_copy(sheet, WORDS))


def test_the_original_is_not_touched(bundle):
    kept = bytes(bundle)
    assert watermark_copy(bundle, WORDS) != bundle == kept


def test_four_pages_are_quick(bundle):
    watermark_copy(bundle, WORDS)
    took = []
    for _ in range(3):
        began = time.perf_counter()
        watermark_copy(bundle, WORDS)
        took.append(time.perf_counter() - began)
    # 30 ms on a desk; the bound is wide because a village PC and a busy test machine are not.
    assert min(took) < 0.4
