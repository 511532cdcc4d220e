"""Finds cases: each figure is one condition, and the condition that counts is the one that lists."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from server.db.case import CaseRow, EventRow, StageRow
from server.db.deadline import CardRow, ClockRow
from server.domain.card_rules import ClockKind
from server.domain.case import Status
from server.domain.figures import OF_PERIOD, OF_STEPS, USUAL_DAYS, Figure, Period
from server.domain.people import Desk
from server.domain.review import StageState
from server.domain.wanted import CaseWanted

Condition = ColumnElement[bool]
DECIDED = (Status.COMPLETED, Status.REJECTED)
PERIOD_FIGURES = frozenset(OF_PERIOD)
STEP_FIGURES = frozenset({*OF_STEPS, Figure.STEP_USUAL})
# The whole case's promised limit, joined once: every case has exactly one.
Whole = aliased(ClockRow, name="whole")


def _of_cases(statement: Select[Any]) -> Select[Any]:
    return statement.join(Whole, and_(Whole.case_id == CaseRow.id, Whole.kind == ClockKind.PROMISED))


# --- the figures


def _within(column: Any, period: Period | None) -> Condition:
    return and_(column >= period.starts_at, column < period.ends_at) if period else column.is_not(None)


def _ended(period: Period | None, *statuses: Status) -> Condition:
    return and_(CaseRow.status.in_(statuses), _within(CaseRow.closed_at, period))


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
    return exists().where(
        step.case_id == CaseRow.id, step.kind == ClockKind.STAGE, *own, *(one(step) for one in conditions)
    )


def _has_steps(wanted: CaseWanted) -> Condition:
    """No figure of steps counts any other case; said once, it spares looking at every case there is for each of them."""
    finished = ClockRow.finished_at >= wanted.period.starts_at if wanted.period else ClockRow.finished_at.is_not(None)
    steps = select(ClockRow.case_id).where(
        ClockRow.kind == ClockKind.STAGE, or_(ClockRow.finished_at.is_(None), finished)
    )
    return CaseRow.id.in_(steps.where(ClockRow.department == wanted.department) if wanted.department else steps)


def _step_done(wanted: CaseWanted) -> Condition:
    return _step(wanted, lambda step: _within(step.finished_at, wanted.period))


def _step_late(wanted: CaseWanted) -> Condition:
    return _step(
        wanted, lambda step: _within(step.finished_at, wanted.period), lambda step: step.finished_at >= step.due_at
    )


def _figure(wanted: CaseWanted, now: datetime) -> Condition:
    """A figure of steps means the department's own steps; any other one the cases that came to the department."""
    condition = _table(wanted, now)
    if wanted.department and wanted.figure not in STEP_FIGURES:
        return and_(condition, _came_to(wanted.department))
    return condition


def _came_to(department: str) -> Condition:
    return exists().where(
        StageRow.case_id == CaseRow.id, StageRow.department == department, StageRow.opened_at.is_not(None)
    )


