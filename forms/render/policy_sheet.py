"""惠民政策单 on paper: who gets it, what it is, how to ask for it, in type for old eyes."""

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from forms.policy_sheet import PolicySheet
from forms.render import paper
from forms.render.facts import certainty_note, fact_table
from forms.render.paper import CONTENT_WIDTH, INK_SOFT, RED_DEEP, Fit, Span, Words, gap, grid
from forms.render.printing import print_sheets

_QR_SIDE = 30 * mm
_LABEL_WIDTH = 92.0


def render_policy_sheet(sheet: PolicySheet) -> bytes:
    """The sheet as PDF, A4, one page where it fits."""
    fit = paper.tightest_needed(lambda fit: _story(sheet, fit), paper.WHOLE_PAGE.height) or paper.FITS[-1]
    foot = f"政策编码 {sheet.code} · 咨询、申请都不收费"
    return print_sheets([_story(sheet, fit)], title=f"惠民政策 {sheet.name}", foot=foot)


def _story(sheet: PolicySheet, fit: Fit) -> list[Flowable]:
    return [
        *paper.sheet_head("惠民政策", sheet.name, [sheet.department, f"政策编码 {sheet.code}"], fit),
        *_answer("谁能享受", sheet.who, fit),
        *_answer("享受什么", sheet.benefit, fit),
        *_answer("怎么申请", sheet.how, fit),
        gap(fit.gap(6)),
        fact_table(sheet.facts, fit, size=13),
        gap(fit.gap(10)),
        *certainty_note(sheet.certainty, is_confirmed=sheet.is_confirmed, fit=fit),
        *_code(sheet, fit),
    ]


def _answer(question: str, answer: str, fit: Fit) -> list[Flowable]:
    """The three things anybody wants to know, large."""
    words = [Words(question, fit.size(12), ink=INK_SOFT), Words(answer, fit.size(17), bold=True, leading=1.4)]
    return [grid([words], [_LABEL_WIDTH, CONTENT_WIDTH - _LABEL_WIDTH], padding=fit.gap(6))]


def _code(sheet: PolicySheet, fit: Fit) -> list[Flowable]:
    if not sheet.guide_url:
        return []
    words = [Span("微信扫一扫，", bold=True, ink=RED_DEEP), Span("看办事指南，在手机上查要带什么。")]
    beside = [gap(12), Words(words, fit.size(13), leading=1.4)]
    columns = [_QR_SIDE + 14, CONTENT_WIDTH - _QR_SIDE - 14]
    return [gap(fit.gap(14)), grid([[paper.QrCode(sheet.guide_url, _QR_SIDE), beside]], columns, padding=0)]
