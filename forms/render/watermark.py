"""水印: every copy that is shown or handed out says on its face what it is for, to whom and when.

The attack: a picture of an ID card, opened by an official or downloaded from the case file, is sent on and used to open
a loan or a phone number. Words across the whole picture make it worthless for any other errand and name who let it out.
"""

import io
import math
from datetime import date, datetime

from pypdf import PageObject, PdfReader, PdfWriter
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from forms.clock import local
from forms.render import fonts
from forms.render.printing import new_canvas

#: a copy made at the counter slants one way, one shown by an office the other: laid over each other both stay legible
RISING, FALLING = 30, -30
_DARK = Color(0.13, 0.1, 0.08, alpha=0.2)
_LIGHT = Color(1, 1, 1, alpha=0.28)
_FORM_NAME = "words"


def purpose_words(item_name: str, viewer: str, at: datetime) -> str:
    """仅供办理…使用, who looks, and when on the clock of Beihai; `at` is an aware instant."""
    return f"仅供办理{item_name}使用  {viewer}  {local(at):%Y-%m-%d %H:%M}"


def copy_words(item_name: str, made_on: date) -> str:
    """仅供办理…使用, and the day the copy was made: what stands on every copy of an identity card from the first."""
    return f"仅供办理{item_name}使用  {made_on:%Y-%m-%d}"


def watermark_copy(pdf: bytes, words: str) -> bytes:
    """A copy of `pdf` with `words` slanting over every page, whatever its size; the text below stays readable.

    The stored original is never touched. Raises pypdf.errors.PdfReadError when `pdf` cannot be read.
    """
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    for page in writer.pages:
        if page.rotation:
            page.transfer_rotation_to_content()
    sizes = [_shown_size(page) for page in writer.pages]
    stamps = _stamps(list(dict.fromkeys(sizes)), words)
    for page, size in zip(writer.pages, sizes, strict=True):
        _lay_over(page, stamps[size])
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _shown_size(page: PageObject) -> tuple[float, float]:
    return round(float(page.cropbox.width), 1), round(float(page.cropbox.height), 1)


def _lay_over(page: PageObject, stamp: PageObject) -> None:
    left, bottom = float(page.cropbox.left), float(page.cropbox.bottom)
    if left or bottom:
        page.merge_translated_page(stamp, left, bottom)
    else:
        page.merge_page(stamp)


def _stamps(sizes: list[tuple[float, float]], words: str) -> dict[tuple[float, float], PageObject]:
    """One transparent page per page size."""
    written = io.BytesIO()
    canvas = new_canvas(written, words)
    for number, size in enumerate(sizes):
        canvas.setPageSize(size)
        lay_words(canvas, size, words, f"{_FORM_NAME}{number}")
        canvas.showPage()
    canvas.save()
    return dict(zip(sizes, PdfReader(io.BytesIO(written.getvalue())).pages, strict=True))


def lay_words(canvas: Canvas, page_size: tuple[float, float], words: str, form_name: str, slant: int = RISING) -> None:
    """Lay rows of slanting words over a page, each row shifted by half, from corner to corner; sizes in points.

    `form_name` is another for each page: under it the words are kept in the file once, and drawn many times.
    """
    words = fonts.printable(words)
    width, height = page_size
    # Small enough that the words stand several times on a card, large enough to survive a phone's screenshot.
    size = min(12.0, max(6.5, min(width, height) / 26))
    pitch, row_height = fonts.text_width(words, size, True) + size * 3, size * 4.4
    reach = math.hypot(width, height)
    _keep_words(canvas, words, size, form_name, pitch)
    # Dark with a light edge, so that the words show on black and on white.
    canvas.setFillColor(_DARK)
    canvas.setStrokeColor(_LIGHT)
    canvas.setLineWidth(size * 0.05)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(slant)
    rows, columns = math.ceil(reach / 2 / row_height), math.ceil(reach / 2 / pitch) + 1
    for row in range(-rows, rows + 1):
        for column in range(-columns, columns + 1):
            canvas.saveState()
            canvas.translate((column - (0.5 if row % 2 else 0)) * pitch, row * row_height)
            canvas.doForm(form_name)
            canvas.restoreState()


def _keep_words(canvas: Canvas, words: str, size: float, form_name: str, pitch: float) -> None:
    """The words once, as a form drawn many times in the colours of the page that draws it."""
    canvas.beginForm(form_name, 0, -size, pitch, size * 2)
    left = 0.0
    text = canvas.beginText(0, 0)
    text.setTextRenderMode(2)
    for sign in words:
        weight = fonts.weight_for(sign, True)
        text.setFont(weight.name, size)
        text.setTextOrigin(left, 0)
        text.textOut(sign)
        left += fonts.advance(sign, size, True)
    canvas.drawText(text)
    canvas.endForm()
