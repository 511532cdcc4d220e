"""Fills the routing form of a case from what its desks wrote, for whoever may see the case."""

from datetime import datetime
from typing import Any

from forms.clock import local_date
from forms.item import UNIT_WORDS
from forms.routing_form import RoutingForm, SignedStep
from server.db import proceeding
from server.db.audit import append_audit
from server.db.case import CaseRow, StageRow, list_documents
from server.db.case_note import list_notes
from server.db.deadline import list_clocks
from server.domain.card_rules import WHOLE_CASE, ClockKind
from server.domain.case import CLOSED
from server.domain.people import Actor
from server.domain.review import StageState
from server.domain.words import CLOCK, PAUSE, STATUS, VERDICT
from server.services.answers import answers_of, shown_answers
from server.services.case_note import OPINION_BEFORE
from server.services.desk import get_case_to_see
from server.services.item_version import item_of
from server.services.review import desk_name
from server.services.work import Work

_STATES = {
    StageState.PENDING: "还没到",
    StageState.ACTIVE: "正在办",
    StageState.DONE: "办完",
    StageState.NOT_APPLICABLE: "不适用",
    StageState.NO_ANSWER: "逾期未答复",
}


def routing_form(work: Work, actor: Actor, case_number: str) -> RoutingForm:
    """The whole form; the printing is put on record. Raises CaseHidden."""
    case = get_case_to_see(work, actor, case_number)
    detail = {"sheet": "routing_form"}
    append_audit(
        work.session, at=work.now, actor=actor.account_id, action="sheet.printed", subject=case_number, detail=detail
    )
    item = item_of(case)
    days = {
        clock.stage_id: f"{clock.amount}{UNIT_WORDS[clock.unit]}"
        for clock in list_clocks(work.session, case.id)
        if clock.kind == ClockKind.STAGE
    }
    return RoutingForm(
        item_name=case.item_name,
        case_number=case.case_number,
        applicant_name=item.applicant_name(answers_of(work, case)),
        village=work.catalogue.regions.full_name(case.village_code),
        received_at=case.received_at,
        received_by=case.agent_display_name,
        status=STATUS[case.status].replace("等您补材料", "等群众补材料"),
        answers=tuple(shown_answers(work, case, in_full=False)),
        papers=tuple(_paper(row) for row in list_documents(work.session, case.id)),
        steps=tuple(_step(work, case, row, days.get(row.stage_id, "")) for row in case.stages),
        limits=tuple(_limits(work, case)),
        proceedings=tuple(_proceedings(work, case)),
        result=tuple(_result(case)),
        printed_by=actor.display_name,
        printed_at=work.now,
        is_confirmed=item.is_confirmed,
    )


def _paper(row: Any) -> tuple[str, str]:
    checked = "已与原件核对" if row.checked_with_original else "没有与原件核对"
    return row.name.split("（")[0], f"{row.sheets}页，{checked}"


def _step(work: Work, case: CaseRow, row: StageRow, days: str) -> SignedStep:
    stage = next(stage for stage in item_of(case).stages if stage.id == row.stage_id)
    late = row.state == StageState.NO_ANSWER and row.verdict is not None
    said = (
        f"补交：{VERDICT[str(row.verdict)]}"
        if late
        else VERDICT[row.verdict]
        if row.verdict
        else _STATES[StageState(row.state)]
    )
    finished = row.state in (StageState.DONE, StageState.NO_ANSWER) or row.verdict is not None
    return SignedStep(
        desk=desk_name(work, row),
        what=stage.what,
        state=said,
        opinion=row.opinion or "",
        signed_by=row.handled_by if finished else None,
        signed_at=row.finished_at if finished else None,
        days=days,
    )


def _limits(work: Work, case: CaseRow) -> list[tuple[str, str]]:
    lines = []
    for clock in list_clocks(work.session, case.id):
        if clock.kind not in WHOLE_CASE:
            continue
        words = f"{clock.amount}{UNIT_WORDS[clock.unit]}，{local_date(clock.started_at):%Y-%m-%d} 起"
        if clock.finished_at:
            words += f"，用了{clock.used}{UNIT_WORDS[clock.unit]}"
        elif clock.due_on:
            words += f"，应在 {clock.due_on:%Y-%m-%d} 前办结"
        lines.append((CLOCK[clock.kind], words))
    return lines


def _proceedings(work: Work, case: CaseRow) -> list[str]:
    promised = next(clock for clock in list_clocks(work.session, case.id) if clock.kind == ClockKind.PROMISED)
    stops = [f"停表：{PAUSE[stop['reason']]}，{_span(stop['started_at'], stop['ended_at'])}" for stop in promised.stops]
    extensions = [
        f"延期：{row.days}天，{'批准' if row.approved else '等着批' if row.approved is None else '未批准'}。原因：{row.reason}"
        for row in proceeding.list_extensions(work.session, case.id)
    ]
    procedures = [
        f"特别程序：{row.kind}，约需{row.days_needed}天。结果：{row.result or '还没有'}"
        for row in proceeding.list_procedures(work.session, case.id)
    ]
    objections = [
        f"公示异议：{'成立' if row.upheld else '正在核实' if row.upheld is None else '不成立'}。{row.reply or ''}"
        for row in proceeding.list_objections(work.session, case.id)
    ]
    before = [note.words for note in list_notes(work.session, case.id) if note.kind == OPINION_BEFORE]
    return [*stops, *extensions, *procedures, *objections, *before]


def _span(began: str, ended: str | None) -> str:
    first = local_date(datetime.fromisoformat(began))
    return f"{first:%Y-%m-%d} 至 {f'{local_date(datetime.fromisoformat(ended)):%Y-%m-%d}' if ended else '今'}"


def _result(case: CaseRow) -> list[tuple[str, str]]:
    reason = [("理由", case.decision_reason)] if case.decision_reason else []
    decided = [("决定", STATUS[case.status])] if case.status in CLOSED else []
    return [*decided, *reason, *case.stated_result.items()]
