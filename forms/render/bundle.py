"""材料: the captured pages of one material as one PDF, every picture exactly as the camera room made it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from forms.render.paper import PaperFault
from forms.render.printing import new_canvas

# ISO/IEC 7810 ID-1: the size of a resident identity card, a bank card and a social security card.
CARD_WIDTH_MM = 85.6
CARD_HEIGHT_MM = 54.0
_CARD_FROM_TOP_MM = (45.0, 125.0)


@dataclass(frozen=True)
class PageImage:
    """页: one captured sheet as JPEG bytes, and how large the sheet really is, in millimetres."""

    jpeg: bytes
    width_mm: float
    height_mm: float


@dataclass(frozen=True)
class CardSheet:
    """Both sides of one card, to stand on one A4 page at true size, as a photocopier's card copy does."""

    front: bytes
    back: bytes


def id_card_sheet(front: bytes, back: bytes) -> CardSheet:
    """One A4 page for `bundle_pages` with both sides (JPEG bytes) of a card at 85.6 mm by 54 mm."""
    return CardSheet(front, back)


def bundle_pages(pages: Sequence[PageImage | CardSheet], *, title: str, out: BinaryIO | None = None) -> bytes:
    """One PDF with each page at its real size, the JPEG bytes inside untouched; also written to `out` when given.

    Nothing is encoded again, so a picture loses nothing and its hash can be compared with the captured one. A turn that
    stands only in EXIF is not honoured: pictures are handed over upright.
    Raises PaperFault when there is no page, a size is not positive, or the bytes are no JPEG.
    """
    if not pages:
        raise PaperFault("这样材料一页也没有拍，合不成文件。请先拍，再提交。")
    written = io.BytesIO()
    canvas = new_canvas(written, title)
    for number, page in enumerate(pages, 1):
        _draw_cards(canvas, page, number) if isinstance(page, CardSheet) else _draw_sheet(canvas, page, number)
        canvas.showPage()
    canvas.save()
    if out is not None:
        out.write(written.getvalue())
    return written.getvalue()


def _draw_sheet(canvas: Canvas, page: PageImage, number: int) -> None:
    if page.width_mm <= 0 or page.height_mm <= 0:
        raise PaperFault(f"第{number}页的尺寸不对（{page.width_mm}×{page.height_mm}毫米）。请重拍这一页。")
    width, height = page.width_mm * mm, page.height_mm * mm
    canvas.setPageSize((width, height))
    canvas.drawImage(_untouched(page.jpeg, number), 0, 0, width, height)


def _draw_cards(canvas: Canvas, sheet: CardSheet, number: int) -> None:
    canvas.setPageSize(A4)
    left = (A4[0] - CARD_WIDTH_MM * mm) / 2
    for jpeg, from_top in zip((sheet.front, sheet.back), _CARD_FROM_TOP_MM, strict=True):
        bottom = A4[1] - (from_top + CARD_HEIGHT_MM) * mm
        canvas.drawImage(_untouched(jpeg, number), left, bottom, CARD_WIDTH_MM * mm, CARD_HEIGHT_MM * mm)


class _CapturedJpeg(ImageReader):
    """A JPEG that is never decoded: reportlab asks for the pixels only to tell two pictures apart."""

    _dataA = None  # a JPEG has no transparency

    def getRGBData(self) -> bytes:
        return self.jpeg_fh().read()


def _untouched(jpeg: bytes, number: int) -> ImageReader:
    """A reader from which reportlab copies the JPEG stream as it is; any other format it would encode anew."""
    try:
        if Image.open(io.BytesIO(jpeg)).format == "JPEG":
            return _CapturedJpeg(io.BytesIO(jpeg))
    except OSError:
        pass
    raise PaperFault(f"第{number}页不是JPEG图片，放不进文件。请重拍这一页。")
