"""When a limit ends: of so many days or hours, of an item, or of a real case; and, when asked, which days it skipped."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from forms.catalogue import load_catalogue
from forms.clock import local, local_date, parse_instant
from forms.item import UNIT_WORDS, ServiceItem
from hongye.commands import CommandFailed, say
from hongye.commands.upkeep import ready_installation
from server.adapters.holidays import beihai_calendar
from server.domain.card_rules import SHIPPED
from server.domain.day_count import DayCount, count_days
from server.domain.deadline import Deadline, Limit, Stop, deadline_of
from server.domain.work_calendar import WorkCalendar
from server.services.clock_count import ClockCount, count_clocks_of
from server.services.work import Work

_UNITS = {"working": "working_day", "calendar": "calendar_day", "hour": "hour"}
_PROVISIONAL = "（当年放假安排未公布，暂估）"
_STOPPED = "停表中，还算不出到期日"


@dataclass(frozen=True)
class Told:
    """One limit, when it ends and how it was counted; `due` is None while a stop hides the end."""

    name: str
    limit: Limit
    started_at: datetime
    due: Deadline | None
    count: DayCount | None
    provisional: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "due_on": self.due and self.due.due_on.isoformat(),
            "due_at": self.due and local(self.due.red_at).isoformat(),
            "started_on": local_date(self.started_at).isoformat(),
            "days": self.limit.amount,
            "unit": self.limit.unit,
            "limit": self.name,
            "provisional": self.provisional,
        }

    def in_words(self) -> str:
        if self.due is None:
            return _STOPPED
        words = self.due.due_on.isoformat()
        if self.limit.unit == "hour":
            words = f"{local(self.due.red_at):%Y-%m-%d %H:%M}"
        return words + (_PROVISIONAL if self.provisional else "")


def due(asked: argparse.Namespace) -> None:
    if asked.case is not None:
        _due_of_case(asked)
        return
    calendar = _calendar(asked.settings)
    limit, name = _limit(asked)
    started_at, stops = _instant(asked.at, "--at"), [_pause(text) for text in asked.pause]
    try:
        told = _told(name, limit, started_at, calendar, stops)
    except (OverflowError, ValueError):
        raise CommandFailed(f"--at 太远或停表太久：{asked.at}，十年内算不出到期日") from None
    answer = told.as_json() | ({"extended_by": asked.extend} if asked.extend else {})
    if asked.explain:
        answer |= _explained(told.count)
    say(asked, answer, "\n".join([told.in_words(), *(_in_lines(told.count, limit) if asked.explain else [])]))


def _told(name: str, limit: Limit, started_at: datetime, calendar: WorkCalendar, stops: list[Stop]) -> Told:
    ends = deadline_of(limit, started_at, calendar, stops, SHIPPED)
    pauses = [stop.pause for stop in stops]
    count = count_days(limit, local_date(started_at), calendar, pauses) if limit.unit != "hour" else None
    days = [local_date(started_at), *([ends.due_on] if ends else [])]
    return Told(name, limit, started_at, ends, count, any(calendar.is_provisional(day) for day in days))


def _instant(text: str, option: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError:
        raise CommandFailed(f"{option} 不是时间：{text}（例：2026-11-23T09:00）") from None


def _pause(text: str) -> Stop:
    """FROM..TO, or FROM.. while it lasts."""
    begun, dots, ended = text.partition("..")
    if not dots:
        raise CommandFailed(f"--pause 要写成 从..到，还停着的写 从..：{text}（例：2026-11-24..2026-11-26）")
    stop = Stop(_instant(begun, "--pause"), _instant(ended, "--pause") if ended else None)
    if stop.ended_at and stop.ended_at < stop.started_at:
        raise CommandFailed(f"--pause 的结束在开始之前：{text}")
    return stop


def _calendar(settings: Path | None) -> WorkCalendar:
    """What ships, or with --settings what is in force there."""
    if settings is None:
        return beihai_calendar()
    with _looking_at(settings) as work:
        return work.calendar


@contextmanager
def _looking_at(settings: Path) -> Iterator[Work]:
    installation = ready_installation(settings)
    try:
        with installation.look() as work:
            yield work
    finally:
        installation.engine.dispose()


def _limit(asked: argparse.Namespace) -> tuple[Limit, str]:
    if (asked.item is None) == (asked.days is None):
        raise CommandFailed("请给 --item CODE 或 --days N，二者选一")
    if not 0 <= asked.extend <= 1000:
        raise CommandFailed("--extend 应在 0 到 1000 之间")
    if asked.days is None:
        limit, name = _item_limit(load_catalogue().get_item(asked.item), asked.limit), asked.limit
    elif 0 <= asked.days <= 1000:
        limit, name = Limit(asked.days, _UNITS[asked.unit]), "stated"  # type: ignore[arg-type]
    else:
        raise CommandFailed("--days 应在 0 到 1000 之间")
    return Limit(limit.amount + asked.extend, limit.unit), name


def _item_limit(item: ServiceItem, kind: str) -> Limit:
    if kind == "promised":
        return Limit(item.promised_days, item.promised_unit)
    if item.statutory_days is None:
        raise CommandFailed(f"{item.code} {item.name}没有法定时限：{item.statutory_note}")
    return Limit(item.statutory_days, item.statutory_unit)


def _explained(count: DayCount | None) -> dict[str, Any]:
    skipped = count.skipped if count else ()
    made_up = count.made_up if count else ()
    return {
        "skipped": [{"day": one.day.isoformat(), "why": one.why, "words": one.words} for one in skipped],
        "made_up": [{"day": day.isoformat(), "words": name} for day, name in made_up],
    }


def _in_lines(count: DayCount | None, limit: Limit) -> list[str]:
    if limit.unit == "hour":
        return ["  按小时算：夜里和休息日都算，只扣停表的时间"]
    if count is None:
        return []
    worked = [f"  {day} 算：{name}" for day, name in count.made_up]
    skipped = [f"  {one.day} 不算：{one.words}{'，顺延' if one.why == 'moved' else ''}" for one in count.skipped]
    return sorted([*worked, *skipped])


def _due_of_case(asked: argparse.Namespace) -> None:
    if asked.settings is None:
        raise CommandFailed("--case 要和 --settings FILE 一起用：办件在哪一套系统里")
    with _looking_at(asked.settings) as work:
        clocks = count_clocks_of(work, asked.case)
        told = [(clock, _told_of(clock, work.calendar)) for clock in clocks]
    lines = []
    for clock, one in told:
        lines.append(f"{clock.label} {clock.limit.amount}{UNIT_WORDS[clock.limit.unit]}：{one.in_words()}")
        lines += _in_lines(one.count, clock.limit) if asked.explain else []
    shapes = [_clock_shape(clock, one) | (_explained(one.count) if asked.explain else {}) for clock, one in told]
    say(asked, {"case": asked.case, "clocks": shapes}, "\n".join(lines))


def _told_of(clock: ClockCount, calendar: WorkCalendar) -> Told:
    days = [local_date(clock.started_at), *([clock.due.due_on] if clock.due else [])]
    provisional = any(calendar.is_provisional(day) for day in days)
    return Told(clock.kind, clock.limit, clock.started_at, clock.due, clock.count, provisional)


def _clock_shape(clock: ClockCount, told: Told) -> dict[str, Any]:
    stops = [
        {
            "why": why,
            "from": local(stop.started_at).isoformat(),
            "to": stop.ended_at and local(stop.ended_at).isoformat(),
        }
        for stop, why in clock.stops
    ]
    finished = clock.finished_at and local(clock.finished_at).isoformat()
    return told.as_json() | {"label": clock.label, "stops": stops, "finished_at": finished}
