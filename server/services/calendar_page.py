"""What the calendar's screens show: a year of months, who changed what and why, and a limit counted out day by day."""

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Literal

from server.domain.calendar_edit import FIRST_YEAR, LAST_YEAR, may_edit
from server.domain.day_count import DayCount, count_days
from server.domain.deadline import Limit
from server.domain.people import Actor
from server.domain.work_calendar import WorkCalendar
from server.services.calendar import Edit, edited_days, list_edits
from server.services.work import Work

MOST_DAYS = 1000
_WEEKS = calendar.Calendar(firstweekday=0)
DayKind = Literal["working", "weekend", "off", "made_up"]


@dataclass(frozen=True)
class DayFace:
    """One day in a month's table; `kind` says how it differs from its weekday."""

    day: date
    kind: DayKind
    name: str | None
    edited: bool
    today: bool


@dataclass(frozen=True)
class Month:
    """Weeks from Monday; None where a week's day belongs to another month."""

    number: int
    weeks: tuple[tuple[DayFace | None, ...], ...]
    working_days: int


@dataclass(frozen=True)
class YearPage:
    """One year, where it comes from, and what was changed in it."""

    year: int
    years: range
    months: tuple[Month, ...]
    provisional: bool
    basis: tuple[str, ...]
    history: tuple[Edit, ...]
    may_edit: bool

    @property
    def working_days(self) -> int:
        return sum(month.working_days for month in self.months)


def year_page(work: Work, actor: Actor, year: int) -> YearPage:
    in_force, edited = work.calendar, frozenset(edited_days(work))
    return YearPage(
        year=year,
        years=range(FIRST_YEAR, LAST_YEAR + 1),
        months=tuple(_month(work, year, number, in_force, edited) for number in range(1, 13)),
        provisional=in_force.is_provisional(date(year, 1, 1)),
        basis=tuple(in_force.basis.get(year, ())),
        history=tuple(list_edits(work)),
        may_edit=may_edit(actor),
    )


def _month(work: Work, year: int, number: int, in_force: WorkCalendar, edited: frozenset[date]) -> Month:
    weeks = tuple(
        tuple(_face(work, day, in_force, edited) if day.month == number else None for day in week)
        for week in _WEEKS.monthdatescalendar(year, number)
    )
    days = [face for week in weeks for face in week if face]
    return Month(number, weeks, sum(in_force.is_working_day(face.day) for face in days))


def _face(work: Work, day: date, in_force: WorkCalendar, edited: frozenset[date]) -> DayFace:
    return DayFace(day, _kind(day, in_force), in_force.name_of(day), day in edited, day == work.today)


def _kind(day: date, in_force: WorkCalendar) -> DayKind:
    if in_force.is_working_day(day):
        return "made_up" if day in in_force.makeup_working_days else "working"
    return "off" if day in in_force.holidays else "weekend"


def count_out(work: Work, limit: Limit, started_on: date) -> DayCount:
    """When a limit without stops ends under the calendar in force, and why."""
    counted = count_days(limit, started_on, work.calendar)
    assert counted is not None  # only an open stop hides the end
    return counted
