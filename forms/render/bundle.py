"""材料: the captured pages of one material as one PDF, every picture exactly as the camera room made it."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfgen.canvas import Canvas

from forms.render.paper import PaperFault
from forms.render.printing import new_canvas
from forms.render.watermark import FALLING, lay_words

# ISO/IEC 7810 ID-1: the size of a resident identity card, a bank card and a social security card.
CARD_WIDTH_MM = 85.6
CARD_HEIGHT_MM = 54.0
# What a machine read is set in it and never shown; every reader knows its characters (Adobe-GB1).
INVISIBLE_TYPE = "STSong-Light"
_CARD_FROM_TOP_MM = (45.0, 125.0)


@dataclass(frozen=True)
class ReadLine:
    """One line a machine read on a picture: where, as shares of its width and height (left, top, right, bottom)."""

    text: str
    place: tuple[float, float, float, float]


@dataclass(frozen=True)
class PageImage:
    """页: one captured sheet as JPEG (or black and white PNG) bytes, how large it really is in millimetres, and the turn that sets it upright.

    Width and height are those of the picture as it was taken; `turn` is 0, 90, 180 or 270 degrees clockwise. `lines` are
    laid under it as invisible text, so that the paper can be searched; `lines_turn` is how far they lie turned on it.
    """

    picture: bytes
    width_mm: float
    height_mm: float
    turn: int = 0
    lines: tuple[ReadLine, ...] = ()
    lines_turn: int = 0


@dataclass(frozen=True)
class CardSheet:
    """Both sides of one card, to stand on one A4 page at true size, as a photocopier's card copy does."""

    front: bytes
    back: bytes
    turns: tuple[int, int] = (0, 0)
    lines: tuple[tuple[ReadLine, ...], tuple[ReadLine, ...]] = ((), ())
    lines_turns: tuple[int, int] = (0, 0)


def bundle_pages(
    pages: Sequence[PageImage | CardSheet], *, title: str, out: BinaryIO | None = None, watermark: str | None = None
) -> bytes:
    """One PDF with each page at its real size, the JPEG bytes inside untouched; also written to `out` when given.

    Nothing is encoded again, so a picture loses nothing and its hash can be compared with the captured one: a turn is
    the page's transformation, and `watermark` is type laid over the pictures. A turn that stands only in EXIF is not
    honoured. Raises PaperFault when there is no page, a size or a turn cannot be, or the bytes are neither.
    """
    if not pages:
        raise PaperFault("这样材料一页也没有拍，合不成文件。请先拍，再提交。")
    canvas = new_canvas(io.BytesIO(), title)
    for number, page in enumerate(pages, 1):
        size = _draw_cards(canvas, page, number) if isinstance(page, CardSheet) else _draw_sheet(canvas, page, number)
        if watermark:
            lay_words(canvas, size, watermark, f"words{number}", FALLING)
        canvas.showPage()
    content = canvas.getpdfdata()
    if out is not None:
        out.write(content)
    return content


def _draw_sheet(canvas: Canvas, page: PageImage, number: int) -> tuple[float, float]:
    """Draw one sheet on a page of its size; returns that size in points."""
    if page.width_mm <= 0 or page.height_mm <= 0:
        raise PaperFault(f"第{number}页的尺寸不对（{page.width_mm}×{page.height_mm}毫米）。请重拍这一页。")
    picture = (page.width_mm * mm, page.height_mm * mm)
    size = picture[::-1] if page.turn in (90, 270) else picture
    canvas.setPageSize(size)
    with _turned(canvas, page.turn, (size[0] / 2, size[1] / 2)):
        _draw(canvas, _untouched(page.picture, number, 1), picture)
        _lay_lines(canvas, page.lines, page.lines_turn, picture)
    return size


