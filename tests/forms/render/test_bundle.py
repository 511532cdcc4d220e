"""The bundle: the camera room's bytes untouched, each page at its real size."""

import io

import pytest
from PIL import Image
from pypdf import PdfReader

from forms.render.bundle import PageImage, bundle_pages, id_card_sheet
from forms.render.paper import PaperFault
from tests.forms.render.reading import fonts_of, page_sizes_mm, picture_of
from tests.forms.render.samples import jpeg


def streams(pdf: bytes) -> list[bytes]:
    """The raw image streams of every page, as they lie in the file."""
    found = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for image in page["/Resources"]["/XObject"].values():
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
    pdf = bundle_pages([id_card_sheet(front, back)], title="身份证")
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
