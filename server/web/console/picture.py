"""Draws one page of a PDF as a picture for the viewer."""

import io
import threading
from contextlib import closing

import pypdfium2
from pypdf import PdfReader, PdfWriter

LONGEST_SIDE = 1800
_FINEST = 200 / 72  # at most 200 dots an inch: small cards are not blown up
# PDFium may be called by one thread at a time only.
one_at_a_time = threading.Lock()


class PaperBroken(Exception):
    """The stored file is no readable PDF."""


def one_page(pdf: bytes, number: int) -> bytes:
    """Page `number` (from 1) alone, so that turning a page costs one page's work. Raises PaperBroken."""
    try:
        writer = PdfWriter()
        writer.add_page(PdfReader(io.BytesIO(pdf)).pages[number - 1])
        written = io.BytesIO()
        writer.write(written)
    except Exception as broken:  # pypdf raises many kinds for a file it cannot read
        raise PaperBroken from broken
    return written.getvalue()


def page_picture(pdf: bytes) -> bytes:
    """The first page of `pdf` as PNG, at most 1800 pixels long whatever size it claims. Raises PaperBroken."""
    try:
        with one_at_a_time:
            return _draw(pdf)
    except (pypdfium2.PdfiumError, ZeroDivisionError, ValueError) as broken:
        raise PaperBroken from broken


def _draw(pdf: bytes) -> bytes:
    """Everything opened is closed here, under the lock: left to the garbage collector, another thread might close it."""
    written = io.BytesIO()
    with closing(pypdfium2.PdfDocument(pdf)) as document, closing(document[0]) as page:
        scale = min(_FINEST, LONGEST_SIDE / max(page.get_size()))
        with closing(page.render(scale=scale)) as bitmap:
            bitmap.to_pil().convert("RGB").save(written, "PNG", compress_level=3)
    return written.getvalue()
