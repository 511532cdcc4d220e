"""Searches the text of a stored PDF: on which pages a word stands, and where, as fractions of the page's picture."""

from contextlib import closing
from ctypes import c_int
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from server.web.console.picture import PaperBroken, one_at_a_time

MOST_MATCHES = 200
_WHOLE = 100_000  # PDFium gives whole numbers: fine enough to divide by


@dataclass(frozen=True)
class Box:
    """Left, top, width and height, each from 0 to 1."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Found:
    """`pages` holds only pages with a match. `has_text` is False for a paper of pictures, where nothing can be found."""

    has_text: bool
    pages: dict[int, list[Box]]


def find_words(pdf: bytes, words: str) -> Found:
    """Raises PaperBroken."""
    try:
        with one_at_a_time, closing(pypdfium2.PdfDocument(pdf)) as document:
            return _search(document, words)
    except (pypdfium2.PdfiumError, ValueError) as broken:
        raise PaperBroken from broken


def _search(document: pypdfium2.PdfDocument, words: str) -> Found:
    has_text, pages, left = False, {}, MOST_MATCHES
    for number in range(1, len(document) + 1):
        with closing(document[number - 1]) as page, closing(page.get_textpage()) as text:
            has_text = has_text or text.count_chars() > 0
            boxes = _boxes(page, text, words, left)
        if boxes:
            pages[number] = boxes
        left -= len(boxes)
        if left <= 0:
            break
    return Found(has_text, pages)


def _boxes(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, words: str, most: int) -> list[Box]:
    """A match that goes on in the next line has a box in each."""
    found: list[Box] = []
    with closing(text.search(words)) as search:
        while len(found) < most and (match := search.get_next()):
            first, length = match
            found += [_box(page, text.get_rect(at)) for at in range(text.count_rects(first, length))]
    return found[:most]


def _box(page: pypdfium2.PdfPage, rect: tuple[float, float, float, float]) -> Box:
    """From the page's own measure, whose origin is at the bottom and which a turned page turns, to the picture's."""
    left, bottom, right, top = rect
    ends = [_on_picture(page, left, bottom), _on_picture(page, right, top)]
    xs, ys = sorted(x for x, _ in ends), sorted(y for _, y in ends)
    return Box(xs[0], ys[0], xs[1] - xs[0], ys[1] - ys[0])


def _on_picture(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down = c_int(), c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, _WHOLE, _WHOLE, 0, x, y, across, down)
    return across.value / _WHOLE, down.value / _WHOLE
