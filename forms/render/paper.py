"""What all sheets share: sizes and colours, running words, boxes, codes, and the head of every sheet."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Spacer, Table

from forms.render import fonts

INK = HexColor("#211a15")
INK_SOFT = HexColor("#5a5048")
RED = HexColor("#b3202a")
RED_DEEP = HexColor("#8c141d")
LINE = HexColor("#c9bfb0")
MIST = HexColor("#f5f1ea")
AMBER = HexColor("#8a5a00")
AMBER_TINT = HexColor("#fff4dc")

PAGE_WIDTH, PAGE_HEIGHT = A4
SIDE = 16 * mm
TOP = 13 * mm
BOTTOM = 15 * mm
CONTENT_WIDTH = PAGE_WIDTH - 2 * SIDE
SMALLEST_SIZE = 9.0
LINES_PER_PIECE = 20
BRAND = "农事网通 · 阳光红页"


class PaperFault(ValueError):
    """Something that cannot be laid on the paper; the text says what, and what to do."""


@dataclass(frozen=True)
class Fit:
    """How tightly a sheet is set: a factor on type and one on the space between."""

    type: float = 1.0
    space: float = 1.0

    def size(self, points: float) -> float:
        """Running text: shrinks, but never below what old eyes can read."""
        return max(SMALLEST_SIZE, points * self.type)

    def gap(self, points: float) -> float:
        return points * self.space


# A short sheet is set larger. Space is given up before type; the last step is still 9 points and more.
FITS = (
    Fit(1.1, 1.5),
    Fit(1.0, 1.2),
    Fit(),
    Fit(1.0, 0.8),
    Fit(1.0, 0.6),
    Fit(0.95, 0.55),
    Fit(0.9, 0.5),
    Fit(0.86, 0.4),
    Fit(0.82, 0.3),
    Fit(0.78, 0.25),
)


@dataclass(frozen=True)
class Span:
    """A few characters set alike: `box` ('empty', 'ticked') draws a tick box instead, `whole` keeps one line."""

    text: str
    bold: bool = False
    ink: Color = INK
    box: str | None = None
    whole: bool = False


def tick_box(ticked: bool = False) -> Span:
    """☑ or ☐, drawn: a font's own signs differ in size and are missing from many."""
    return Span("□", box="ticked" if ticked else "empty")


