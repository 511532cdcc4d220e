"""How a flow chart looks wherever it is painted: the colours, the lines, and the type it is measured in."""

from forms.flow.chart import NodeKind
from forms.flow.figures import TIP, Arrow, Figure, Measure, Tone
from forms.render import fonts

MEASURE = Measure(fonts.break_lines, fonts.text_width)

# The design's tokens; every ink stands at 4.5:1 or better on every fill it is written on.
TONES: dict[Tone, str] = {"ink": "#211a15", "soft": "#5a5048", "accent": "#8c141d"}
EDGE_INK = "#5a5048"
# Fill, outline, and the outline's thickness in ems. Shape and words carry the meaning; the colour only helps.
FIGURE_INKS: dict[NodeKind, tuple[str, str, float]] = {
    "start": ("#f5f1ea", "#5a5048", 0.1),
    "step": ("#ffffff", "#756a60", 0.085),
    "hold": ("#fff4dc", "#8a5a00", 0.085),
    "decision": ("#e9f1f8", "#1d5b8f", 0.1),
    "split": ("#f5f1ea", "#5a5048", 0.1),
    "desk": ("#ffffff", "#756a60", 0.085),
    "join": ("#5a5048", "#5a5048", 0.0),
    "end": ("#e8f3ec", "#1f6f43", 0.1),
}
HEAD_LENGTH = 0.62  # of an arrow's head, in ems


def corners(figure: Figure, size: float) -> float:
    """How round a figure's corners are: pills where the way begins and ends."""
    if figure.node.kind in ("start", "end"):
        return min(figure.height / 2, size * 1.1)
    return 0 if figure.node.kind == "join" else size * 0.35


def hexagon(figure: Figure, size: float) -> list[tuple[float, float]]:
    """A decision's outline: pointed left and right."""
    left, right, tip = figure.x, figure.right, size * TIP
    return [
        (left, figure.middle), (left + tip, figure.y), (right - tip, figure.y),
        (right, figure.middle), (right - tip, figure.bottom), (left + tip, figure.bottom),
    ]  # fmt: skip


def shortened(arrow: Arrow, size: float) -> list[tuple[float, float]]:
    """The line ends inside its head, which alone reaches the figure."""
    (x, y), (from_x, from_y) = arrow.points[-1], arrow.points[-2]
    back = size * HEAD_LENGTH * 0.6
    return [*arrow.points[:-1], (x + back * _sign(from_x - x), y + back * _sign(from_y - y))]


def _sign(number: float) -> int:
    return (number > 0.01) - (number < -0.01)


def arrow_head(arrow: Arrow, size: float) -> list[tuple[float, float]]:
    (x, y), (from_x, from_y) = arrow.points[-1], arrow.points[-2]
    along, across = size * HEAD_LENGTH, size * HEAD_LENGTH * 0.42
    back_x, back_y = along * _sign(from_x - x), along * _sign(from_y - y)
    side_x, side_y = (across, 0.0) if back_y else (0.0, across)
    return [(x, y), (x + back_x - side_x, y + back_y - side_y), (x + back_x + side_x, y + back_y + side_y)]
