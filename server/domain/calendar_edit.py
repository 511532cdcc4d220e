"""Edits of the calendar: days made off, made worked or given back to what ships; the later edit stands over the earlier."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from server.domain.people import Actor, Role
from server.domain.work_calendar import ONE_DAY, WorkCalendar

DayState = Literal["off", "work"]
EDITORS = frozenset({Role.SUPERVISOR, Role.CONTROL_CENTRE})
FIRST_YEAR, LAST_YEAR = 2018, 2035
LONGEST_RANGE = 62  # days edited at once: a longer range is a slip of the keyboard
LONGEST_NAME = 20
SHORTEST_REASON = 5


class CalendarRefused(ValueError):
    """The edit cannot be made; the text says why and what to do."""


@dataclass(frozen=True)
class StatedDay:
    """A day as an official states it: off or worked, and what for (台风停工, 春节调休上班)."""

    state: DayState
    name: str


# None gives the day back to the calendar that ships.
Changes = Mapping[date, StatedDay | None]
StoredChanges = Mapping[str, Sequence[str] | None]


def may_edit(actor: Actor) -> bool:
    return actor.role in EDITORS


def range_of_days(first: date, last: date, stated: StatedDay | None) -> dict[date, StatedDay | None]:
    """Every day from `first` to `last`. Raises CalendarRefused."""
    if last < first:
        raise CalendarRefused(f"结束日 {last} 在开始日 {first} 之前。请把两个日期对调后再试。")
    days = (last - first).days + 1
    if days > LONGEST_RANGE:
        raise CalendarRefused(f"一次最多改 {LONGEST_RANGE} 天，您选了 {days} 天。请分几次改。")
    return {first + timedelta(days=n): stated for n in range(days)}


def without_needless(changes: Changes, before: WorkCalendar) -> Changes:
    """Of a range, the days it really changes: a holiday or weekend inside a closure keeps its own name.

    A single day is taken at its word, so that it can get another name.
    """
    if len(changes) == 1:
        return changes
    return {
        day: stated
        for day, stated in changes.items()
        if stated is None or before.is_working_day(day) != (stated.state == "work")
    }


def check_changes(changes: Changes) -> None:
    """Raises CalendarRefused."""
    if not changes:
        raise CalendarRefused("没有要改的日子：没有选，或者这几天本来就是这样。请核对日期和“上班、放假”。")
    if outside := [day for day in changes if not FIRST_YEAR <= day.year <= LAST_YEAR]:
        raise CalendarRefused(f"{outside[0]} 不在 {FIRST_YEAR} 到 {LAST_YEAR} 年之间，没有改。请核对年份。")
    for stated in changes.values():
        if stated is not None and not 1 <= len(stated.name.strip()) <= LONGEST_NAME:
            raise CalendarRefused(f"请写这几天叫什么（例如“台风停工”），1 到 {LONGEST_NAME} 个字。")


def check_reason(changes: Changes, reason: str, today: date, cards_changed: int) -> None:
    """The past and what is on record do not change without a reason. Raises CalendarRefused."""
    if len(reason.strip()) >= SHORTEST_REASON:
        return
    if cards_changed:
        raise CalendarRefused(
            f"这次修改会动到 {cards_changed} 张已经记下的牌，必须写明理由（至少 {SHORTEST_REASON} 个字），"
            "理由会和修改一起永久留痕。"
        )
    if min(changes) < today:
        raise CalendarRefused(f"{min(changes)} 已经过去，改过去的日子必须写明理由（至少 {SHORTEST_REASON} 个字）。")


def merged(layers: Iterable[Changes]) -> dict[date, StatedDay]:
    """What stands after all edits in their order."""
    standing: dict[date, StatedDay] = {}
    for layer in layers:
        for day, stated in layer.items():
            if stated is None:
                standing.pop(day, None)
            else:
                standing[day] = stated
    return standing


def with_changes(shipped: WorkCalendar, standing: Mapping[date, StatedDay]) -> WorkCalendar:
    """The shipped calendar with what officials stated over it."""
    if not standing:
        return shipped
    off = {day: name for day, name in shipped.holidays.items() if day not in standing}
    worked = {day: name for day, name in shipped.makeup_working_days.items() if day not in standing}
    for day, stated in standing.items():
        (off if stated.state == "off" else worked)[day] = stated.name
    return replace(shipped, holidays=off, makeup_working_days=worked)


def with_years_known(calendar: WorkCalendar, confirmed: Iterable[int]) -> WorkCalendar:
    """Years whose notice officials entered are provisional no more; the year after the last one takes its place."""
    years, basis = set(calendar.provisional_years), dict(calendar.basis)
    for year in sorted(confirmed):
        if years and year == max(years):
            years.add(year + 1)
        years.discard(year)
        basis[year] = (f"{year}年的放假安排由本市按当年通知录入，见修改记录",)
    return replace(calendar, provisional_years=frozenset(years), basis=basis)


def days_that_differ(before: WorkCalendar, after: WorkCalendar) -> list[date]:
    """Days that are worked under one and off under the other, in order."""
    named = {day for calendar in (before, after) for day in (*calendar.holidays, *calendar.makeup_working_days)}
    return sorted(day for day in named if before.is_working_day(day) != after.is_working_day(day))


def first_and_last(days: Iterable[date]) -> str:
    """2026-11-25 至 2026-11-27, runs of days written as one."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]} 至 {run[-1]}" for run in runs)


def stored(changes: Changes) -> dict[str, list[str] | None]:
    return {day.isoformat(): stated and [stated.state, stated.name] for day, stated in sorted(changes.items())}


def of_stored(days: StoredChanges) -> dict[date, StatedDay | None]:
    return {date.fromisoformat(day): stated and StatedDay(*stated) for day, stated in days.items()}  # type: ignore[arg-type]