class Words(Flowable):
    """Running text in one size, broken the Chinese way; may mix weights and tick boxes, and may go on overleaf."""

    def __init__(
        self,
        text: str | Sequence[Span],
        size: float,
        *,
        bold: bool = False,
        ink: Color = INK,
        align: str = "left",
        leading: float = 1.4,
    ):
        super().__init__()
        spans = [Span(text, bold, ink)] if isinstance(text, str) else list(text)
        self._lacking = fonts.missing_characters("".join(span.text for span in spans))
        shown = [(fonts.printable(span.text), span) for span in spans]
        self._text = "".join(text for text, _ in shown)
        self._styles = [span for text, span in shown for _ in text]
        self._glued = _glued_places(shown)
        self._size, self._align, self._leading = size, align, size * leading
        self._advances = [wide for text, span in shown for wide in _advances(text, span, size)]
        self._lines: list[tuple[int, int]] = []
        self._line_range: tuple[int, int | None] = (0, None)

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        first, last = self._line_range
        self._lines = self._balanced_lines(room)[first:last]
        self.width, self.height = room, len(self._lines) * self._leading
        return self.width, self.height

    def _balanced_lines(self, room: float) -> list[tuple[int, int]]:
        """A last line of two or three signs gets company from above, when that costs no further line."""
        lines = fonts.line_spans(self._text, self._advances, room, self._glued)
        if len(lines) > 1 and lines[-1][1] - lines[-1][0] <= 3:
            narrower = fonts.line_spans(self._text, self._advances, room - 3 * self._size, self._glued)
            return narrower if len(narrower) == len(lines) else lines
        return lines

    def split(self, room: float, height: float) -> list[Flowable]:
        self.wrap(room, height)
        fitting = int(height // self._leading)
        if fitting < 1 or fitting >= len(self._lines):
            return []
        first = self._line_range[0]
        return [self._part(first, first + fitting), self._part(first + fitting, self._line_range[1])]

    def _part(self, first: int, last: int | None) -> "Words":
        part = object.__new__(Words)
        part.__dict__.update(self.__dict__)
        part._line_range = (first, last)
        return part

    def pieces(self, room: float) -> list["Words"]:
        """The same words in blocks no taller than part of a page, as rows of a table: a row cannot go on overleaf."""
        self.wrap(room, 0)
        first, count = self._line_range[0], len(self._lines)
        if count <= LINES_PER_PIECE:
            return [self]
        starts = range(first, first + count, LINES_PER_PIECE)
        return [self._part(start, min(start + LINES_PER_PIECE, first + count)) for start in starts]

    @property
    def natural_width(self) -> float:
        """The width in points when nothing is broken."""
        return sum(self._advances)

    def draw(self) -> None:
        note_lacking(self.canv, self._lacking)
        # The characters sit in the middle of their line, as Chinese type has no real descenders.
        base = self.height - self._leading / 2 - self._size * 0.38
        for start, end in self._lines:
            end = start + len(self._text[start:end].rstrip(" "))
            slack = self.width - sum(self._advances[start:end])
            left = {"left": 0.0, "center": slack / 2, "right": slack}[self._align]
            self._draw_line(start, end, left, base)
            base -= self._leading

    def _draw_line(self, start: int, end: int, left: float, base: float) -> None:
        for _, run in groupby(range(start, end), key=self._run_key):
            places = list(run)
            style = self._styles[places[0]]
            if style.box:
                draw_tick_box(self.canv, left, base - self._size * 0.1, self._size, style.box == "ticked")
            else:
                weight = fonts.weight_for(self._text[places[0]], style.bold)
                self.canv.setFillColor(style.ink)
                self.canv.setFont(weight.name, self._size)
                self.canv.drawString(left, base, self._text[places[0] : places[-1] + 1])
            left += sum(self._advances[place] for place in places)

    def _run_key(self, place: int) -> tuple:
        style = self._styles[place]
        if style.box:
            return (place,)
        return (style.bold, style.ink.hexval(), fonts.weight_for(self._text[place], style.bold).name)


def _advances(text: str, span: Span, size: float) -> list[float]:
    if span.box:
        return [size * 1.12] * len(text)
    shares = fonts.em_shares(span.bold)
    return [shares[sign] * size for sign in text]


def _glued_places(shown: Iterable[tuple[str, Span]]) -> frozenset[int]:
    places: set[int] = set()
    at = 0
    for text, span in shown:
        if span.whole:
            places.update(range(at + 1, at + len(text)))
        at += len(text)
    return frozenset(places)


def note_lacking(canvas: Canvas, characters: str) -> None:
    """Remember characters that were printed as 〓 on this page, so that its foot can say so."""
    canvas.lacking = "".join(dict.fromkeys(getattr(canvas, "lacking", "") + characters))


def draw_text(canvas: Canvas, text: str, left: float, base: float, size: float, *, bold=False, ink=INK) -> None:
    """One line of text at a fixed place (points from the lower left corner)."""
    note_lacking(canvas, fonts.missing_characters(text))
    canvas.setFillColor(ink)
    for weight, run in groupby(fonts.printable(text), key=lambda sign: fonts.weight_for(sign, bold)):
        words = "".join(run)
        canvas.setFont(weight.name, size)
        canvas.drawString(left, base, words)
        left += fonts.text_width(words, size, bold)


def draw_tick_box(canvas: Canvas, left: float, bottom: float, size: float, ticked: bool) -> None:
    """A square about as tall as the text beside it, for a pen; `ticked` puts a bold tick in it."""
    side = size * 0.86
    canvas.setLineJoin(1)
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(max(0.8, size * 0.07))
    canvas.rect(left + size * 0.06, bottom + size * 0.02, side, side, fill=0)
    if ticked:
        x, y = left + size * 0.06, bottom + size * 0.02
        canvas.setStrokeColor(RED_DEEP)
        canvas.setLineWidth(size * 0.14)
        tick = canvas.beginPath()
        tick.moveTo(x + side * 0.18, y + side * 0.52)
        tick.lineTo(x + side * 0.42, y + side * 0.24)
        tick.lineTo(x + side * 0.88, y + side * 0.86)
        canvas.drawPath(tick, stroke=1, fill=0)


class QrCode(Flowable):
    """A QR code of `content` as vector squares, `side` points wide with its quiet zone: sharp on any printer.

    Its squares stand flush with the left edge; the quiet zone there reaches into the gutter, which is always blank.
    """

    QUIET_MODULES = 4

    def __init__(self, content: str, side: float):
        super().__init__()
        self._side, self._squares = _qr_squares(content)
        self.width = self.height = side
        self.squares_width = side * self._side / (self._side + 2 * self.QUIET_MODULES)

    def wrap(self, _room: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        module = self.width / (self._side + 2 * self.QUIET_MODULES)
        self.canv.saveState()
        self.canv.translate(0, self.QUIET_MODULES * module)
        self.canv.scale(module, module)
        self.canv.setFillColor(INK)
        self.canv.addLiteral(self._squares)
        self.canv.restoreState()


@lru_cache(maxsize=64)
def _qr_squares(content: str) -> tuple[int, str]:
    """How many modules a side has, and the dark ones as one path on a grid of whole numbers: choosing a mask takes 5 ms
    and naming a thousand squares as long again, and a sheet is laid out several times before it is printed."""
    rows = [bytes(row) for row in segno.make(content, error="m", micro=False).matrix]
    squares = [
        f"{start} {len(rows) - 1 - number} {length} 1 re"
        for number, row in enumerate(rows)
        for start, length in _dark_runs(row)
    ]
    return len(rows), "\n".join([*squares, "f"])


def _dark_runs(row: bytes) -> list[tuple[int, int]]:
    runs, at = [], 0
    for dark, signs in groupby(row):
        length = len(list(signs))
        if dark:
            runs.append((at, length))
        at += length
    return runs


class Rule(Flowable):
    """A horizontal line over the whole width."""

    def __init__(self, thickness: float = 0.7, ink: Color = LINE):
        super().__init__()
        self._thickness, self._ink = thickness, ink

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        self.width, self.height = room, self._thickness
        return room, self._thickness

    def draw(self) -> None:
        self.canv.setFillColor(self._ink)
        self.canv.rect(0, 0, self.width, self._thickness, stroke=0, fill=1)


def gap(points: float) -> Spacer:
    return Spacer(1, points)


def grid(
    rows: Sequence[Sequence], widths: Sequence[float], *styles: tuple, padding: float = 4, repeat_rows: int = 0
) -> Table:
    """A table of flowables with even padding; `widths` in points."""
    base = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("FONTNAME", (0, 0), (-1, -1), fonts.weights(False)[0].name),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), padding),
        ("BOTTOMPADDING", (0, 0), (-1, -1), padding),
    ]
    return Table(list(rows), colWidths=list(widths), style=[*base, *styles], hAlign="LEFT", repeatRows=repeat_rows)


