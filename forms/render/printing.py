"""Prints a story: its blocks laid on pages one after another, every page numbered at its foot, as one PDF."""

import io
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from forms.render import fonts
from forms.render.paper import (
    BRAND,
    CONTENT_WIDTH,
    INK_SOFT,
    LINE,
    PAGE_WIDTH,
    SIDE,
    SMALLEST_SIZE,
    WHOLE_PAGE,
    Area,
    PaperFault,
    draw_text,
)


def new_canvas(written: BinaryIO, title: str) -> Canvas:
    """An empty PDF of the house, A4 until told otherwise, that will be written to `written`."""
    # invariant: the same words give the same bytes, and no sheet asks the operating system for the time.
    # Without a first font of our own reportlab names Helvetica in every file, and an archive wants all fonts inside.
    own_font = fonts.weights(False)[0].name
    canvas = Canvas(written, pagesize=A4, invariant=1, lang="zh-CN", initialFontName=own_font)
    canvas.setTitle(title)
    canvas.setAuthor(BRAND)
    canvas.setCreator(BRAND)
    return canvas


def print_sheets(
    parts: Sequence[list[Flowable]],
    *,
    title: str,
    foot: str,
    area: Area = WHOLE_PAGE,
    finish_page: Callable[[Canvas], None] | None = None,
) -> bytes:
    """A PDF of A4 pages; each part of the story begins a new page. `finish_page` may draw on top.

    Raises PaperFault when one block is taller than a page.
    """
    pages = [page for part in parts for page in _paginate(part, area.height)]
    written = io.BytesIO()
    canvas = new_canvas(written, title)
    for number, page in enumerate(pages, 1):
        canvas.lacking = ""
        _draw_page(canvas, page, area)
        _draw_foot(canvas, foot, number, len(pages), area)
        if finish_page:
            finish_page(canvas)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _paginate(story: Iterable[Flowable], height: float) -> list[list[tuple[Flowable, float]]]:
    pages: list[list[tuple[Flowable, float]]] = [[]]
    room, waiting = height, deque(story)
    while waiting:
        block = waiting.popleft()
        tall = block.wrap(CONTENT_WIDTH, room)[1]
        if tall <= room + 0.01:
            pages[-1].append((block, tall))
            room -= tall
            continue
        pieces = block.split(CONTENT_WIDTH, room)
        if len(pieces) > 1:
            waiting.extendleft(reversed(pieces))
        elif pages[-1]:
            pages.append([])
            room = height
            waiting.appendleft(block)
        else:
            raise PaperFault("有一块内容比一整页纸还高，排不下。请把这一项的文字改短，再打印。")
    return pages


def _draw_page(canvas: Canvas, page: Iterable[tuple[Flowable, float]], area: Area) -> None:
    top = area.top
    for block, tall in page:
        top -= tall
        block.drawOn(canvas, SIDE, top)


def _draw_foot(canvas: Canvas, words: str, number: int, count: int, area: Area) -> None:
    """Page n of m, and the warning about characters no font has."""
    base = area.bottom
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(SIDE, base + 11, PAGE_WIDTH - SIDE, base + 11)
    page_words = f"第 {number} 页，共 {count} 页"
    draw_text(canvas, words, SIDE, base, SMALLEST_SIZE, ink=INK_SOFT)
    right = PAGE_WIDTH - SIDE - fonts.text_width(page_words, SMALLEST_SIZE)
    draw_text(canvas, page_words, right, base, SMALLEST_SIZE, ink=INK_SOFT)
    if canvas.lacking:
        codes = "、".join(f"U+{ord(sign):04X}" for sign in canvas.lacking)
        warning = f"{fonts.STAND_IN} 处的字（{codes}）本机字体没有，请对照证件手写补上。"
        draw_text(canvas, warning, SIDE, base - 12, SMALLEST_SIZE, bold=True)
