"""A flow chart as SVG: real text, drawn in the house's colours, told in words to whoever does not see it."""

from functools import lru_cache
from html import escape

from forms.flow.chart import FlowChart
from forms.flow.figures import Arrow, Badge, Figure, TextLine
from forms.flow.layout import Setting, lay_out
from forms.render.flowchart_look import (
    EDGE_INK,
    FIGURE_INKS,
    MEASURE,
    TONES,
    arrow_head,
    corners,
    hexagon,
    shortened,
)

# A phone of 360 pixels leaves some 322 for a figure; 14 there is the smallest that old eyes read without zooming.
PHONE_WIDTH, PHONE_SIZE, ELDER_SIZE = 320.0, 14.0, 18.0
_FONTS = (
    "PingFang SC, HarmonyOS Sans SC, MiSans, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, "
    "sans-serif"
)


@lru_cache(maxsize=256)
def flowchart_svg(chart: FlowChart, *, width: float = PHONE_WIDTH, size: float = PHONE_SIZE) -> str:
    """The drawing as one `<svg>` element; its names begin with the chart's code, so that two may stand on a page."""
    drawing = lay_out(chart, Setting(width, size), MEASURE)
    name = f"flow-{chart.code}"
    body = "".join(
        [
            *(_arrow(arrow, drawing.size) for arrow in drawing.arrows),
            *(_figure(figure, drawing.size) for figure in drawing.figures),
            *(_text(line) for tag in drawing.tags for line in tag.lines),
        ]
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flowchart" role="img" viewBox="0 0 {_n(drawing.width)} '
        f'{_n(drawing.height)}" aria-labelledby="{name}-title {name}-words" font-family="{_FONTS}">'
        f'<title id="{name}-title">{escape(chart.title)}：流程图</title>'
        f'<desc id="{name}-words">{escape("".join(chart.sentences))}</desc>{body}</svg>'
    )


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _figure(figure: Figure, size: float) -> str:
    fill, edge, thick = FIGURE_INKS[figure.node.kind]
    look = f'fill="{fill}" stroke="{edge}" stroke-width="{_n(size * thick)}"'
    shape = _hexagon(figure, size, look) if figure.node.kind == "decision" else _rectangle(figure, size, look)
    badge = _badge(figure.badge, size) if figure.badge else ""
    return f'<g data-node="{escape(figure.node.id)}">{shape}{badge}{"".join(_text(line) for line in figure.lines)}</g>'


def _rectangle(figure: Figure, size: float, look: str) -> str:
    radius = corners(figure, size)
    return (
        f'<rect x="{_n(figure.x)}" y="{_n(figure.y)}" width="{_n(figure.width)}" height="{_n(figure.height)}" '
        f'rx="{_n(radius)}" {look}/>'
    )


def _hexagon(figure: Figure, size: float, look: str) -> str:
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in hexagon(figure, size))
    return f'<polygon points="{points}" stroke-linejoin="round" {look}/>'


def _badge(badge: Badge, size: float) -> str:
    ink = TONES["accent"]
    circle = (
        f'<circle cx="{_n(badge.x)}" cy="{_n(badge.y)}" r="{_n(badge.radius)}" fill="none" stroke="{ink}" '
        f'stroke-width="{_n(size * 0.09)}"/>'
    )
    return circle + _text(badge.line)


def _text(line: TextLine) -> str:
    weight = ' font-weight="700"' if line.bold else ""
    return (
        f'<text x="{_n(line.x)}" y="{_n(line.base)}" font-size="{_n(line.size)}"{weight} fill="{TONES[line.tone]}">'
        f"{escape(line.text)}</text>"
    )


def _arrow(arrow: Arrow, size: float) -> str:
    path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in shortened(arrow, size))
    dash = f' stroke-dasharray="{_n(size * 0.4)} {_n(size * 0.25)}"' if arrow.loop else ""
    line = f'<path d="{path}" fill="none" stroke="{EDGE_INK}" stroke-width="{_n(size * 0.1)}" stroke-linejoin="round"{dash}/>'
    head = " ".join(f"{_n(x)},{_n(y)}" for x, y in arrow_head(arrow, size))
    return f'{line}<polygon points="{head}" fill="{EDGE_INK}"/>'