def panel(
    content: Sequence, *, fill: Color | None = None, edge: Color = LINE, inset: float = 8, whole: bool = False
) -> Table:
    """One surface with one border over the whole width; each part of `content` is a row, so it may go on overleaf.

    `whole`: what takes less than half a page is kept together.
    """
    last = len(content) - 1
    short = whole and heights(content, CONTENT_WIDTH - 2 * inset - 4) < WHOLE_PAGE.height / 2
    return grid(
        [[block] for block in content],
        [CONTENT_WIDTH],
        ("BOX", (0, 0), (-1, -1), 1, edge),
        ("LEFTPADDING", (0, 0), (-1, -1), inset + 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), inset + 2),
        ("TOPPADDING", (0, 0), (-1, 0), inset * 0.75),
        ("BOTTOMPADDING", (0, last), (-1, last), inset * 0.75),
        *([("BACKGROUND", (0, 0), (-1, -1), fill)] if fill else []),
        *([("NOSPLIT", (0, 0), (-1, -1))] if short else []),
        padding=0,
    )


def sheet_head(title: str, subtitle: str, beside: Sequence[str], fit: Fit) -> list[Flowable]:
    """The head of a first page: red rule, what this paper is, what it is about, and to the right where and when."""
    # The right side keeps room for a village's full name; a long title is set smaller.
    most = CONTENT_WIDTH * 0.66
    size = max(17.0, min(24.0, (most - 14) / fonts.text_width(title, 1, True)))
    title_words = Words(title, size, bold=True, leading=1.25)
    left = min(most, max(title_words.natural_width + 14, CONTENT_WIDTH * 0.42))
    right = [Words(line, 11, ink=INK_SOFT, align="right", leading=1.35) for line in (BRAND, *beside)]
    return [
        Rule(4, RED),
        gap(fit.gap(7)),
        grid([[title_words, right]], [left, CONTENT_WIDTH - left], ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), padding=0),
        gap(fit.gap(3)),
        Words(subtitle, 18, bold=True, ink=RED_DEEP, leading=1.3),
        gap(fit.gap(6)),
        Rule(),
        gap(max(3.0, fit.gap(8))),
    ]


