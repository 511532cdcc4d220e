"""Edits the working-day calendar: shows first what an edit would move, then makes it, recomputes, and keeps who did it and why."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from uuid import uuid4

from server.db import calendar as db
from server.db.audit import append_audit
from server.db.calendar import CalendarVersionRow
from server.domain.calendar_edit import (
    FIRST_YEAR,
    LAST_YEAR,
    CalendarRefused,
    Changes,
    StatedDay,
    check_changes,
    check_reason,
    days_that_differ,
    first_and_last,
    may_edit,
    merged,
    of_stored,
    range_of_days,
    stored,
    with_changes,
    with_years_known,
    without_needless,
)
from server.domain.clock_log import World
from server.domain.people import Actor
from server.domain.work_calendar import WorkCalendar
from server.services.calendar_effects import Effects, effects_of
from server.services.calendar_in_force import calendar_in_force, shipped_calendar, shipped_days
from server.services.settling import Recalculated, recalculate
from server.services.work import Work

PROGRAM = "system"
HISTORY_SHOWN = 100
MAY_NOT_EDIT = "日历由综控中心或电子监察员维护，您可以查看，不能修改。请把要改的日子和依据告诉他们。"


@dataclass(frozen=True)
class DayChange:
    """One day before and after: worked or off, and its name."""

    day: date
    worked_before: bool
    worked_after: bool
    name_before: str | None
    name_after: str | None


@dataclass(frozen=True)
class Preview:
    """What an edit would do, before anything is saved."""

    days: tuple[DayChange, ...]
    effects: Effects
    needs_reason: bool


@dataclass(frozen=True)
class Made:
    """An edit that is in force, and what it came to."""

    number: int
    done: Recalculated


@dataclass(frozen=True)
class Edit:
    """One step of the calendar's history as the page shows it."""

    number: int
    by_program: bool
    at: datetime
    actor_name: str
    reason: str
    days: str
    what: str
    years: tuple[int, ...]
    effects: Mapping[str, int]


def changes_of_range(work: Work, first: date, last: date, stated: StatedDay | None) -> Changes:
    """What stating these days comes to under the calendar in force. Raises CalendarRefused."""
    return without_needless(range_of_days(first, last, stated), work.calendar)


def preview_edit(work: Work, actor: Actor, changes: Changes, years_known: Iterable[int] = ()) -> Preview:
    """Nothing is written. Raises CalendarRefused."""
    _check_editor(actor)
    check_changes(changes)
    years = _checked_years(work, years_known)
    after = _after(work, changes, years)
    effects = _effects(work, actor, after)
    return Preview(_day_changes(work, changes, after), effects, _is_reason_needed(work, changes, effects))


def edit_calendar(work: Work, actor: Actor, changes: Changes, reason: str, years_known: Iterable[int] = ()) -> Made:
    """Put the edit in force and bring every clock and card in line with it. Raises CalendarRefused."""
    _check_editor(actor)
    check_changes(changes)
    db.lock_calendar(work.session)
    work = replace(work)  # what another edit changed while this one waited is seen now
    years = _checked_years(work, years_known)
    after = _after(work, changes, years)
    if not _says_anything_new(work.calendar, after, changes):
        raise CalendarRefused("这几天的日历本来就是这样，没有要改的。请核对日期和“上班、放假”。")
    effects = _effects(work, actor, after)
    check_reason(changes, reason, work.today, effects.cards_changed)
    row = _append(work, actor.account_id, actor.display_name, "edit", reason.strip(), stored(changes), years)
    return _recompute(work, row, days_that_differ(work.calendar, after), effects.touched)


def record_shipped_calendar(work: Work) -> Made | None:
    """A program that ships other days than the one before changes due dates: that is put on record like an edit.

    The first time only what ships is written down. Returns None when nothing changed. Idempotent.
    """
    db.lock_calendar(work.session)
    shipped, newest = work.tools.calendar, db.find_newest_shipped(work.session)
    days, years = shipped_days(shipped), sorted(shipped.provisional_years)
    if newest and (newest.days, newest.years) == (days, years):
        return None
    before = calendar_in_force(work.session, shipped)
    reason = "程序更新，随带的放假安排有变化" if newest else "程序随带的放假安排"
    row = _append(work, PROGRAM, "程序", "shipped", reason, days, years)
    return _recompute(work, row, days_that_differ(before, calendar_in_force(work.session, shipped)))


def list_edits(work: Work) -> list[Edit]:
    """The newest first."""
    return [_edit(row) for row in db.list_recent_edits(work.session, HISTORY_SHOWN)]


