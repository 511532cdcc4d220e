"""补正告知书: all that must be put right, told at once, each with its reason and what to do (行政许可法 第32条)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from forms.clock import written_date
from forms.render import paper
from forms.render.paper import CONTENT_WIDTH, INK_SOFT, RED_DEEP, Fit, Span, Words, gap, grid, tick_box
from forms.render.printing import print_sheets

_QR_SIDE = 34 * mm
_BESIDE_WIDTH = 130.0
_BETWEEN = 18.0


@dataclass(frozen=True)
class CorrectionPoint:
    """One thing to put right: which material, why it will not do, and what the applicant does about it."""

    material_name: str
    reason: str
    what_to_do: str


@dataclass(frozen=True)
class CorrectionNotice:
    """The words of a correction notice. `due_on` is None while nobody has set a day."""

    case_number: str
    item_name: str
    applicant_masked: str
    village_name: str
    department: str
    made_on: date
    due_on: date | None
    points: tuple[CorrectionPoint, ...]
    lookup_code: str
    tracking_url: str


def render_correction_notice(notice: CorrectionNotice) -> bytes:
    """The notice as PDF, A4, one page where it fits.

    Raises PaperFault when it names nothing to put right, or when one point is taller than a page.
    """
    if not notice.points:
        raise NothingToCorrect()
    fit = paper.tightest_needed(lambda fit: _story(notice, fit), paper.WHOLE_PAGE.height)
    foot = f"办件编号 {notice.case_number} · 要补的都写在这张上，一次说全"
    return print_sheets([_story(notice, fit or Fit())], title=f"补正告知书 {notice.case_number}", foot=foot)


class NothingToCorrect(paper.PaperFault):
    """A correction notice without a single point."""

    def __init__(self) -> None:
        super().__init__("补正告知书里没有写要补什么。请先逐样写明原因和怎么补，再打印。")


def _story(notice: CorrectionNotice, fit: Fit) -> list[Flowable]:
    beside = [notice.village_name, written_date(notice.made_on, weekday=True)]
    count = Span(str(len(notice.points)), bold=True, ink=RED_DEEP)
    title = Words([Span("有 ", bold=True), count, Span(" 样要补，补好就接着办：", bold=True)], 16)
    return [
        *paper.sheet_head("补正告知书", notice.item_name, beside, fit),
        title,
        gap(fit.gap(6)),
        *(block for point in notice.points for block in (_point(point, fit), gap(fit.gap(7)))),
        gap(fit.gap(5)),
        _facts_and_code(notice, fit),
    ]


def _point(point: CorrectionPoint, fit: Fit) -> Flowable:
    content = [
        Words([tick_box(), Span(" " + point.material_name, bold=True)], 14, leading=1.35),
        *_labelled("为什么", point.reason, False, fit),
        *_labelled("怎么补", point.what_to_do, True, fit),
    ]
    return paper.panel(content, inset=max(4, fit.gap(7)), whole=True)


def _labelled(label: str, words: str, bold: bool, fit: Fit) -> list[Flowable]:
    size = max(11.0, fit.size(12.5))
    room = CONTENT_WIDTH - 20 - 52
    pieces = Words(words, size, bold=bold).pieces(room)
    labels = [label] + [""] * (len(pieces) - 1)
    return [
        grid([[Words(name, size, ink=INK_SOFT), piece]], [52, room], padding=1)
        for name, piece in zip(labels, pieces, strict=True)
    ]


def _facts_and_code(notice: CorrectionNotice, fit: Fit) -> Flowable:
    left = CONTENT_WIDTH - _BESIDE_WIDTH - _BETWEEN
    facts = [
        ("哪天以前补", written_date(notice.due_on, weekday=True) if notice.due_on else "待确认"),
        ("到哪里补", f"带上要补的材料和这张纸，到{notice.village_name}的办事柜台"),
        ("谁告知的", notice.department),
        ("办件编号", notice.case_number),
        ("申请人", notice.applicant_masked),
    ]
    rows = [
        [Words(label, fit.size(11), ink=INK_SOFT, leading=1.35), Words(value, 14, bold=True, leading=1.3)]
        for label, value in facts
    ]
    told = grid(rows, [70, left - 70], padding=fit.gap(3))
    words = Words("微信扫一扫，看办到哪一步", max(10.5, fit.size(11)), leading=1.35)
    code = [paper.QrCode(notice.tracking_url, _QR_SIDE), words, *_lookup(notice.lookup_code)]
    return grid([[told, "", code]], [left, _BETWEEN, _BESIDE_WIDTH], padding=0)


def _lookup(code: str) -> Sequence[Flowable]:
    return [Words([Span("查询码 ", ink=INK_SOFT), Span(paper.grouped_code(code), bold=True, whole=True)], 12)]
