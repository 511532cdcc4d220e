"""收件回执: the half sheet a villager takes home, with the lookup code as large as the paper allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from forms.clock import local, written_date
from forms.render import fonts, paper
from forms.render.paper import (
    CONTENT_WIDTH,
    INK_SOFT,
    LINE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RED_DEEP,
    SIDE,
    Fit,
    Span,
    Words,
    gap,
    grid,
)
from forms.render.printing import print_sheets

WAITING_WORDS = "已收件，待上传；有网后自动上传，办件编号可用查询码查到。"
_TO_BE_CONFIRMED = "待确认"
_QR_SIDE = 38 * mm
_BESIDE_WIDTH = 136.0
_BETWEEN = 18.0
_LARGEST_CODE = 42.0


@dataclass(frozen=True)
class Receipt:
    """The words of a receipt. `received_at` is an aware instant; `case_number` is None until the packet is uploaded."""

    item_name: str
    applicant_masked: str
    village_name: str
    agent_name: str
    received_at: datetime
    case_number: str | None
    lookup_code: str
    tracking_url: str
    due_on: date | None
    materials: tuple[str, ...]
    promised: str


def render_receipt(receipt: Receipt) -> bytes:
    """The receipt as PDF: the upper half of an A4 sheet, to be cut off; a very long one takes the whole sheet.

    Raises PaperFault when one block is taller than a page.
    """
    fit = paper.tightest_needed(lambda fit: _story(receipt, fit), paper.UPPER_HALF.height)
    story = _story(receipt, fit or Fit())
    foot = "这是收件回执，不是受理通知书；是否受理另行告诉您。请收好。"
    area = paper.UPPER_HALF if fit else paper.WHOLE_PAGE
    finish = _draw_cutting_line if fit else None
    return print_sheets([story], title=f"收件回执 {receipt.item_name}", foot=foot, area=area, finish_page=finish)


def _story(receipt: Receipt, fit: Fit) -> list[Flowable]:
    moment = local(receipt.received_at)
    received = f"{written_date(moment.date(), weekday=True)}{moment:%H:%M} 收件"
    left = CONTENT_WIDTH - _BESIDE_WIDTH - _BETWEEN
    columns = grid([[_told(receipt, left, fit), "", _follow(receipt, fit)]], [left, _BETWEEN, _BESIDE_WIDTH], padding=0)
    return [
        *paper.sheet_head("收件回执", receipt.item_name, [receipt.village_name, received], fit),
        columns,
        gap(fit.gap(5)),
        *_materials(receipt.materials, fit),
    ]


def _told(receipt: Receipt, room: float, fit: Fit) -> list[Flowable]:
    code = _code(receipt.lookup_code, room)
    due = written_date(receipt.due_on, weekday=True) if receipt.due_on else _TO_BE_CONFIRMED
    facts = [
        ("办件编号", receipt.case_number or WAITING_WORDS, True),
        ("承诺多久", receipt.promised, True),
        ("最晚哪天", due, True),
        ("申请人", receipt.applicant_masked, False),
        ("谁收的", receipt.agent_name, False),
    ]
    rows = [
        [Words(label, 11, ink=INK_SOFT, leading=1.3), Words(value, 13.5 if key else 12, bold=key, leading=1.3)]
        for label, value, key in facts
    ]
    table = grid(rows, [58, room - 58], padding=fit.gap(2.2))
    return [Words("查询码", 11, ink=INK_SOFT, leading=1.2), code, gap(fit.gap(4)), table]


def _code(lookup_code: str, room: float) -> Words:
    """On one line whatever letters it has: a W takes twice the room of an L."""
    words = paper.grouped_code(lookup_code).replace(" ", "  ")
    size = min(_LARGEST_CODE, room / fonts.text_width(words, 1, True))
    return Words(words, size, bold=True, ink=RED_DEEP, leading=1.2)


def _follow(receipt: Receipt, fit: Fit) -> list[Flowable]:
    words = [Span("查办到哪一步：", bold=True), Span("微信扫上面的码；或者在微信里把查询码发给公众号。")]
    return [paper.QrCode(receipt.tracking_url, _QR_SIDE), Words(words, max(10.5, fit.size(11)), leading=1.35)]


def _materials(names: Sequence[str], fit: Fit) -> list[Flowable]:
    words = [Span(f"收到材料 {len(names)} 样：", bold=True)]
    for number, name in enumerate(names, 1):
        # The number never stands alone at the end of a line.
        words += [Span(f"{number}. {name[:1]}", whole=True), Span(name[1:] + ("；" if number < len(names) else "。"))]
    return [paper.Rule(), gap(fit.gap(4)), Words(words, fit.size(11), leading=1.35)]


def _draw_cutting_line(canvas: Canvas) -> None:
    middle, words = PAGE_HEIGHT / 2, "沿虚线裁下"
    half = fonts.text_width(words, paper.SMALLEST_SIZE) / 2
    paper.draw_text(canvas, words, PAGE_WIDTH / 2 - half, middle - 15, paper.SMALLEST_SIZE, ink=INK_SOFT)
    canvas.saveState()
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.7)
    canvas.setDash(4, 4)
    canvas.line(SIDE, middle - 12, PAGE_WIDTH / 2 - half - 8, middle - 12)
    canvas.line(PAGE_WIDTH / 2 + half + 8, middle - 12, PAGE_WIDTH - SIDE, middle - 12)
    canvas.restoreState()
