"""The figures of a flow chart with their words in them: how wide, how tall, and where each line of text stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from forms.flow.chart import Edge, Node

Tone = Literal["ink", "soft", "accent"]
LINE = 1.42  # from line to line, in ems
TIP = 1.0  # how far a decision's points reach, in ems
LEAST_DESK = 8.8  # the narrowest desk beside others, in ems


@dataclass(frozen=True)
class Measure:
    """Real glyph widths: `wrap(text, room, size, bold)` gives lines, `width(text, size, bold)` points."""

    wrap: Callable[[str, float, float, bool], Sequence[str]]
    width: Callable[[str, float, bool], float]


@dataclass(frozen=True)
class TextLine:
    """One line of words: `x` its left end, `base` its baseline."""

    text: str
    x: float
    base: float
    size: float
    bold: bool
    tone: Tone = "ink"


@dataclass(frozen=True)
class Badge:
    """A step's number in a circle."""

    x: float
    y: float
    radius: float
    line: TextLine


@dataclass(frozen=True)
class Figure:
    """One node where it stands; x to the right, y down, from the upper left corner."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    lines: tuple[TextLine, ...] = ()
    badge: Badge | None = None

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    def moved(self, down: float) -> "Figure":
        badge = self.badge and replace(
            self.badge, y=self.badge.y + down, line=replace(self.badge.line, base=self.badge.line.base + down)
        )
        lines = tuple(replace(line, base=line.base + down) for line in self.lines)
        return replace(self, y=self.y + down, lines=lines, badge=badge)


@dataclass(frozen=True)
class Arrow:
    """A line through its points; `loop` leads back, `head` says whether its end is an arrow's head."""

    edge: Edge
    points: tuple[tuple[float, float], ...]
    loop: bool = False
    head: bool = True

    def moved(self, down: float) -> "Arrow":
        return replace(self, points=tuple((x, y + down) for x, y in self.points))


@dataclass(frozen=True)
class Group:
    """A unit as drawn: its figures, the arrows inside it, and the heights at which a page may end inside it."""

    figures: tuple[Figure, ...]
    arrows: tuple[Arrow, ...] = ()
    cuts: tuple[float, ...] = ()

    @property
    def height(self) -> float:
        return max(figure.bottom for figure in self.figures) - min(figure.y for figure in self.figures)

    def moved(self, down: float) -> "Group":
        return Group(
            tuple(figure.moved(down) for figure in self.figures),
            tuple(arrow.moved(down) for arrow in self.arrows),
            tuple(cut + down for cut in self.cuts),
        )