def edited_days(work: Work) -> dict[date, StatedDay]:
    """The days that stand as officials stated them."""
    rows = db.list_calendar_versions(work.session)
    return merged(of_stored(row.days) for row in rows if row.kind == "edit")


def _check_editor(actor: Actor) -> None:
    if not may_edit(actor):
        raise CalendarRefused(MAY_NOT_EDIT)


def _checked_years(work: Work, years: Iterable[int]) -> list[int]:
    """Only a provisional year can become known. Raises CalendarRefused."""
    for year in years:
        if not FIRST_YEAR <= year <= LAST_YEAR or not work.calendar.is_provisional(date(year, 1, 1)):
            raise CalendarRefused(f"{year}年的放假安排已经录全，或不在 {FIRST_YEAR} 到 {LAST_YEAR} 年之间，不用再标。")
    return sorted(set(years))


def _after(work: Work, changes: Changes, years_known: Iterable[int]) -> WorkCalendar:
    """The calendar as it would be."""
    rows = db.list_calendar_versions(work.session)
    recorded = [row for row in rows if row.kind == "shipped"]
    base = shipped_calendar(recorded[-1], work.tools.calendar) if recorded else work.tools.calendar
    edits = [row for row in rows if row.kind == "edit"]
    confirmed = {year for row in edits for year in row.years} | set(years_known)
    standing = merged([*(of_stored(row.days) for row in edits), changes])
    return with_years_known(with_changes(base, standing), confirmed)


def _effects(work: Work, actor: Actor, after: WorkCalendar) -> Effects:
    differing = days_that_differ(work.calendar, after)
    if not differing:
        return Effects()
    return effects_of(work, actor, World(work.now, after, work.rules), differing[0])


def _is_reason_needed(work: Work, changes: Changes, effects: Effects) -> bool:
    return effects.cards_changed > 0 or min(changes) < work.today


def _says_anything_new(before: WorkCalendar, after: WorkCalendar, changes: Changes) -> bool:
    if before.provisional_years != after.provisional_years:
        return True
    return any(
        (before.is_working_day(day), before.name_of(day)) != (after.is_working_day(day), after.name_of(day))
        for day in changes
    )


def _day_changes(work: Work, changes: Changes, after: WorkCalendar) -> tuple[DayChange, ...]:
    before = work.calendar
    return tuple(
        DayChange(day, before.is_working_day(day), after.is_working_day(day), before.name_of(day), after.name_of(day))
        for day in sorted(changes)
    )


def _append(
    work: Work, actor: str, actor_name: str, kind: str, reason: str, days: Mapping[str, object], years: list[int]
) -> CalendarVersionRow:
    return db.append_calendar_version(
        work.session,
        token=uuid4().hex,
        kind=kind,
        at=work.now,
        actor=actor,
        actor_name=actor_name,
        reason=reason,
        days=days,
        years=years,
        effects={},
    )


def _recompute(work: Work, row: CalendarVersionRow, differing: list[date], only: Collection[str] | None = None) -> Made:
    """Every clock that reaches the changed days is folded anew, under the version that is now in force.

    `only` keeps an edit from rewriting, under the database's lock, the thousands of cases it does not change.
    """
    done = Recalculated(0, 0, 0)
    if differing:
        done = recalculate(replace(work), differing[0], only)  # a copy reads the calendar that is in force now
    row.effects = {"days": len(differing), **asdict(done)}
    append_audit(
        work.session,
        at=work.now,
        actor=row.actor,
        action="calendar.edited" if row.kind == "edit" else "calendar.shipped",
        subject=f"calendar {row.number}",
        detail={
            "days": row.days if row.kind == "edit" else {},
            "years": row.years,
            "reason": row.reason,
            "effects": row.effects,
        },
    )
    return Made(row.number, done)


def _edit(row: CalendarVersionRow) -> Edit:
    days = of_stored(row.days)
    return Edit(
        number=row.number,
        by_program=row.kind == "shipped",
        at=row.at,
        actor_name=row.actor_name,
        reason=row.reason,
        days="" if row.kind == "shipped" else first_and_last(days),
        what="" if row.kind == "shipped" else "、".join(dict.fromkeys(_what(stated) for stated in days.values())),
        years=tuple(row.years) if row.kind == "edit" else (),
        effects=row.effects,
    )


def _what(stated: StatedDay | None) -> str:
    if stated is None:
        return "恢复原安排"
    return f"{stated.name}（{'放假' if stated.state == 'off' else '上班'}）"