def _draw_cards(canvas: Canvas, sheet: CardSheet, number: int) -> tuple[float, float]:
    """Draw both sides below each other; a card that was photographed standing lies on its side, undistorted."""
    canvas.setPageSize(A4)
    said = zip(sheet.lines, sheet.lines_turns, strict=True)
    sides = zip((sheet.front, sheet.back), sheet.turns, _CARD_FROM_TOP_MM, said, strict=True)
    for place, (jpeg, turn, from_top, (lines, lines_turn)) in enumerate(sides, 1):
        picture = _untouched(jpeg, number, place)
        size = (CARD_WIDTH_MM * mm, CARD_HEIGHT_MM * mm)
        across, down = picture.getSize()
        if down > across:
            size = size[::-1]
        stands = (down > across) != (turn in (90, 270))
        middle = (A4[0] / 2, A4[1] - (from_top + CARD_HEIGHT_MM / 2) * mm)
        with _turned(canvas, turn + 90 if stands else turn, middle):
            _draw(canvas, picture, size)
            _lay_lines(canvas, lines, lines_turn, size)
    return A4


@contextmanager
def _turned(canvas: Canvas, turn: int, middle: tuple[float, float]) -> Iterator[None]:
    """Draw around `middle`, turned clockwise by whole quarters."""
    if turn % 90:
        raise PaperFault(f"页面只能转90度、180度或270度，不能转{turn}度。请重新转这一页。")
    canvas.saveState()
    canvas.translate(*middle)
    canvas.rotate(-turn)
    yield
    canvas.restoreState()


def _draw(canvas: Canvas, picture: ImageReader, size: tuple[float, float]) -> None:
    canvas.drawImage(picture, -size[0] / 2, -size[1] / 2, *size)


def _lay_lines(canvas: Canvas, lines: Sequence[ReadLine], turn: int, size: tuple[float, float]) -> None:
    """Each line as invisible text over its own place, as wide as it was printed.

    The type is one every reader knows and none is embedded: ISO 19005-2, 6.2.11.4.1 asks for no font that is never shown.
    """
    for line in lines:
        left, top, right, bottom = line.place
        across, down = (right - left) * size[0], (bottom - top) * size[1]
        long, high = (down, across) if turn in (90, 270) else (across, down)
        if not line.text.strip() or long <= 0 or high <= 0:
            continue
        canvas.saveState()
        canvas.translate((left + right) / 2 * size[0] - size[0] / 2, size[1] / 2 - (top + bottom) / 2 * size[1])
        canvas.rotate(turn)
        text = canvas.beginText(-long / 2, -high * 0.35)
        text.setTextRenderMode(3)
        text.setFont(_invisible_type(), high * 0.9)
        text.setHorizScale(100 * long / max(0.1, stringWidth(line.text, _invisible_type(), high * 0.9)))
        text.textOut(line.text)
        canvas.drawText(text)
        canvas.restoreState()


@cache
def _invisible_type() -> str:
    registerFont(UnicodeCIDFont(INVISIBLE_TYPE))
    return INVISIBLE_TYPE


class _CapturedJpeg(ImageReader):
    """A JPEG that is never decoded: reportlab asks for the pixels only to tell two pictures apart."""

    _dataA = None  # a JPEG has no transparency

    def __init__(self, jpeg: bytes, place: str) -> None:
        super().__init__(io.BytesIO(jpeg))
        self._place = place

    def getRGBData(self) -> bytes:
        """Its place in the bundle: hashing every byte of every page takes longer than all the rest."""
        return self._place.encode()


def _untouched(picture: bytes, number: int, place: int) -> ImageReader:
    """A reader from which reportlab copies the JPEG stream as it is; black and white PNG is packed anew, without loss."""
    try:
        opened = Image.open(io.BytesIO(picture))
        if opened.format == "JPEG":
            return _CapturedJpeg(picture, f"page {number}, picture {place}")
        if opened.format == "PNG" and opened.mode == "1":
            return ImageReader(opened.convert("L"))
    except OSError:
        pass
    raise PaperFault(f"第{number}页不是JPEG或黑白PNG图片，放不进文件。请重拍这一页。")