class Pen:
    """Draws single figures in one size of type, each with its top at zero."""

    def __init__(self, measure: Measure, size: float):
        self._measure, self.size = measure, size

    def em(self, count: float) -> float:
        return count * self.size

    def width(self, text: str, bold: bool = False) -> float:
        return self._measure.width(text, self.size, bold)

    def wrap(self, text: str, room: float, bold: bool = False) -> list[str]:
        return [line for line in self._measure.wrap(text, room, self.size, bold) if line]

    def wrap_evenly(self, text: str, room: float, bold: bool = False) -> list[str]:
        """In as few lines as `wrap`, none much shorter than the others."""
        lines = self.wrap(text, room, bold)
        narrow = room
        while len(lines) > 1 and narrow > room * 0.55:
            narrow -= self.size
            tighter = self.wrap(text, narrow, bold)
            if len(tighter) > len(lines):
                break
            lines = tighter
        return lines

    def figure(self, node: Node, x: float, width: float, port: float) -> Figure:
        """The node between `x` and `x + width`; a pill is only as wide as its words, around `port`."""
        if node.kind == "decision":
            return self._decision(node, x, width)
        if node.kind == "join":
            return Figure(node, x, 0, width, self.em(0.42))
        if node.kind in ("start", "end"):
            return self._pill(node, x, width, port)
        return self._box(node, x, width)

    def _box(self, node: Node, x: float, width: float) -> Figure:
        pad = self.em(0.5)
        indent = pad + (self.em(1.95) if node.number else 0)
        lines, height = self._stack(node, x + indent, width - indent - pad, pad)
        badge = self._badge(node.number, x + pad, pad) if node.number else None
        return Figure(node, x, 0, width, max(height, self.em(1.5) + 2 * pad if badge else 0), lines, badge)

    def _stack(self, node: Node, x: float, room: float, top: float) -> tuple[tuple[TextLine, ...], float]:
        """Who, what, under which rule, how long: one beneath the other; who and what on one line where they fit."""
        lines: list[TextLine] = []
        base = top + self.em(1.08)
        after_title = self.width(node.title, True) + self.em(0.8)
        if node.text and after_title + self.width(node.text) <= room:
            lines = [self._line(node.title, x, base, True), self._line(node.text, x + after_title, base)]
            base += self.em(LINE)
        else:
            base = self._put(lines, node.title, x, base, room, bold=True)
            base = self._put(lines, node.text, x, base, room)
        base = self._put(lines, node.note, x, base, room, tone="soft")
        base = self._put(lines, node.days, x, base, room, tone="accent", bold=True)
        return tuple(lines), base - self.em(1.08) - self.em(LINE - 1.34) + top

    def _put(
        self, lines: list[TextLine], text: str, x: float, base: float, room: float, *, bold=False, tone: Tone = "ink"
    ) -> float:
        for words in self.wrap(text, room, bold) if text else ():
            lines.append(self._line(words, x, base, bold, tone))
            base += self.em(LINE)
        return base

    def _line(self, text: str, x: float, base: float, bold: bool = False, tone: Tone = "ink") -> TextLine:
        return TextLine(text, x, base, self.size, bold, tone)

    def _badge(self, number: int, x: float, top: float) -> Badge:
        radius, text = self.em(0.76), str(number)
        left = x + radius - self.width(text, True) / 2
        return Badge(
            x + radius, top + radius, radius, self._line(text, left, top + radius + self.em(0.36), True, "accent")
        )

    def _decision(self, node: Node, x: float, width: float) -> Figure:
        pad, tip = self.em(0.45), self.em(TIP)
        words = self.wrap(node.title, width - 2 * tip - 2 * pad, True)
        lines = self._centred(words, x + width / 2, pad)
        return Figure(node, x, 0, width, len(words) * self.em(LINE) + 2 * pad - self.em(0.08), lines)

    def _centred(self, words: Sequence[str], middle: float, top: float) -> tuple[TextLine, ...]:
        return tuple(
            self._line(text, middle - self.width(text, True) / 2, top + self.em(1.08) + row * self.em(LINE), True)
            for row, text in enumerate(words)
        )

    def _pill(self, node: Node, x: float, width: float, port: float) -> Figure:
        pad, ends = self.em(0.42), self.em(1.1)
        if node.text:
            lines, height = self._stack(node, x + ends, width - 2 * ends, pad)
            return Figure(node, x, 0, width, height, lines)
        whole = min(width, self.width(node.title, True) + 2 * ends)
        left = max(x, min(port - whole / 2, x + width - whole))
        words = self.wrap(node.title, whole - 2 * ends + 0.1, True)
        lines = self._centred(words, left + whole / 2, pad)
        return Figure(node, left, 0, whole, len(words) * self.em(LINE) + 2 * pad - self.em(0.08), lines)


def side_by_side(pen: Pen, nodes: Sequence[Node], x: float, width: float) -> Group:
    """Alternatives: boxes of one height in one row."""
    between = pen.em(0.9)
    each = (width - between * (len(nodes) - 1)) / len(nodes)
    drawn = [pen.figure(node, x + at * (each + between), each, 0) for at, node in enumerate(nodes)]
    tallest = max(figure.height for figure in drawn)
    return Group(tuple(replace(figure, height=tallest) for figure in drawn))
