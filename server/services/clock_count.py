"""The limits of one case counted out: what each counts by, its stops, when it ends and which days it skipped."""

from dataclasses import dataclass
from datetime import datetime

from forms.clock import local_date
from server.db.case import find_case_by_number
from server.domain.card_rules import WHOLE_CASE
from server.domain.clock_log import ClockLife
from server.domain.day_count import DayCount, count_days
from server.domain.deadline import Deadline, Limit, Stop
from server.domain.words import CLOCK, PAUSE
from server.services.settling import folded
from server.services.work import Work


class NoSuchCase(LookupError):
    """No case has this number."""


@dataclass(frozen=True)
class ClockCount:
    """One limit; `due` is None while a stop hides the end, `count` also for a limit in hours. `limit` has extensions in it."""

    kind: str
    label: str
    limit: Limit
    started_at: datetime
    stops: tuple[tuple[Stop, str], ...]
    finished_at: datetime | None
    due: Deadline | None
    count: DayCount | None


def count_clocks_of(work: Work, case_number: str) -> list[ClockCount]:
    """The promised and the statutory limit of a case, as its log tells them. Raises NoSuchCase."""
    case = find_case_by_number(work.session, case_number)
    if case is None:
        raise NoSuchCase(f"没有编号为“{case_number}”的办件，请核对编号。")
    lives = folded(work, case.id).clocks.values()
    return [_counted(work, life) for life in lives if life.kind in WHOLE_CASE]


def _counted(work: Work, life: ClockLife) -> ClockCount:
    limit, stops = life.span.limit, life.span.stops
    in_days = limit.unit != "hour"
    started_on, pauses = local_date(life.started_at), [stop.pause for stop in stops]
    return ClockCount(
        kind=life.kind.value,
        label=CLOCK[life.kind],
        limit=limit,
        started_at=life.started_at,
        stops=tuple((stop, PAUSE[why["reason"]]) for stop, why in zip(stops, life.reasons, strict=True)),
        finished_at=life.finished_at,
        due=life.due,
        count=count_days(limit, started_on, work.calendar, pauses) if in_days else None,
    )