def _table(wanted: CaseWanted, now: datetime) -> Condition:
    """The one table: figure -> condition."""
    period, since = wanted.period, now - timedelta(days=USUAL_DAYS)
    still_open = CaseRow.closed_at.is_(None)
    table: dict[Figure, Callable[[], Condition]] = {
        Figure.ALL: true,
        Figure.RECEIVED: lambda: _within(CaseRow.received_at, period),
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


# --- whose cases, and which of them


def _at(desk: Desk, *states: StageState) -> Condition:
    return exists().where(
        StageRow.case_id == CaseRow.id,
        StageRow.department == desk.department,
        StageRow.region_code == desk.region_code,
        StageRow.state.in_(states),
    )


def _has_reached(desk: Desk) -> Condition:
    """As `services.review.desks_of`: opened there, and not passed by."""
    return exists().where(
        StageRow.case_id == CaseRow.id,
        StageRow.department == desk.department,
        StageRow.region_code == desk.region_code,
        StageRow.opened_at.is_not(None),
        or_(StageRow.state != StageState.NOT_APPLICABLE, StageRow.verdict.is_not(None)),
    )


def _scope(wanted: CaseWanted) -> Iterator[Condition]:
    if wanted.villages is not None:
        yield CaseRow.village_code.in_(sorted(wanted.villages))
    if wanted.own_desk:
        yield _has_reached(wanted.own_desk)
    if wanted.held_by:
        yield _at(wanted.held_by, StageState.ACTIVE)
    if wanted.handled_by:
        yield _at(wanted.handled_by, StageState.DONE, StageState.NOT_APPLICABLE, StageState.NO_ANSWER)


def _filters(wanted: CaseWanted) -> Iterator[Condition]:
    if wanted.item:
        yield CaseRow.item_code == wanted.item
    if wanted.status:
        yield CaseRow.status == wanted.status
    if wanted.touched_by:
        yield exists().where(EventRow.case_id == CaseRow.id, EventRow.actor_name == wanted.touched_by)
    if wanted.card:
        yield exists().where(
            CardRow.clock_id == Whole.id,
            CardRow.colour == wanted.card,
            CardRow.due_on == Whole.due_on,
            CardRow.withdrawn_at.is_(None),
            CaseRow.closed_at.is_(None),
        )


def case_conditions(wanted: CaseWanted, now: datetime) -> list[Condition]:
    """Everything a count or a list of cases asks for."""
    return [*_scope(wanted), *_filters(wanted), _figure(wanted, now)]


# --- counting and listing


def count_cases(session: Session, wanted: CaseWanted, now: datetime) -> int:
    statement = _of_cases(select(func.count(CaseRow.id)).select_from(CaseRow))
    return session.scalar(statement.where(*case_conditions(wanted, now))) or 0


def count_figures(
    session: Session, wanted: CaseWanted, figures: Sequence[Figure], now: datetime, by: Any = None
) -> dict[Any, dict[Figure, int]]:
    """Many figures in one reading, as one row or one for every value of `by`."""
    counts = [func.count(CaseRow.id).filter(_figure(wanted.but(figure=figure), now)) for figure in figures]
    keys = [] if by is None else [by]
    statement = _of_cases(select(*keys, *counts).select_from(CaseRow)).where(*_scope(wanted), *_filters(wanted))
    if STEP_FIGURES.issuperset(figures):
        statement = statement.where(_has_steps(wanted))
    elif PERIOD_FIGURES.issuperset(figures) and wanted.period:
        # Neither index is of use to a count of many figures until it is said that no other case counts in any of them.
        reached = _within(CaseRow.received_at, wanted.period), _within(CaseRow.closed_at, wanted.period)
        statement = statement.where(or_(*reached))
    rows = session.execute(statement.group_by(*keys) if keys else statement)
    return {(row[0] if keys else None): dict(zip(figures, row[len(keys) :], strict=True)) for row in rows}


def list_cases(session: Session, wanted: CaseWanted, now: datetime, limit: int, offset: int = 0) -> list[CaseRow]:
    """The most urgent first: open before closed, running before standing, by due date; of closed ones the newest first."""
    statement = _of_cases(select(CaseRow)).where(*case_conditions(wanted, now))
    urgent = (
        CaseRow.closed_at.is_not(None),
        CaseRow.closed_at.desc(),
        Whole.due_on.is_(None),
        Whole.due_on,
        CaseRow.received_at,
        CaseRow.case_number,
    )
    return list(session.scalars(statement.order_by(*urgent).limit(limit).offset(offset)))


def list_case_ids(session: Session, wanted: CaseWanted, now: datetime) -> set[str]:
    statement = _of_cases(select(CaseRow.id)).where(*case_conditions(wanted, now))
    return set(session.scalars(statement))


def iterate_cases(session: Session, case_ids: set[str], page: int = 500) -> Iterator[tuple[CaseRow, ClockRow]]:
    """These cases with their promised limits, by number; a page at a time, so that neither database is asked for too many."""
    ordered = sorted(case_ids)
    for start in range(0, len(ordered), page):
        statement = select(CaseRow, Whole).where(CaseRow.id.in_(ordered[start : start + page]))
        found = session.execute(_of_cases(statement.select_from(CaseRow)))
        yield from ((row[0], row[1]) for row in found)


def list_whole_clocks(session: Session, case_ids: Sequence[str]) -> dict[str, ClockRow]:
    """The promised limit of each case."""
    wanted = select(ClockRow).where(ClockRow.case_id.in_(case_ids), ClockRow.kind == ClockKind.PROMISED)
    return {clock.case_id: clock for clock in session.scalars(wanted)}


def list_offered(session: Session, wanted: CaseWanted, now: datetime, column: Any) -> list[Any]:
    """The values a filter can be set to: those that some case of the unfiltered list has."""
    statement = _of_cases(select(column).select_from(CaseRow)).where(*case_conditions(wanted, now))
    return list(session.scalars(statement.distinct().order_by(column)))


def list_departments(session: Session, wanted: CaseWanted) -> list[str]:
    """The departments that had a step with a limit in the cases of this scope."""
    statement = select(ClockRow.department).join(CaseRow, CaseRow.id == ClockRow.case_id)
    found = statement.where(ClockRow.kind == ClockKind.STAGE, *_scope(wanted)).distinct()
    return sorted(department for department in session.scalars(found) if department)


def whole_times(session: Session, wanted: CaseWanted, now: datetime) -> list[tuple[str, str, int, int]]:
    """(item, unit, time used, cases) of what was decided lately."""
    keys = (CaseRow.item_code, Whole.unit, Whole.used)
    statement = _of_cases(select(*keys, func.count(CaseRow.id)).select_from(CaseRow))
    lately = case_conditions(wanted.but(figure=Figure.USUAL), now)
    return [tuple(row) for row in session.execute(statement.where(*lately).group_by(*keys))]  # type: ignore[misc]


def step_times(session: Session, wanted: CaseWanted, now: datetime) -> list[tuple[str, int, int]]:
    """(department, working days used in a case's steps, cases) of the steps finished lately, stops left out."""
    per_case = (
        select(ClockRow.department, ClockRow.case_id, func.sum(ClockRow.used).label("used"))
        .join(CaseRow, CaseRow.id == ClockRow.case_id)
        .where(
            ClockRow.kind == ClockKind.STAGE,
            ClockRow.finished_at >= now - timedelta(days=USUAL_DAYS),
            ClockRow.unit == "working_day",
            *([ClockRow.department == wanted.department] if wanted.department else []),
            *_scope(wanted),
            *_filters(wanted.but(card="")),
        )
        .group_by(ClockRow.department, ClockRow.case_id)
        .subquery()
    )
    keys = (per_case.c.department, per_case.c.used)
    rows = session.execute(select(*keys, func.count()).group_by(*keys))
    return [(row[0], int(row[1] or 0), row[2]) for row in rows]


FILTERED = (CaseRow.item_code, CaseRow.village_code, CaseRow.status)


def name_of_item(session: Session, item_code: str) -> str:
    """As the newest case of it calls it: an item that left the catalogue still has cases."""
    newest = select(CaseRow.item_name).where(CaseRow.item_code == item_code).order_by(CaseRow.received_at.desc())
    return session.scalar(newest.limit(1)) or item_code
