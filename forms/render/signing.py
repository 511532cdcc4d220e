"""Where people sign, print a finger or set a seal: the same boxes on every sheet that is signed."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from forms.render.paper import CONTENT_WIDTH, INK_SOFT, LINE, Fit, Span, Words, gap, grid

BLANK_DATE = "　　　年　　月　　日"


@dataclass(frozen=True)
class SigningBox:
    """One box: what belongs in it, a remark, its width in points; `dated` prints the line for a date."""

    title: str
    remark: str
    width: float
    dated: bool = False


# Who cannot write prints a finger: both are asked in one place, never one hidden on a second sheet.
APPLICANT_SIGNS = (
    SigningBox("申请人签名", "不会写字的，在右边按指印", CONTENT_WIDTH - 230),
    SigningBox("指印", "右手食指", 90),
    SigningBox("签名日期", "", 140, dated=True),
)


def signature(boxes: Sequence[SigningBox], fit: Fit) -> Flowable:
    heads = [Words([Span(box.title, bold=True), Span("  " + box.remark, ink=INK_SOFT)], 11) for box in boxes]
    room = max(20 * mm, fit.gap(26 * mm))
    date_line = [gap(room - 24), Words(BLANK_DATE, 12, align="right")]
    return grid(
        [heads, [date_line if box.dated else gap(room) for box in boxes]],
        [box.width for box in boxes],
        ("BOX", (0, 0), (-1, -1), 0.9, INK_SOFT),
        ("LINEBEFORE", (1, 0), (-1, -1), 0.5, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 7),
        ("RIGHTPADDING", (0, 0), (-1, -1), 7),
        ("NOSPLIT", (0, 0), (-1, -1)),
        padding=3,
    )