def grouped_code(code: str) -> str:
    """查询码 as people read it aloud, four, three and three: K7QM 3XV 9RT."""
    return " ".join(filter(None, (code[:4], code[4:7], code[7:])))


def section_title(text: str, fit: Fit) -> Words:
    return Words(text, max(13, fit.size(14)), bold=True)


def unconfirmed_note(points: Sequence[str], fit: Fit) -> list[Flowable]:
    """「未确认」: what the responsible department has not confirmed is said. Nothing when all is confirmed."""
    if not points:
        return []
    words = [
        Span("未确认  ", bold=True, ink=AMBER),
        Span("这几样主管部门还没有确认，以窗口答复为准：" + "、".join(points) + "。"),
    ]
    inset = max(3.0, fit.gap(6))
    return [panel([Words(words, fit.size(11))], fill=AMBER_TINT, edge=HexColor("#e8cf97"), inset=inset)]


def heights(story: Iterable[Flowable], width: float = CONTENT_WIDTH) -> float:
    """How tall a story stands in points when nothing is broken over pages."""
    return sum(block.wrap(width, 1e6)[1] for block in story)


def tightest_needed(build: Callable[[Fit], list[Flowable]], height: float, fits: Sequence[Fit] = FITS) -> Fit | None:
    """The loosest setting in which `build` stands in `height` points; None when not even the tightest does.

    Halves the choice each time: laying a long sheet out costs some 10 ms.
    """
    if heights(build(fits[-1])) > height:
        return None
    first, last = 0, len(fits) - 1
    while first < last:
        middle = (first + last) // 2
        if heights(build(fits[middle])) <= height:
            last = middle
        else:
            first = middle + 1
    return fits[last]


@dataclass(frozen=True)
class Area:
    """Where on an A4 page a sheet may write: `bottom` is the lower edge of its foot line, in points."""

    top: float = PAGE_HEIGHT - TOP
    bottom: float = BOTTOM

    FOOT_HEIGHT = 20.0

    @property
    def height(self) -> float:
        return self.top - self.bottom - self.FOOT_HEIGHT


WHOLE_PAGE = Area()
UPPER_HALF = Area(bottom=PAGE_HEIGHT / 2 + 10)
