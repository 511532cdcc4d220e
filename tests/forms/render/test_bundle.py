"""The bundle: the camera room's bytes untouched, each page at its real size."""

import io
from datetime import date

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image
from pypdf import PdfReader

from forms.render.bundle import CardSheet, PageImage, ReadLine, bundle_pages
from forms.render.paper import PaperFault
from forms.render.watermark import copy_words
from tests.forms.render.reading import fonts_of, page_sizes_mm, picture_of
from tests.forms.render.samples import jpeg


def streams(pdf: bytes) -> list[bytes]:
    """The raw image streams of every page, as they lie in the file."""
    found = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        drawn = [one for one in page["/Resources"]["/XObject"].values() if one.get_object()["/Subtype"] == "/Image"]
        for image in drawn:
            assert image.get_object()["/Filter"] in ("/DCTDecode", ["/DCTDecode"])
            found.append(image.get_object()._data)
    return found


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_picture_inside_is_the_picture_captured(mode):
    first, second = jpeg(400, 560, 200, mode), jpeg(300, 200, 100, mode)
    pdf = bundle_pages([PageImage(first, 210, 297), PageImage(second, 85.6, 54)], title="老年人居民身份证")
    assert streams(pdf) == [first, second]
    assert first in pdf and second in pdf
    assert page_sizes_mm(pdf) == [(210.0, 297.0), (85.6, 54.0)]
    assert PdfReader(io.BytesIO(pdf)).metadata.title == "老年人居民身份证"
    assert b"ASCII85Decode" not in pdf and fonts_of(pdf) == {}


def test_both_sides_of_a_card_at_true_size():
    front, back = jpeg(428, 270, 60), jpeg(428, 270, 120)
    pdf = bundle_pages([CardSheet(front, back)], title="身份证")
    assert page_sizes_mm(pdf) == [(210.0, 297.0)]
    assert sorted(streams(pdf)) == sorted([front, back])
    grey = picture_of(pdf, dpi=254)  # ten dots to the millimetre
    rows, columns = (grey < 200).any(axis=1).nonzero()[0], (grey < 200).any(axis=0).nonzero()[0]
    assert columns[-1] - columns[0] + 1 == pytest.approx(856, abs=3)
    assert rows.size == pytest.approx(2 * 540, abs=6)
    assert grey[rows[0] + 20, columns[0] + 20] < 30 and grey[rows[0] + 20, columns[-1] - 20] > 30


def test_it_is_also_written_where_asked():
    out = io.BytesIO()
    pdf = bundle_pages([PageImage(jpeg(40, 40), 50, 50)], title="照片", out=out)
    assert out.getvalue() == pdf


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([], "一页也没有拍"),
        ([PageImage(b"not a picture", 10, 10)], "第1页不是JPEG"),
        ([PageImage(jpeg(10, 10), 0, 10)], "尺寸不对"),
    ],
)
def test_what_cannot_be_bundled_is_refused(pages, words):
    with pytest.raises(PaperFault, match=words):
        bundle_pages(pages, title="材料")


def test_another_format_is_refused_rather_than_encoded_anew():
    written = io.BytesIO()
    Image.new("RGB", (10, 10)).save(written, "PNG")
    with pytest.raises(PaperFault, match="不是JPEG"):
        bundle_pages([PageImage(written.getvalue(), 10, 10)], title="材料")


