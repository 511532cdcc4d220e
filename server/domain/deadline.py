"""The working-day clock: when a limit ends, with its stops, and when its yellow and red cards fall.

The rules, in law: the first day is not counted (民法典 第201条); a last day that is a day off moves to the next working
day, and the last day ends at 24:00 (第203条); licence limits are working days (行政许可法 第82条).

The one rule about stops: a day counts when the clock is running at that day's end. A stop therefore costs exactly the
counting days from the day it began up to, not including, the day it ended, so a stop over a weekend costs nothing twice
and a stop begun and ended on one day costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from forms.clock import BEIJING_TIME, local_date
from forms.item import DayUnit
from server.domain.work_calendar import ONE_DAY, WorkCalendar

CardColour = Literal["yellow", "red"]
YELLOW_WORKING_DAYS_LEFT = 1
_FURTHEST = 3660  # days searched before a limit is called endless: ten years


@dataclass(frozen=True)
class Limit:
    """A number of days and how they are counted."""

    days: int
    unit: DayUnit


@dataclass(frozen=True)
class Pause:
    """One stop of the clock, by the dates it began and ended; `ended_on` is None while it lasts."""

    started_on: date
    ended_on: date | None = None

    def holds_at_end_of(self, day: date) -> bool:
        return self.started_on <= day and (self.ended_on is None or day < self.ended_on)


@dataclass(frozen=True)
class Deadline:
    """When a running limit ends, and the instants its cards fall."""

    due_on: date
    yellow_at: datetime
    red_at: datetime


def due_on(limit: Limit, started_on: date, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> date | None:
    """The last day of the limit; None when an open stop is met before it, since nobody can know it then."""
    day, left = started_on, limit.days
    for _ in range(_FURTHEST):
        if left == 0:
            return calendar.next_working_day(day)
        if any(pause.ended_on is None and pause.started_on <= day + ONE_DAY for pause in pauses):
            return None
        day += ONE_DAY
        left -= _counts(day, limit.unit, calendar, pauses)
    raise ValueError(f"the limit of {limit.days} days from {started_on} does not end within ten years")


def _counts(day: date, unit: DayUnit, calendar: WorkCalendar, pauses: Sequence[Pause]) -> bool:
    if any(pause.holds_at_end_of(day) for pause in pauses):
        return False
    return unit == "calendar_day" or calendar.is_working_day(day)


def deadline(limit: Limit, started_on: date, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> Deadline | None:
    """Due date and card instants; None while a stop is open.

    The yellow card falls when one working day is left, at the start of the last working day before the due date; the red
    one as soon as the due date is over.
    """
    last = due_on(limit, started_on, calendar, pauses)
    if last is None:
        return None
    warned_on = last
    for _ in range(YELLOW_WORKING_DAYS_LEFT):
        warned_on = calendar.previous_working_day(warned_on)
    return Deadline(last, start_of(max(warned_on, started_on)), start_of(last + ONE_DAY))


def start_of(day: date) -> datetime:
    """0:00 in Beihai on `day`."""
    return datetime.combine(day, time(), BEIJING_TIME)


def card_falling(due: Deadline | None, now: datetime, issued: frozenset[CardColour]) -> list[CardColour]:
    """Cards that must be issued now and have not been; a red one does not spare the yellow (both are records)."""
    if due is None:
        return []
    instants: dict[CardColour, datetime] = {"yellow": due.yellow_at, "red": due.red_at}
    return [colour for colour, at in instants.items() if at <= now and colour not in issued]


def working_days_left(due: date, now: datetime, calendar: WorkCalendar) -> int:
    """Working days after today up to the due date; negative once it is past.

    −1 is the first working day over; the days off before it are over as well, so they are −1 and never 0, which is today.
    """
    today = local_date(now)
    if due >= today:
        return _working_days_between(today, due, calendar)
    return min(-1, -_working_days_between(due, today, calendar))


def _working_days_between(after: date, until: date, calendar: WorkCalendar) -> int:
    days = 0
    while after < until:
        after += ONE_DAY
        days += calendar.is_working_day(after)
    return days
