"""Runs the clocks of a case: what happens to them is written into their log; `settling` keeps rows and cards as it says."""

from collections.abc import Iterator
from datetime import UTC, datetime

from forms.item import ServiceItem, Stage
from server.db import deadline as db
from server.db.case import CaseRow, StageRow
from server.db.deadline import ClockRow
from server.db.proceeding import list_extensions
from server.domain.card_rules import WHOLE_CASE, ClockKind, Rule
from server.domain.case import Status
from server.domain.clock_log import EntryKind
from server.domain.deadline import Limit, in_unit
from server.domain.people import Desk
from server.domain.review import StageState
from server.services.item_version import item_of
from server.services.roster_gate import list_is_being_filled
from server.services.settling import settle
from server.services.work import Work

# 行政许可法 第32条(四): told of everything on the spot or within five days.
ACCEPTANCE_LIMIT = Limit(5, "working_day")
# 政府信息公开条例 第26条.
PUBLICATION_LIMIT = Limit(20, "working_day")
_OF_DESKS = frozenset({ClockKind.STAGE, ClockKind.ACCEPTANCE})


# --- starting, stopping, ending one clock


def start_clock(
    work: Work,
    case: CaseRow,
    kind: ClockKind | str,
    limit: Limit,
    started_at: datetime,
    *,
    stage_id: str | None = None,
    desk: Desk | None = None,
    subject: str = "",
) -> ClockRow:
    """Begin a clock; `subject` tells several of one kind apart, `desk` is whom its cards fall on (None: who holds the case)."""
    clock = ClockRow(
        case_id=case.id,
        kind=ClockKind(kind),
        subject=subject,
        stage_id=stage_id,
        department=desk.department if desk else None,
        region_code=desk.region_code if desk else None,
        started_at=started_at,
        unit=limit.unit,
        amount=limit.amount,
        stops=[],
    )
    work.session.add(clock)
    work.session.flush()
    said = {
        "kind": clock.kind,
        "amount": limit.amount,
        "unit": limit.unit,
        "started_at": started_at.isoformat(),
        "desk": [desk.department, desk.region_code] if desk else None,
    }
    _write(work, case, clock, EntryKind.STARTED, said)
    return clock


def stop_clock(work: Work, clock: ClockRow, reason: str, *, by: str = "", may_end: str = "") -> None:
    """One open stop at a time: a clock that stands for another reason is first set going."""
    resume_clock(work, clock)
    if not clock.finished_at:
        stop = {"reason": reason, "by": by, "may_end": may_end}
        clock.stops = [*clock.stops, {**stop, "started_at": work.now.isoformat(), "ended_at": None}]
        _append(work, clock, EntryKind.STOPPED, stop)


def resume_clock(work: Work, clock: ClockRow) -> None:
    if clock.open_stop and not clock.finished_at:
        clock.stops = [{**stop, "ended_at": stop["ended_at"] or work.now.isoformat()} for stop in clock.stops]
        _append(work, clock, EntryKind.RESUMED, {})


def extend_clock(work: Work, clock: ClockRow, by: int) -> None:
    clock.amount += by
    _append(work, clock, EntryKind.EXTENDED, {"by": by})


def finish_clock(work: Work, clock: ClockRow) -> None:
    if not clock.finished_at:
        clock.finished_at = work.now
        _append(work, clock, EntryKind.FINISHED, {})


def reopen_clock(work: Work, clock: ClockRow) -> None:
    if clock.finished_at:
        clock.finished_at = None
        _append(work, clock, EntryKind.REOPENED, {})


def record_fault(work: Work, case: CaseRow, rule: Rule, desk: Desk, evidence: dict[str, object]) -> None:
    """A breach that is no matter of days: its red card falls now."""
    said = {
        "rule": rule,
        "on": work.today.isoformat(),
        "desks": [[desk.department, desk.region_code]],
        "evidence": evidence,
    }
    db.add_entry(work.session, case.id, None, work.now, EntryKind.FAULT, said)


def _write(work: Work, case: CaseRow, clock: ClockRow, kind: EntryKind, said: dict[str, object]) -> None:
    db.add_entry(work.session, case.id, clock.id, work.now, kind, said)


def _append(work: Work, clock: ClockRow, kind: EntryKind, said: dict[str, object]) -> None:
    db.add_entry(work.session, clock.case_id, clock.id, work.now, kind, said)


# --- the clocks of a whole case


def start_promised_clock(work: Work, case: CaseRow, item: ServiceItem) -> None:
    """The promise runs from the day the village received the papers, however late the packet arrived."""
    start_clock(work, case, ClockKind.PROMISED, Limit(item.promised_days, item.promised_unit), case.received_at)


def start_statutory_clock(work: Work, case: CaseRow, item: ServiceItem, since: datetime | None = None) -> None:
    """The legal limit runs from the competent body's acceptance; an item without one in law has no such clock.

    Days granted before it began count for it too, or its red card would fall in the midst of them.
    """
    running = {clock.kind for clock in db.list_clocks(work.session, case.id)}
    if item.statutory_days is not None and ClockKind.STATUTORY not in running:
        granted = sum(one.days for one in list_extensions(work.session, case.id) if one.approved)
        limit = Limit(item.statutory_days + in_unit(granted, item.statutory_unit), item.statutory_unit)
        start_clock(work, case, ClockKind.STATUTORY, limit, since or work.now)