def marked_jpeg(width: int, height: int) -> bytes:
    """A light picture whose upper left quarter is dark, so that a turn shows."""
    picture = Image.new("L", (width, height), 230)
    picture.paste(20, (0, 0, width // 2, height // 2))
    written = io.BytesIO()
    picture.save(written, "JPEG")
    return written.getvalue()


def dark_quarter(grey) -> str:
    rows, columns = (grey < 100).nonzero()
    across = "left" if columns.mean() < grey.shape[1] / 2 else "right"
    return f"{'upper' if rows.mean() < grey.shape[0] / 2 else 'lower'} {across}"


@pytest.mark.parametrize(
    ("turn", "size", "place"),
    [(0, (200.0, 100.0), "upper left"), (90, (100.0, 200.0), "upper right"),
     (180, (200.0, 100.0), "lower right"), (270, (100.0, 200.0), "lower left")],
)  # fmt: skip
def test_a_turned_page_is_turned_clockwise_and_its_bytes_stay(turn, size, place):
    taken = marked_jpeg(400, 200)
    pdf = bundle_pages([PageImage(taken, 200, 100, turn)], title="材料")
    assert streams(pdf) == [taken] and page_sizes_mm(pdf) == [size]
    assert dark_quarter(picture_of(pdf, dpi=50)) == place


def test_a_turn_that_is_no_quarter_is_refused():
    with pytest.raises(PaperFault, match="不能转45度"):
        bundle_pages([PageImage(jpeg(10, 10), 10, 10, 45)], title="材料")


@pytest.mark.parametrize(("size", "turns"), [((270, 428), (0, 0)), ((270, 428), (90, 270)), ((428, 270), (90, 180))])
def test_a_card_is_never_distorted_however_it_lay(size, turns):
    pdf = bundle_pages([CardSheet(jpeg(*size, 60), jpeg(*size, 120), turns)], title="身份证")
    grey = picture_of(pdf, dpi=254)
    rows, columns = (grey < 200).any(axis=1).nonzero()[0], (grey < 200).any(axis=0).nonzero()[0]
    assert columns[-1] - columns[0] + 1 == pytest.approx(856, abs=3)
    assert rows.size == pytest.approx(2 * 540, abs=6)


def test_a_watermark_is_type_over_untouched_pictures_on_every_page():
    first, second = jpeg(428, 270, 60), jpeg(428, 270, 120)
    pages = [CardSheet(first, second), PageImage(first, 85.6, 54)]
    pdf = bundle_pages(pages, title="身份证", watermark=copy_words("高龄津贴申请", date(2026, 3, 2)))
    assert set(streams(pdf)) == {first, second}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        assert "仅供办理高龄津贴申请使用2026-03-02" in "".join(page.extract_text().split())
    assert (picture_of(pdf, dpi=100) != picture_of(bundle_pages(pages, title="身份证"), dpi=100)).any()


def bilevel(bits: np.ndarray) -> bytes:
    written = io.BytesIO()
    Image.fromarray(bits).convert("1").save(written, "PNG")
    return written.getvalue()


def test_a_black_and_white_page_is_packed_without_loss() -> None:
    bits = (np.indices((90, 60)).sum(axis=0) % 7 > 2).astype(np.uint8) * 255
    content = bundle_pages([PageImage(bilevel(bits), 210, 297)], title="材料")
    inside = next(iter(PdfReader(io.BytesIO(content)).pages[0].images)).image
    assert np.array_equal(np.asarray(inside.convert("L")), bits)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_what_was_read_on_a_page_is_found_in_the_file_at_its_own_place_and_shows_nothing(turn):
    said = ReadLine("户主姓名潘示例", (0.1, 0.2, 0.6, 0.25))
    plain = bundle_pages([PageImage(jpeg(400, 200), 200, 100, turn)], title="材料")
    pdf = bundle_pages([PageImage(jpeg(400, 200), 200, 100, turn, (said,))], title="材料")
    with pdfium.PdfDocument(pdf) as opened, pdfium.PdfDocument(plain) as bare:
        page, text = opened[0], opened[0].get_textpage()
        found = text.search("潘示例").get_next()
        assert found
        left, bottom, right, top = text.get_charbox(found[0])
        width, height = page.get_size()
        across, down = (left + right) / 2 / width, 1 - (bottom + top) / 2 / height
        lies = {0: (across, down), 90: (down, 1 - across), 180: (1 - across, 1 - down), 270: (1 - down, across)}[turn]
        assert lies == (pytest.approx(0.42, abs=0.06), pytest.approx(0.225, abs=0.02))
        assert (page.render().to_numpy() == bare[0].render().to_numpy()).all()


def test_lines_that_lie_turned_on_the_picture_are_found_as_well():
    said = ReadLine("存折账户页", (0.8, 0.1, 0.85, 0.7))
    pdf = bundle_pages([PageImage(jpeg(400, 200), 200, 100, 0, (said,), 90)], title="材料")
    with pdfium.PdfDocument(pdf) as opened:
        assert opened[0].get_textpage().search("账户").get_next()
