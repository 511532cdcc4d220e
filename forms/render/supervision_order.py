"""督办单 on paper: the order, the day its answer is due, and the answer or the room to write it in."""

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from forms.clock import local_date, written_date, written_time
from forms.render import paper
from forms.render.facts import fact_table
from forms.render.paper import Fit, Span, Words, gap
from forms.render.printing import print_sheets
from forms.supervision_order_sheet import SupervisionOrderSheet

TITLE = "督办单"
_ROOM_TO_WRITE = 60 * mm


def render_supervision_order(sheet: SupervisionOrderSheet) -> bytes:
    """The order as PDF. Raises PaperFault when one block is taller than a page."""
    fit = paper.tightest_needed(lambda fit: _story(sheet, fit), paper.WHOLE_PAGE.height)
    foot = f"{sheet.number} · 一式两份，一份交承办部门，一份存档"
    return print_sheets([_story(sheet, fit or Fit())], title=f"{TITLE} {sheet.number}", foot=foot)


def _story(sheet: SupervisionOrderSheet, fit: Fit) -> list[Flowable]:
    size = fit.size(13)
    facts = (
        ("办件", f"{sheet.case_number}　{sheet.item_name}"),
        ("亮牌", sheet.card),
        ("回复期限", f"{written_date(sheet.due_on, weekday=True)}以前书面回复"),
    )
    return [
        *paper.sheet_head(TITLE, "电子监察", [sheet.issuer, f"编号：{sheet.number}"], fit),
        Words([Span(sheet.to, bold=True), Span("：")], size),
        gap(fit.gap(5)),
        fact_table(facts, fit, size=13, label_width=90),
        gap(fit.gap(7)),
        Words([Span("　　督办内容：", bold=True), Span(sheet.words)], size, leading=1.5),
        gap(fit.gap(12)),
        *_signed([f"{sheet.issuer}（盖章）", written_date(local_date(sheet.issued_on))], fit),
        gap(fit.gap(8)),
        *_answer(sheet, fit),
    ]


def _answer(sheet: SupervisionOrderSheet, fit: Fit) -> list[Flowable]:
    head = paper.section_title("承办部门回复", fit)
    if sheet.answer is None or sheet.answered is None:
        return [head, gap(_ROOM_TO_WRITE), *_signed(["负责人签名：　　　　　　　　", "　　　年　　月　　日"], fit)]
    name, at = sheet.answered
    return [
        head,
        Words(f"　　{sheet.answer}", fit.size(13), leading=1.5),
        *_signed([f"{name}　{written_time(at)}"], fit),
    ]


def _signed(lines: list[str], fit: Fit) -> list[Flowable]:
    return [Words(line, fit.size(13), align="right", leading=1.6) for line in lines]
