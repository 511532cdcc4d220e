"""Counts and lists cases: by whose they are, by filters, and by the condition of a figure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from server.db.case import CaseRow, EventRow, StageRow
from server.db.deadline import CardRow, ClockRow
from server.db.figures import STEP_FIGURES, Condition, Whole, figure_condition, has_steps, within
from server.domain.card_rules import ClockKind
from server.domain.case import Status
from server.domain.figures import OF_PERIOD, USUAL_DAYS, Figure
from server.domain.people import Desk
from server.domain.review import StageState
from server.domain.wanted import CaseWanted

PERIOD_FIGURES = frozenset(OF_PERIOD)


def _of_cases(statement: Select[Any]) -> Select[Any]:
    return statement.join(Whole, and_(Whole.case_id == CaseRow.id, Whole.kind == ClockKind.PROMISED))


# --- whose cases, and which of them


def _is_of(desks: tuple[Desk, ...]) -> Condition:
    return or_(*(and_(StageRow.department == one.department, StageRow.region_code == one.region_code) for one in desks))


def _has_step(*conditions: Condition) -> Condition:
    """Asked once for all cases: asked of each (EXISTS), SQLite walks through every step of the desk for every case there is."""
    return CaseRow.id.in_(select(StageRow.case_id).where(*conditions))


def _at(desks: tuple[Desk, ...], *states: StageState) -> Condition:
    return _has_step(_is_of(desks), StageRow.state.in_(states))


def _in_hands(hands: tuple[tuple[str, Desk], ...]) -> Condition:
    mine = (and_(StageRow.assigned_to == account, _is_of((desk,))) for account, desk in hands)
    return _has_step(StageRow.state == StageState.ACTIVE, or_(*mine))


def _has_reached(desks: tuple[Desk, ...]) -> Condition:
    """As `services.review.desks_of`, less the lead of a running review, which has no step of its own yet."""
    return _has_step(
        _is_of(desks),
        StageRow.opened_at.is_not(None),
        or_(StageRow.state != StageState.NOT_APPLICABLE, StageRow.verdict.is_not(None)),
    )


def _scope(wanted: CaseWanted) -> Iterator[Condition]:
    if wanted.villages is not None:
        yield CaseRow.village_code.in_(sorted(wanted.villages))
    if wanted.own_desks:
        yield _has_reached(wanted.own_desks)
    if wanted.held_by:
        yield _at(wanted.held_by, StageState.ACTIVE)
    if wanted.in_hands:
        yield _in_hands(wanted.in_hands)
    if wanted.handled_by:
        yield _at(wanted.handled_by, StageState.DONE, StageState.NOT_APPLICABLE, StageState.NO_ANSWER)


def _filters(wanted: CaseWanted) -> Iterator[Condition]:
    if wanted.item:
        yield CaseRow.item_code == wanted.item
    if wanted.status:
        yield CaseRow.status == wanted.status
    if wanted.touched_by:
        # 林演示, or 林演示（代某某）: what was done for somebody away was done all the same.
        own = EventRow.actor_name.startswith(f"{wanted.touched_by}（代", autoescape=True)
        by_them = or_(EventRow.actor_name == wanted.touched_by, own)
        yield exists().where(EventRow.case_id == CaseRow.id, by_them)
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
    return [*_scope(wanted), *_filters(wanted), figure_condition(wanted, now)]


# --- counting and listing


def count_cases(session: Session, wanted: CaseWanted, now: datetime) -> int:
    statement = _of_cases(select(func.count(CaseRow.id)).select_from(CaseRow))
    return session.scalar(statement.where(*case_conditions(wanted, now))) or 0


def count_figures(
    session: Session, wanted: CaseWanted, figures: Sequence[Figure], now: datetime, by: Any = None
) -> dict[Any, dict[Figure, int]]:
    """Many figures in one reading, as one row or one for every value of `by`."""
    counts = [func.count(CaseRow.id).filter(figure_condition(wanted.but(figure=figure), now)) for figure in figures]
    keys = [] if by is None else [by]
    statement = _of_cases(select(*keys, *counts).select_from(CaseRow)).where(*_scope(wanted), *_filters(wanted))
    if STEP_FIGURES.issuperset(figures):
        statement = statement.where(has_steps(wanted))
    elif PERIOD_FIGURES.issuperset(figures) and wanted.period:
        # Neither index is of use to a count of many figures until it is said that no other case counts in any of them.
        reached = within(CaseRow.received_at, wanted.period), within(CaseRow.closed_at, wanted.period)
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


def list_reviews_ahead_of(session: Session, desks: tuple[Desk, ...], limit: int) -> list[CaseRow]:
    """Running joint reviews with a step of these desks still to come: the lead's among them."""
    in_review = CaseRow.status == Status.IN_JOINT_REVIEW
    statement = select(CaseRow).where(in_review, _at(desks, StageState.PENDING))
    return list(session.scalars(statement.order_by(CaseRow.received_at).limit(limit)))


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
    wanted = wanted.options(selectinload(ClockRow.cards))
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


def names_of_items(session: Session, item_codes: Sequence[str]) -> dict[str, str]:
    """Each as the newest case of it calls it: an item that left the catalogue still has cases. Asked once for all."""
    newest = (
        select(CaseRow.item_code, func.max(CaseRow.received_at).label("at"))
        .where(CaseRow.item_code.in_(item_codes))
        .group_by(CaseRow.item_code)
        .subquery()
    )
    named = select(CaseRow.item_code, CaseRow.item_name).join(
        newest, and_(CaseRow.item_code == newest.c.item_code, CaseRow.received_at == newest.c.at)
    )
    return dict(session.execute(named).all())
