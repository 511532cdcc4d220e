"""A flow chart on paper: vectors and real text, as large as its room allows, going on overleaf between two steps."""

from functools import lru_cache

from reportlab.lib.colors import Color, HexColor
from reportlab.platypus import Flowable

from forms.flow.chart import FlowChart
from forms.flow.figures import Arrow, Figure, TextLine
from forms.flow.layout import FlowDrawing, Setting, lay_out
from forms.render import paper
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

LARGEST, SMALLEST = 11.0, 7.5
_STEP = 0.5
_CONTINUES = 13.0  # room for 接下页 where the drawing is cut
_INKS: dict[str, Color] = {}


def _ink(code: str) -> Color:
    if code not in _INKS:
        _INKS[code] = HexColor(code)
    return _INKS[code]


@lru_cache(maxsize=512)
def _drawing(chart: FlowChart, setting: Setting) -> FlowDrawing:
    """Sheets are tried in several fits, and many are printed of one item."""
    return lay_out(chart, setting, MEASURE)


def largest_size(
    chart: FlowChart, room: float, height: float, *, largest: float = LARGEST, smallest: float = SMALLEST
) -> float | None:
    """The largest type in which the whole chart stands in `room` by `height`; None when not even the smallest does."""
    size = largest
    while size >= smallest - 0.01:
        if _drawing(chart, Setting(room, size)).height <= height:
            return size
        size -= _STEP
    return None


class FlowChartDrawing(Flowable):
    """The chart set in `size` points over the whole width it is given."""

    def __init__(self, chart: FlowChart, size: float):
        super().__init__()
        self._chart, self._size = chart, size
        self._slice: tuple[float, float | None] = (0.0, None)

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        drawing = self._laid_out(room)
        top, bottom = self._slice
        marks = _CONTINUES * ((top > 0) + (bottom is not None))
        self.width, self.height = room, (drawing.height if bottom is None else bottom) - top + marks
        return self.width, self.height

    def split(self, room: float, height: float) -> list[Flowable]:
        drawing = self._laid_out(room)
        top, bottom = self._slice
        used = _CONTINUES * (1 + (top > 0))
        fitting = [cut for cut in drawing.cuts if top < cut <= top + height - used and cut < (bottom or drawing.height)]
        if not fitting:
            return []
        return [self._part(top, fitting[-1]), self._part(fitting[-1], bottom)]

    def _part(self, top: float, bottom: float | None) -> "FlowChartDrawing":
        part = FlowChartDrawing(self._chart, self._size)
        part._slice = (top, bottom)
        return part

    def _laid_out(self, room: float) -> FlowDrawing:
        return _drawing(self._chart, Setting(room, self._size))

    def draw(self) -> None:
        drawing = self._laid_out(self.width)
        top, bottom = self._slice
        head = _CONTINUES if top > 0 else 0.0
        end = drawing.height if bottom is None else bottom
        painter = _Painter(self.canv, self._size, self.height - head + top)
        if top > 0:
            painter.note("接上页", self.height - 9)
        if bottom is not None:
            painter.note("接下页", 3)
        self.canv.saveState()
        window = self.canv.beginPath()
        window.rect(-2, self.height - head - (end - top), self.width + 4, end - top)
        self.canv.clipPath(window, stroke=0, fill=0)
        painter.paint(drawing, top, end)
        self.canv.restoreState()


class _Painter:
    """Turns the layout, which counts down from the top, into marks on the canvas, which counts up."""

    def __init__(self, canvas, size: float, origin: float):
        self._canvas, self._size, self._origin = canvas, size, origin

    def paint(self, drawing: FlowDrawing, top: float, bottom: float) -> None:
        for arrow in drawing.arrows:
            heights = [y for _, y in arrow.points]
            if min(heights) <= bottom and max(heights) >= top:
                self._arrow(arrow)
        for figure in drawing.figures:
            if figure.y < bottom and figure.bottom > top:
                self._figure(figure)
        for tag in drawing.tags:
            if tag.y < bottom and tag.y + tag.height > top:
                self._texts(tag.lines)

    def note(self, words: str, base: float) -> None:
        paper.draw_text(self._canvas, words, 2, base, max(SMALLEST, self._size * 0.85), ink=paper.INK_SOFT)

    def _arrow(self, arrow: Arrow) -> None:
        self._canvas.setStrokeColor(_ink(EDGE_INK))
        self._canvas.setLineWidth(self._size * 0.1)
        self._canvas.setLineJoin(1)
        self._canvas.setDash(*((self._size * 0.4, self._size * 0.25) if arrow.loop else ()))
        self._outline(shortened(arrow, self._size), closed=False)
        self._canvas.setDash()
        self._canvas.setFillColor(_ink(EDGE_INK))
        self._outline(arrow_head(arrow, self._size), closed=True, stroke=0, fill=1)

    def _outline(self, points: list[tuple[float, float]], *, closed: bool, stroke: int = 1, fill: int = 0) -> None:
        path = self._canvas.beginPath()
        path.moveTo(points[0][0], self._origin - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, self._origin - y)
        if closed:
            path.close()
        self._canvas.drawPath(path, stroke=stroke, fill=fill)

    def _figure(self, figure: Figure) -> None:
        fill, edge, thick = FIGURE_INKS[figure.node.kind]
        self._canvas.setFillColor(_ink(fill))
        self._canvas.setStrokeColor(_ink(edge))
        self._canvas.setLineWidth(self._size * thick)
        stroke = int(thick > 0)
        if figure.node.kind == "decision":
            self._outline(hexagon(figure, self._size), closed=True, stroke=stroke, fill=1)
        else:
            base = self._origin - figure.bottom
            radius = corners(figure, self._size)
            self._canvas.roundRect(figure.x, base, figure.width, figure.height, radius, stroke=stroke, fill=1)
        self._badge(figure)
        self._texts(figure.lines)

    def _badge(self, figure: Figure) -> None:
        if figure.badge is None:
            return
        self._canvas.setStrokeColor(_ink(TONES["accent"]))
        self._canvas.setLineWidth(self._size * 0.09)
        self._canvas.circle(figure.badge.x, self._origin - figure.badge.y, figure.badge.radius, stroke=1, fill=0)
        self._texts((figure.badge.line,))

    def _texts(self, lines: tuple[TextLine, ...]) -> None:
        for line in lines:
            base = self._origin - line.base
            paper.draw_text(
                self._canvas, line.text, line.x, base, line.size, bold=line.bold, ink=_ink(TONES[line.tone])
            )
