"""决定书 on paper: one page where it fits, with room for the seal."""

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from forms.clock import written_date
from forms.decision_letter import TITLES, DecisionLetter
from forms.render import paper
from forms.render.facts import certainty_note, fact_table
from forms.render.paper import CONTENT_WIDTH, Fit, Span, Words, gap, grid
from forms.render.printing import print_sheets

_TO_NUMBER = "（待编号）"
_DECIDED = {
    "granted": "经审查，符合规定，决定准予（确认）。",
    "refused": "经审查，决定不予批准。",
    "not_accepted": "经审查，决定不予受理。",
}
_QR_SIDE = 24 * mm
_BESIDE = 6.0
_INVITED = "扫码给这次服务评个价。一个码评一次，{until}前有效。评不评、评哪一档都由您，不影响以后办事。"
_DRAFT = "本事项的依据和时限还没有经主管部门最后确认。盖章以前请逐条核对；没有盖章的不算决定。"


def render_decision_letter(letter: DecisionLetter) -> bytes:
    """The letter as PDF. Raises PaperFault when one block is taller than a page."""
    fit = paper.tightest_needed(lambda fit: _story(letter, fit), paper.WHOLE_PAGE.height)
    foot = f"办件编号 {letter.case_number} · 一式两份，一份交申请人，一份存档"
    title = TITLES[letter.outcome]
    return print_sheets([_story(letter, fit or Fit())], title=f"{title} {letter.case_number}", foot=foot)


def _story(letter: DecisionLetter, fit: Fit) -> list[Flowable]:
    size = fit.size(13)
    body = [
        Words([Span(letter.applicant_name, bold=True), Span("：")], size),
        gap(fit.gap(5)),
        Words(f"　　您申请办理的“{letter.item_name}”（办件编号 {letter.case_number}），情况如下：", size, leading=1.5),
        gap(fit.gap(4)),
        *(Words(f"　　{number}. {fact}", size, leading=1.5) for number, fact in enumerate(letter.facts, 1)),
        gap(fit.gap(7)),
        Words(f"　　{_DECIDED[letter.outcome]}", size, bold=True, leading=1.5),
    ]
    return [
        *paper.sheet_head(TITLES[letter.outcome], letter.item_name, [letter.authority, _number(letter)], fit),
        *body,
        *_reason(letter, size, fit),
        *_decided(letter, fit),
        gap(fit.gap(6)),
        Words([Span("　　依据：", bold=True), Span("；".join(letter.legal_basis) + "。")], size, leading=1.5),
        *_remedies(letter, size, fit),
        gap(fit.gap(16)),
        *_foot(letter, fit),
        *([] if letter.is_confirmed else [gap(fit.gap(8)), *certainty_note(_DRAFT, is_confirmed=False, fit=fit)]),
    ]


def _number(letter: DecisionLetter) -> str:
    return f"文号：{letter.number or _TO_NUMBER}"


def _reason(letter: DecisionLetter, size: float, fit: Fit) -> list[Flowable]:
    if not letter.reason:
        return []
    return [gap(fit.gap(5)), Words([Span("　　理由：", bold=True), Span(letter.reason)], size, leading=1.5)]


def _decided(letter: DecisionLetter, fit: Fit) -> list[Flowable]:
    return [gap(fit.gap(6)), fact_table(letter.decided, fit, size=13, label_width=120)] if letter.decided else []


def _remedies(letter: DecisionLetter, size: float, fit: Fit) -> list[Flowable]:
    return [gap(fit.gap(6)), Words(f"　　{letter.remedies}", size, leading=1.5)] if letter.remedies else []


def _foot(letter: DecisionLetter, fit: Fit) -> list[Flowable]:
    """The seal, and left of it, where there is room anyway, the way to rate."""
    if letter.rating is None:
        return _seal(letter, fit)
    words = _INVITED.format(until=written_date(letter.rating.until))
    room = CONTENT_WIDTH / 2 - _QR_SIDE - _BESIDE
    invitation = grid(
        [[paper.QrCode(letter.rating.url, _QR_SIDE), "", Words(words, 10.5, leading=1.35)]],
        [_QR_SIDE, _BESIDE, room],
        padding=0,
    )
    return [grid([[invitation, _seal(letter, fit)]], [CONTENT_WIDTH / 2, CONTENT_WIDTH / 2], padding=0)]


def _seal(letter: DecisionLetter, fit: Fit) -> list[Flowable]:
    lines = [letter.authority, "（盖章）", written_date(letter.decided_on)]
    seal = [Words(line, fit.size(13), align="right", leading=1.6) for line in lines]
    return [*seal, gap(max(6 * mm, fit.gap(10 * mm)))]
