"""How time is told: aware UTC instants, dates as Beihai reads them, and the one clock every process asks."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

BEIJING_TIME = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = "一二三四五六日"


class Clock(Protocol):
    """Whoever needs the time is handed one of these; nobody asks the operating system."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    """The machine's own time: what every real installation runs on."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is moved: for tests and for the demo story's narrator."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def move_to(self, instant: datetime) -> None:
        if instant < self.instant:
            raise ValueError(f"a clock is never put back: {instant} is before {self.instant}")
        self.instant = instant


class FileClock:
    """A clock several processes share: the instant stands in a small file and runs on from when it was written.

    Practice installations and the demo story use it; setting `clock_file` turns it on.
    """

    def __init__(self, path: Path):
        self._path = path

    def now(self) -> datetime:
        stated = json.loads(self._path.read_text(encoding="ascii"))
        ran = datetime.now(UTC) - datetime.fromisoformat(stated["written_at"])
        return datetime.fromisoformat(stated["instant"]) + ran

    def move_to(self, instant: datetime) -> None:
        """Put the shared clock to `instant` (aware). Readers see the old file or the new one, never a torn one."""
        stated = {"instant": instant.astimezone(UTC).isoformat(), "written_at": datetime.now(UTC).isoformat()}
        # A name of its own: two who put the clock at once must not write into one another's file.
        fresh = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        fresh.write_text(json.dumps(stated), encoding="ascii")
        os.replace(fresh, self._path)


def clock_for(clock_file: Path | None) -> Clock:
    """The clock an installation runs on: the machine's own unless its settings name a shared clock file."""
    return FileClock(clock_file) if clock_file else SystemClock()


def local(instant: datetime) -> datetime:
    """`instant` as a wall clock in Beihai shows it."""
    return instant.astimezone(BEIJING_TIME)


def local_date(instant: datetime) -> date:
    return local(instant).date()


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 time; one without a zone is Beijing time. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    try:
        return (instant if instant.tzinfo else instant.replace(tzinfo=BEIJING_TIME)).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text} lies before the year 1 or after the year 9999") from None


def written_date(day: date, weekday: bool = False) -> str:
    """2026年11月12日, with (周四) after it when asked for."""
    return f"{day.year}年{day.month}月{day.day}日" + (f"（周{_WEEKDAYS[day.weekday()]}）" if weekday else "")


def written_time(instant: datetime) -> str:
    """11月12日 9:41, the way a timeline shows it."""
    moment = local(instant)
    return f"{moment.month}月{moment.day}日 {moment.hour}:{moment.minute:02d}"
