"""流转表单 on paper: every desk's part with its signature and time, over as many pages as it takes."""

from collections.abc import Sequence

from reportlab.platypus import Flowable

from forms.clock import local
from forms.render.facts import certainty_note, fact_table
from forms.render.paper import CONTENT_WIDTH, INK_SOFT, LINE, Fit, Span, Words, gap, grid, sheet_head
from forms.render.printing import print_sheets
from forms.routing_form import RoutingForm, SignedStep

_DRAFT = "这个事项的材料、时限还没有经主管部门最后确认，以主管部门答复为准。"
_WIDTHS = (92.0, 128.0, CONTENT_WIDTH - 92.0 - 128.0 - 96.0, 96.0)


def render_routing_form(form: RoutingForm) -> bytes:
    """The form as PDF. Raises PaperFault when one block is taller than a page."""
    printed = local(form.printed_at)
    foot = f"办件编号 {form.case_number} · {form.printed_by} {printed:%Y-%m-%d %H:%M} 打印 · 号码已遮盖"
    return print_sheets([_story(form, Fit(1.0, 0.8))], title=f"流转表单 {form.case_number}", foot=foot)


def _story(form: RoutingForm, fit: Fit) -> list[Flowable]:
    received = local(form.received_at)
    about = [
        ("申请人", form.applicant_name),
        ("村（社区）", form.village),
        ("收件", f"{received:%Y-%m-%d %H:%M}，{form.received_by}"),
        ("现在", form.status),
    ]
    return [
        *sheet_head("流转表单", form.item_name, [form.case_number], fit),
        fact_table(about, fit, size=11),
        *_section("申请内容", [fact_table(form.answers, fit, size=10.5)] if form.answers else [], fit),
        *_section("材料", [fact_table(form.papers, fit, size=10.5)] if form.papers else [], fit),
        *_section("各部门办理", [_steps(form.steps, fit)], fit),
        *_section("时限", [fact_table(form.limits, fit, size=10.5)] if form.limits else [], fit),
        *_section("停表、延期、异议", [Words(line, fit.size(10.5)) for line in form.proceedings], fit),
        *_section("结果", [fact_table(form.result, fit, size=10.5)] if form.result else [], fit),
        *([] if form.is_confirmed else [gap(fit.gap(8)), *certainty_note(_DRAFT, is_confirmed=False, fit=fit)]),
    ]


def _section(title: str, body: Sequence[Flowable], fit: Fit) -> list[Flowable]:
    if not body:
        return []
    return [gap(fit.gap(10)), Words(title, fit.size(13), bold=True), gap(fit.gap(3)), *body]


def _steps(steps: Sequence[SignedStep], fit: Fit) -> Flowable:
    head = [Words(words, fit.size(10), bold=True) for words in ("部门", "办什么", "意见", "签名和时间")]
    rows = [head, *(_step(step, fit) for step in steps)]
    lines = [("LINEABOVE", (0, at), (-1, at), 0.5, LINE) for at in range(1, len(rows))]
    return grid(rows, list(_WIDTHS), *lines, padding=fit.gap(4), repeat_rows=1)


def _step(step: SignedStep, fit: Fit) -> list[Flowable]:
    signed = f"{step.signed_by}\n{local(step.signed_at):%Y-%m-%d %H:%M}" if step.signed_by and step.signed_at else "—"
    size = fit.size(10)
    opinion = [Span(step.state, bold=True), Span(f"　{step.opinion}" if step.opinion else "")]
    return [
        Words(step.desk, size),
        Words(f"{step.what}{f'（{step.days}）' if step.days else ''}", size, ink=INK_SOFT),
        Words(opinion, size),
        Words(signed, size),
    ]
