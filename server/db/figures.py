"""Each figure as one condition over cases: whoever counts and whoever lists asks with the same one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import aliased

from server.db.case import CaseRow, StageRow
from server.db.deadline import ClockRow
from server.domain.card_rules import ClockKind
from server.domain.case import Status
from server.domain.figures import OF_STEPS, USUAL_DAYS, Figure, Period
from server.domain.wanted import CaseWanted

Condition = ColumnElement[bool]
DECIDED = (Status.COMPLETED, Status.REJECTED)
STEP_FIGURES = frozenset({*OF_STEPS, Figure.STEP_USUAL})
# The whole case's promised limit, joined once: every case has exactly one.
Whole = aliased(ClockRow, name="whole")


def within(column: Any, period: Period | None) -> Condition:
    return and_(column >= period.starts_at, column < period.ends_at) if period else column.is_not(None)


def _ended(period: Period | None, *statuses: Status) -> Condition:
    return and_(CaseRow.status.in_(statuses), within(CaseRow.closed_at, period))


def _on_time(period: Period | None) -> Condition:
    return and_(_ended(period, *DECIDED), Whole.finished_at < Whole.due_at)


def _paused() -> Condition:
    return and_(CaseRow.closed_at.is_(None), Whole.finished_at.is_(None), Whole.due_at.is_(None))


def _paused_for(reason: str) -> Condition:
    """Why the clock stands, as `services.deadline` decides it: a correction first, then a stop of its own, then the step."""
    correction = CaseRow.status == Status.AWAITING_CORRECTION
    if reason == "correction":
        return and_(_paused(), correction)
    stopped = CaseRow.stopped_for.is_not(None)
    in_notice = CaseRow.status == Status.IN_PUBLIC_NOTICE
    by_itself = {"public_notice": in_notice, "special_procedure": ~in_notice}.get(reason, false())
    own = and_(stopped, CaseRow.stopped_for == reason)
    return and_(_paused(), ~correction, or_(own, and_(~stopped, by_itself)))


def _step(wanted: CaseWanted, *conditions: Callable[[Any], Condition]) -> Condition:
    """The department had a step of this case that was so; without a department, any department did."""
    step = aliased(ClockRow)
    own = [step.department == wanted.department] if wanted.department else []
    steps = select(step.case_id).where(step.kind == ClockKind.STAGE, *own, *(one(step) for one in conditions))
    return CaseRow.id.in_(steps)


def has_steps(wanted: CaseWanted) -> Condition:
    """No figure of steps counts any other case; said once, it spares looking at every case there is for each of them."""
    finished = ClockRow.finished_at >= wanted.period.starts_at if wanted.period else ClockRow.finished_at.is_not(None)
    steps = select(ClockRow.case_id).where(
        ClockRow.kind == ClockKind.STAGE, or_(ClockRow.finished_at.is_(None), finished)
    )
    return CaseRow.id.in_(steps.where(ClockRow.department == wanted.department) if wanted.department else steps)


def _step_done(wanted: CaseWanted) -> Condition:
    return _step(wanted, lambda step: within(step.finished_at, wanted.period))


def _step_late(wanted: CaseWanted) -> Condition:
    return _step(
        wanted, lambda step: within(step.finished_at, wanted.period), lambda step: step.finished_at >= step.due_at
    )


def figure_condition(wanted: CaseWanted, now: datetime) -> Condition:
    """A figure of steps means the department's own steps; any other one the cases that came to the department."""
    condition = _table(wanted, now)
    if wanted.department and wanted.figure not in STEP_FIGURES:
        return and_(condition, _came_to(wanted.department))
    return condition


def _came_to(department: str) -> Condition:
    steps = select(StageRow.case_id).where(StageRow.department == department, StageRow.opened_at.is_not(None))
    return CaseRow.id.in_(steps)


def _table(wanted: CaseWanted, now: datetime) -> Condition:
    """The one table: figure -> condition."""
    period, since = wanted.period, now - timedelta(days=USUAL_DAYS)
    still_open = CaseRow.closed_at.is_(None)
    table: dict[Figure, Callable[[], Condition]] = {
        Figure.ALL: true,
        Figure.RECEIVED: lambda: within(CaseRow.received_at, period),
        Figure.CLOSED: lambda: _ended(period, *DECIDED),
        Figure.ON_TIME: lambda: _on_time(period),
        Figure.EARLY: lambda: and_(_on_time(period), Whole.used < Whole.amount),
        Figure.OVERDUE: lambda: and_(_ended(period, *DECIDED), Whole.finished_at >= Whole.due_at),
        Figure.DECLINED: lambda: _ended(period, Status.DECLINED),
        Figure.WITHDRAWN: lambda: _ended(period, Status.WITHDRAWN),
        Figure.TERMINATED: lambda: _ended(period, Status.TERMINATED),
        Figure.OPEN: lambda: still_open,
        Figure.OPEN_OVERDUE: lambda: and_(still_open, Whole.due_at <= now),
        Figure.PAUSED: _paused,
        Figure.PAUSED_CORRECTION: lambda: _paused_for("correction"),
        Figure.PAUSED_NOTICE: lambda: _paused_for("public_notice"),
        Figure.PAUSED_PROCEDURE: lambda: _paused_for("special_procedure"),
        Figure.PAUSED_OBJECTION: lambda: _paused_for("objection"),
        Figure.USUAL: lambda: and_(CaseRow.status.in_(DECIDED), CaseRow.closed_at >= since),
        Figure.STEP_DONE: lambda: _step_done(wanted),
        Figure.STEP_ON_TIME: lambda: and_(_step_done(wanted), ~_step_late(wanted)),
        Figure.STEP_LATE: lambda: _step_late(wanted),
        Figure.STEP_OPEN: lambda: _step(wanted, lambda step: step.finished_at.is_(None)),
        Figure.STEP_OPEN_LATE: lambda: _step(
            wanted, lambda step: step.finished_at.is_(None), lambda step: step.due_at <= now
        ),
        Figure.STEP_USUAL: lambda: _step(
            wanted, lambda step: step.finished_at >= since, lambda step: step.unit == "working_day"
        ),
    }
    return table[wanted.figure]()
