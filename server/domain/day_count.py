"""A limit counted out day by day: when it ends, and why each day on the way did not count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from server.domain.deadline import Limit, Pause, due_on
from server.domain.work_calendar import ONE_DAY, WorkCalendar

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
Why = Literal["off", "stopped", "moved"]


@dataclass(frozen=True)
class SkippedDay:
    """A day that did not count. `why` is 'off' (not worked), 'stopped', or 'moved': the limit would have ended on a day off."""

    day: date
    why: Why
    words: str


@dataclass(frozen=True)
class DayCount:
    """The answer, with what makes it understandable."""

    due_on: date
    skipped: tuple[SkippedDay, ...]
    made_up: tuple[tuple[date, str], ...]  # weekend days that count, and what for
    provisional: bool


def count_days(limit: Limit, started_on: date, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> DayCount | None:
    """None when an open stop is met: nobody can know the end. A limit in hours is not counted in days. Raises ValueError."""
    if limit.unit == "hour":
        raise ValueError("a limit in hours runs day and night: there is no day to skip")
    last = due_on(limit, started_on, calendar, pauses)
    if last is None:
        return None
    counted = 0
    skipped, made_up = [], []
    for day in _days_after(started_on, last):
        why = _why_not(day, limit, calendar, pauses, limit.amount - counted)
        if why:
            skipped.append(SkippedDay(day, why, "停表" if why == "stopped" else day_words(day, calendar)))
        elif day.weekday() >= 5 and limit.unit == "working_day":
            made_up.append((day, calendar.name_of(day) or WEEKDAYS[day.weekday()]))
        counted += why in (None, "moved")
    provisional = any(calendar.is_provisional(day) for day in (started_on, last))
    return DayCount(last, tuple(skipped), tuple(made_up), provisional)


def _days_after(started_on: date, last: date) -> list[date]:
    return [date.fromordinal(n) for n in range((started_on + ONE_DAY).toordinal(), last.toordinal() + 1)]


def _why_not(day: date, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause], left: int) -> Why | None:
    """`left` days of the limit were still to count before `day`; the last of them cannot be a day off (民法典 第203条)."""
    if left > 0 and any(pause.holds_at_end_of(day) for pause in pauses):
        return "stopped"
    if calendar.is_working_day(day):
        return None
    if left <= 0 or (left == 1 and limit.unit == "calendar_day"):
        return "moved"
    return None if limit.unit == "calendar_day" else "off"


def day_words(day: date, calendar: WorkCalendar) -> str:
    """周六, or 国庆节（周三）: a day as people name it."""
    name, weekday = calendar.name_of(day), WEEKDAYS[day.weekday()]
    return f"{name}（{weekday}）" if name else weekday
