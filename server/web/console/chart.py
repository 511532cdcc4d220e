"""Charts drawn on the server as SVG: a bar, a line and a share, each with a title and a sentence for those who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, LABEL_WIDTH, BAR_HEIGHT, STEP = 640, 150, 18, 28
PLOT_HEIGHT, LEFT, TOP, BOTTOM = 180, 44, 16, 26


@dataclass(frozen=True)
class Series:
    """One line of a chart."""

    name: str
    values: Sequence[int]


def bar_chart(name: str, title: str, bars: Sequence[tuple[str, int]]) -> Markup:
    """Bars side by side below each other, the value beside each: colour alone tells nothing."""
    greatest = max((value for _, value in bars), default=0) or 1
    room = WIDTH - LABEL_WIDTH - 60
    parts = []
    for at, (label, value) in enumerate(bars):
        top, wide = 6 + at * STEP, round(value / greatest * room, 1)
        parts.append(_text(LABEL_WIDTH - 8, top + 14, label, "end"))
        parts.append(_rect(LABEL_WIDTH, top, wide, "bar"))
        parts.append(_text(LABEL_WIDTH + wide + 6, top + 14, str(value)))
    told = "；".join(f"{label} {value}" for label, value in bars)
    return _svg(name, title, told, 12 + len(bars) * STEP, parts)


def share_chart(name: str, title: str, shares: Sequence[tuple[str, int, int]]) -> Markup:
    """(label, on time, late): how much of each bar is on time, with both numbers beside it."""
    room = WIDTH - LABEL_WIDTH - 150
    parts, told = [], []
    for at, (label, good, late) in enumerate(shares):
        top, whole = 6 + at * STEP, good + late
        wide = round(good / whole * room, 1) if whole else 0
        words = f"{good / whole:.0%}（{good} / {whole}）" if whole else "没有办结"
        parts.append(_text(LABEL_WIDTH - 8, top + 14, label, "end"))
        parts.append(_rect(LABEL_WIDTH, top, wide, "bar good"))
        if whole:
            parts.append(_rect(LABEL_WIDTH + wide, top, room - wide, "bar late"))
        parts.append(_text(LABEL_WIDTH + (room if whole else 0) + 6, top + 14, words))
        told.append(f"{label} {words}")
    return _svg(name, title, "；".join(told), 12 + len(shares) * STEP, parts)


def line_chart(name: str, title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """One or two lines over months; the second is dashed as well as coloured."""
    greatest = max((value for one in series for value in one.values), default=0) or 1
    parts = [_axis(greatest)]
    parts += [
        _text(_across(at, len(labels)), TOP + PLOT_HEIGHT + 18, label[2:], "middle") for at, label in enumerate(labels)
    ]
    for number, one in enumerate(series):
        parts.append(_line(one, greatest, "second" if number else ""))
        parts.append(_text(LEFT + 8 + 150 * number, TOP - 3, ("- - " if number else "—— ") + one.name))
    told = "；".join(
        f"{one.name}：" + "，".join(f"{label} {value}" for label, value in zip(labels, one.values, strict=True))
        for one in series
    )
    return _svg(name, title, told, TOP + PLOT_HEIGHT + BOTTOM, parts)


def _across(at: int, count: int) -> float:
    return round(LEFT + 20 + at * (WIDTH - LEFT - 40) / max(1, count - 1), 1)


def _up(value: int, greatest: int) -> float:
    return round(TOP + 8 + (PLOT_HEIGHT - 8) * (1 - value / greatest), 1)


def _axis(greatest: int) -> Markup:
    floor = TOP + PLOT_HEIGHT
    line = Markup('<path class="axis" fill="none" d="M{0} {1}V{2}H{3}"/>').format(LEFT, TOP, floor, WIDTH)
    return line + _text(LEFT - 6, floor, "0", "end") + _text(LEFT - 6, TOP + 12, str(greatest), "end")


def _line(one: Series, greatest: int, kind: str) -> Markup:
    points = [(_across(at, len(one.values)), _up(value, greatest)) for at, value in enumerate(one.values)]
    path = " ".join(f"{x},{y}" for x, y in points)
    dots = Markup("").join(
        Markup('<circle class="dot {2}" cx="{0}" cy="{1}" r="3.5"/>').format(x, y, kind) for x, y in points
    )
    return Markup('<polyline class="line {1}" points="{0}"/>').format(path, kind) + dots


def _text(x: float, y: float, words: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{0}" y="{1}" text-anchor="{2}">{3}</text>').format(x, y, anchor, words)


def _rect(x: float, y: float, wide: float, kind: str) -> Markup:
    return Markup('<rect class="{3}" x="{0}" y="{1}" width="{2}" height="{4}"/>').format(x, y, wide, kind, BAR_HEIGHT)


def _svg(name: str, title: str, told: str, height: int, parts: Sequence[Markup]) -> Markup:
    """`name` makes the ids of this chart unlike any other's on the page."""
    head = Markup('<title id="{0}-title">{1}</title><desc id="{0}-desc">{2}</desc>').format(name, title, told)
    opened = Markup('<svg class="chart" viewBox="0 0 {0} {1}" role="img" aria-labelledby="{2}-title {2}-desc">')
    return opened.format(WIDTH, height, escape(name)) + head + Markup("").join(parts) + Markup("</svg>")