def keep_time(work: Work, case: CaseRow) -> None:
    """Bring all clocks in line with where the case stands now; called after every step."""
    clocks = db.list_clocks(work.session, case.id)
    stages = {stage.id: stage for stage in item_of(case).stages}
    active = [row for row in case.stages if row.state == StageState.ACTIVE]
    clocks += _keep_desk_clocks(work, case, clocks, [(stages[row.stage_id], row) for row in active])
    _note_holders(work, case, active)
    for clock in clocks:
        _keep_stop(work, case, clock, [(stages[row.stage_id], row) for row in active])
    settle(work, case, clocks)


def _keep_desk_clocks(
    work: Work, case: CaseRow, clocks: list[ClockRow], active: list[tuple[Stage, StageRow]]
) -> list[ClockRow]:
    """One clock for each open stage and consulted desk; those of stages that are done stand still for good.

    Returns those that began.
    """
    wanted = {_work(stage, row, kind): (stage, row, kind) for stage, row in active for kind in _kinds(case, stage)}
    of_desks = [clock for clock in clocks if clock.kind in _OF_DESKS]
    running = {clock.subject.rpartition("#")[0]: clock for clock in of_desks if not clock.finished_at}
    for name, clock in running.items():
        if name not in wanted:
            finish_clock(work, clock)
    begun = []
    for name in (one for one in wanted if one not in running):  # in the item's order, not in a set's
        before = sum(clock.subject.startswith(f"{name}#") for clock in of_desks)
        begun.append(_start_desk_clock(work, case, f"{name}#{before}", *wanted[name], again=before > 0))
    return begun


def _start_desk_clock(
    work: Work, case: CaseRow, subject: str, stage: Stage, row: StageRow, kind: ClockKind, *, again: bool
) -> ClockRow:
    own = Limit(stage.promised_days, item_of(case).promised_unit)
    limit = ACCEPTANCE_LIMIT if kind is ClockKind.ACCEPTANCE else own
    # The five days begin anew with the papers that were asked for (行政许可法 第32条(五)).
    started_at = work.now if again else row.opened_at or work.now
    desk = Desk(row.department, row.region_code)
    return start_clock(work, case, kind, limit, started_at, stage_id=stage.id, desk=desk, subject=subject)


def _kinds(case: CaseRow, stage: Stage) -> Iterator[ClockKind]:
    if stage.promised_days:
        yield ClockKind.STAGE
    if stage.action == "accept" and stage.level != "village" and case.status == Status.AWAITING_ACCEPTANCE:
        yield ClockKind.ACCEPTANCE


def _work(stage: Stage, row: StageRow, kind: ClockKind) -> str:
    """One stretch of work at a desk: a stage that is opened again, or handed over, has a clock of its own."""
    # In UTC: the same instant read in another zone must not be another stretch.
    opened = row.opened_at.astimezone(UTC).isoformat(timespec="microseconds") if row.opened_at else ""
    return f"{kind} {stage.id} {opened}"


def _note_holders(work: Work, case: CaseRow, active: list[StageRow]) -> None:
    """Whom a card falls on is read from the log, so that nobody answers for a desk that acted before the sweep came by."""
    holders = [[[row.department, row.region_code], row.stage_id] for row in active]
    noted = db.find_last_said(work.session, case.id, EntryKind.HOLDERS)
    if noted is None or noted["holders"] != holders:
        db.add_entry(work.session, case.id, None, work.now, EntryKind.HOLDERS, {"holders": holders})


def _keep_stop(work: Work, case: CaseRow, clock: ClockRow, active: list[tuple[Stage, StageRow]]) -> None:
    if clock.finished_at or clock.kind not in WHOLE_CASE | _OF_DESKS:
        return
    wanted = _reason_to_stop(case, clock, active)
    if wanted == "public_notice" and list_is_being_filled(work, case):
        wanted = None  # nothing hangs out yet: a list that is never finished must not stop the clock
    standing = clock.open_stop["reason"] if clock.open_stop else None
    if wanted == standing:
        return
    resume_clock(work, clock)
    if wanted:
        stop_clock(work, clock, wanted, may_end=_WHO_MAY_END[wanted])


_WHO_MAY_END = {
    "correction": "村代办员交来补齐的材料",
    "public_notice": "公示期满",
    "special_procedure": "做它的部门登记结果",
    "objection": "复查的部门重新提出意见",
}


def _reason_to_stop(case: CaseRow, clock: ClockRow, active: list[tuple[Stage, StageRow]]) -> str | None:
    """A clock stops for a correction or a special procedure; the case's own also while nothing counted is being done."""
    if case.status == Status.AWAITING_CORRECTION:
        return "correction"
    if case.stopped_for and (clock.kind in WHOLE_CASE or clock.stage_id == case.stopped_stage):
        return case.stopped_for
    if clock.kind not in WHOLE_CASE or not active or not all(stage.stops_clock for stage, _ in active):
        return None
    return "public_notice" if active[0][0].action == "publicise" else "special_procedure"


def finish_clocks(work: Work, case: CaseRow) -> None:
    """The case is closed: its clocks stand still for good. Those of what follows (ratings, publication) run on."""
    for clock in db.list_clocks(work.session, case.id):
        if clock.kind in WHOLE_CASE | _OF_DESKS:
            finish_clock(work, clock)
    _note_holders(work, case, [])
    settle(work, case)


def reopen_clocks(work: Work, case: CaseRow) -> None:
    """A case that was ended by mistake goes on: its own limits run on, the time between is a stop."""
    for clock in db.list_clocks(work.session, case.id):
        if clock.kind in WHOLE_CASE:
            reopen_clock(work, clock)
