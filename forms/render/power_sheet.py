"""村级权力流程图单 on paper: the power's flow chart, who holds it, what must be made public, and who watches."""

from reportlab.platypus import Flowable

from forms.power_sheet import PowerSheet
from forms.render import paper
from forms.render.facts import certainty_note, fact_table
from forms.render.flowchart import FlowChartDrawing, largest_size
from forms.render.paper import CONTENT_WIDTH, INK_SOFT, Fit, Words, gap
from forms.render.printing import print_sheets

# Of the space, the words give way before the drawing does.
_FITS = (Fit(1.0, 1.0), Fit(0.9, 0.6), Fit(0.8, 0.4))
_LARGEST = 10.5


def render_power_sheet(sheet: PowerSheet) -> bytes:
    """The sheet as PDF, A4: one page where all stands there at nine points, else the words go overleaf."""
    height, head = paper.WHOLE_PAGE.height, _head(sheet)
    for fit in _FITS:
        facts = _facts(sheet, fit)
        size = _size_beside(sheet, height, [*head, *facts])
        if size:
            return _print(sheet, [[*head, FlowChartDrawing(sheet.flow, size), *facts]])
    size = _size_beside(sheet, height, head) or paper.SMALLEST_SIZE
    title = Words(f"{sheet.name}：怎么行使", 16, bold=True)
    return _print(sheet, [[*head, FlowChartDrawing(sheet.flow, size)], [title, *_facts(sheet, Fit(1.1, 1.5))]])


def _size_beside(sheet: PowerSheet, height: float, others: list[Flowable]) -> float | None:
    room = height - paper.heights(others) - 1
    return largest_size(sheet.flow, CONTENT_WIDTH, room, largest=_LARGEST, smallest=paper.SMALLEST_SIZE)


def _print(sheet: PowerSheet, parts: list[list[Flowable]]) -> bytes:
    foot = f"权力编码 {sheet.code} · {sheet.category}"
    return print_sheets(parts, title=f"村级权力流程图 {sheet.name}", foot=foot)


def _head(sheet: PowerSheet) -> list[Flowable]:
    return paper.sheet_head("村级权力流程图", sheet.name, [sheet.category, f"权力编码 {sheet.code}"], Fit(1.0, 0.6))


def _facts(sheet: PowerSheet, fit: Fit) -> list[Flowable]:
    return [
        gap(fit.gap(9)),
        fact_table(sheet.facts, fit, size=11),
        gap(fit.gap(5)),
        *certainty_note(sheet.certainty, is_confirmed=sheet.is_confirmed, fit=fit),
        gap(fit.gap(4)),
        Words("依据：" + "；".join(sheet.basis) + "。", paper.SMALLEST_SIZE, ink=INK_SOFT, leading=1.35),
    ]
