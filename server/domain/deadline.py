"""The working-day clock: when a limit ends, with its stops, and when its yellow and red cards fall.

The rules, in law: the first day is not counted (民法典 第201条); a last day that is a day off moves to the next working
day, and the last day ends at 24:00 (第203条); licence limits are working days (行政许可法 第82条).

The one rule about stops: a day counts when the clock is running at that day's end. A stop therefore costs exactly the
counting days from the day it began up to, not including, the day it ended, so a stop over a weekend costs nothing twice
and a stop begun and ended on one day costs nothing. A limit in hours (民法典 第201条第二款) runs from the instant it began, by
night and on days off, and stands still exactly while it is stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from forms.clock import BEIJING_TIME, local_date
from forms.item import TimeUnit
from server.domain.card_rules import SHIPPED, RuleSettings
from server.domain.work_calendar import ONE_DAY, WorkCalendar

CardColour = Literal["yellow", "red"]
_FURTHEST = 3660  # days searched before a limit is called endless: ten years


@dataclass(frozen=True)
class Limit:
    """How long, and how it is counted."""

    amount: int
    unit: TimeUnit


def in_unit(days: int, unit: TimeUnit) -> int:
    """So many days more, as a limit of this unit counts them: a limit in hours grows by whole days and nights."""
    return days * 24 if unit == "hour" else days


@dataclass(frozen=True)
class Pause:
    """One stop of the clock, by the dates it began and ended; `ended_on` is None while it lasts."""

    started_on: date
    ended_on: date | None = None

    def holds_at_end_of(self, day: date) -> bool:
        return self.started_on <= day and (self.ended_on is None or day < self.ended_on)


@dataclass(frozen=True)
class Stop:
    """One stop of the clock by its instants; `ended_at` is None while it lasts."""

    started_at: datetime
    ended_at: datetime | None = None

    @property
    def pause(self) -> Pause:
        return Pause(local_date(self.started_at), local_date(self.ended_at) if self.ended_at else None)


@dataclass(frozen=True)
class Deadline:
    """When a running limit ends, and the instants its cards fall: the red one when it is over.

    `yellow_at` is None for a limit that ends on the day it begins: there is nothing to warn of that was not said just then.
    """

    due_on: date
    yellow_at: datetime | None
    red_at: datetime

    def instants(self) -> list[tuple[CardColour, datetime]]:
        """The cards in the order they fall."""
        yellow: list[tuple[CardColour, datetime]] = [("yellow", self.yellow_at)] if self.yellow_at else []
        return [*yellow, ("red", self.red_at)]


def due_on(limit: Limit, started_on: date, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> date | None:
    """The last day of a limit in days; None when an open stop is met before it, since nobody can know it then."""
    day, left = started_on, limit.amount
    for _ in range(_FURTHEST):
        if left == 0:
            return calendar.next_working_day(day)
        if any(pause.ended_on is None and pause.started_on <= day + ONE_DAY for pause in pauses):
            return None
        day += ONE_DAY
        left -= _counts(day, limit.unit, calendar, pauses)
    raise ValueError(f"the limit of {limit.amount} days from {started_on} does not end within ten years")


def _counts(day: date, unit: TimeUnit, calendar: WorkCalendar, pauses: Sequence[Pause]) -> bool:
    if any(pause.holds_at_end_of(day) for pause in pauses):
        return False
    return unit == "calendar_day" or calendar.is_working_day(day)


def deadline(
    limit: Limit,
    started_on: date,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
    rule: RuleSettings = SHIPPED,
) -> Deadline | None:
    """Due date and card instants of a limit in days; None while a stop is open.

    The yellow card falls when the rule's working days are left, at the start of the last working day before the due date,
    but never before the day after the limit began; the red one as soon as the due date is over.
    """
    last = due_on(limit, started_on, calendar, pauses)
    if last is None:
        return None
    warned_on = last
    for _ in range(rule.yellow_working_days_left):
        warned_on = calendar.previous_working_day(warned_on)
    warned_on = max(warned_on, started_on + ONE_DAY)
    return Deadline(last, start_of(warned_on) if warned_on <= last else None, start_of(last + ONE_DAY))


def hours_deadline(
    limit: Limit, started_at: datetime, stops: Sequence[Stop] = (), rule: RuleSettings = SHIPPED
) -> Deadline | None:
    """The same for a limit in hours; None while a stop is open that began before the limit was over."""
    ends = started_at + timedelta(hours=limit.amount)
    for begun, ended in sorted((stop.started_at, stop.ended_at) for stop in stops):
        if begun >= ends:
            break
        if ended is None:
            return None
        ends += max(timedelta(), ended - max(begun, started_at))
    warned = ends - timedelta(hours=rule.yellow_hours_left)
    return Deadline(local_date(ends), warned if warned > started_at else None, ends)


def deadline_of(
    limit: Limit, started_at: datetime, calendar: WorkCalendar, stops: Sequence[Stop], rule: RuleSettings
) -> Deadline | None:
    """The deadline of a clock of either kind."""
    if limit.unit == "hour":
        return hours_deadline(limit, started_at, stops, rule)
    return deadline(limit, local_date(started_at), calendar, [stop.pause for stop in stops], rule)


def days_used(
    limit: Limit, started_at: datetime, calendar: WorkCalendar, stops: Sequence[Stop], until: datetime
) -> int:
    """How many days (or whole hours) the clock has counted by `until`, stops left out."""
    if limit.unit == "hour":
        ran = until - started_at
        for stop in stops:
            ran -= max(timedelta(), min(stop.ended_at or until, until) - max(stop.started_at, started_at))
        return max(0, int(ran.total_seconds() // 3600))
    pauses, day, used = [stop.pause for stop in stops], local_date(started_at), 0
    while day < local_date(until):
        day += ONE_DAY
        used += _counts(day, limit.unit, calendar, pauses)
    return used


def start_of(day: date) -> datetime:
    """0:00 in Beihai on `day`."""
    return datetime.combine(day, time(), BEIJING_TIME)


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
