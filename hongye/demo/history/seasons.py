"""What villagers come for, and when: some forty errands with their seasons, on the days a village office is open."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from forms.clock import local_date
from hongye.demo.history.hours import moment_of
from server.domain.work_calendar import ONE_DAY, WorkCalendar


@dataclass(frozen=True)
class Errand:
    """How often an item is asked for, and by how much more in its months."""

    weight: float
    season: Mapping[int, float] = field(default_factory=dict)


def _in(months: tuple[int, ...], factor: float) -> dict[int, float]:
    return dict.fromkeys(months, factor)


ERRANDS: dict[str, Errand] = {
    "MZ-001": Errand(6), "MZ-002": Errand(1), "MZ-003": Errand(7, _in((1, 2, 12), 1.6)), "MZ-008": Errand(9),
    "MZ-011": Errand(3), "MZ-012": Errand(3), "MZ-013": Errand(2, _in((1, 2), 1.5)), "MZ-014": Errand(2),
    "MZ-015": Errand(4), "RS-001": Errand(7, _in((9, 10, 11, 12), 2)), "RS-002": Errand(6), "RS-003": Errand(8),
    "RS-006": Errand(4, _in((3, 4), 2)), "RS-009": Errand(5), "YB-001": Errand(11, _in((9, 10, 11, 12), 3)),
    "YB-002": Errand(4), "YB-003": Errand(4, _in((2, 3), 2)), "YB-004": Errand(4), "YB-005": Errand(3),
    "YB-006": Errand(3), "WJ-001": Errand(4), "WJ-004": Errand(4), "CL-001": Errand(3), "CL-002": Errand(2),
    "NY-001": Errand(5, _in((10, 11, 12), 1.5)), "NY-002": Errand(2, _in((3, 4, 5), 4)),
    "NY-003": Errand(2, _in((2, 3, 4, 9), 2)), "NY-004": Errand(2), "ZR-001": Errand(2), "ZR-002": Errand(2),
    "LY-001": Errand(3, _in((1, 10, 11, 12), 2)), "XC-001": Errand(2), "XC-002": Errand(1, _in((9, 10, 11), 4)),
    "XC-004": Errand(1, _in((2, 3, 4), 5)), "GA-001": Errand(3), "GA-002": Errand(2),
    "GA-004": Errand(5, _in((1, 2, 7), 1.8)), "SF-001": Errand(1), "TY-001": Errand(2),
    "JY-001": Errand(1, _in((6, 7, 8), 7)), "JY-002": Errand(1, _in((9,), 6)), "SJ-001": Errand(3),
    "SJ-002": Errand(4, _in((1, 2, 10), 3)), "YJ-001": Errand(1, _in((7, 8, 9), 4)),
}  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """Somebody comes to a village office; the packet goes up when there is a line, mostly at once."""

    received_at: datetime
    uploaded_at: datetime
    village: str
    item_code: str


def plan_visits(
    villages: list[str], days: Mapping[date, float], count: int, until: datetime, rng: Random
) -> Iterator[Visit]:
    """`days` weighs each day; nobody's packet arrives after `until`."""
    every, upto = list(days), list(accumulate(days.values()))
    while count:
        [day] = rng.choices(every, cum_weights=upto)
        received_at = moment_of(day, rng)
        offline = timedelta(hours=rng.uniform(2, 40)) if rng.random() < 0.04 else timedelta(minutes=rng.randrange(1, 4))
        visit = Visit(received_at, received_at + offline, _village(villages, rng), _item(day, rng))
        if visit.uploaded_at < until:
            yield visit
            count -= 1


def _village(villages: list[str], rng: Random) -> str:
    """The practice village has twice the visitors of any other."""
    return rng.choice([villages[0], *villages])


def _item(day: date, rng: Random) -> str:
    weights = [errand.weight * errand.season.get(day.month, 1) for errand in ERRANDS.values()]
    return rng.choices(list(ERRANDS), weights=weights)[0]


def days_open(calendar: WorkCalendar, first: date, last: date) -> dict[date, float]:
    """Few come on a day off, the agent is at home then; more on the first working day after one."""
    days = {}
    day = first
    while day <= last:
        first_again = calendar.is_working_day(day) and not calendar.is_working_day(day - ONE_DAY)
        days[day] = 1.4 if first_again else 1.0 if calendar.is_working_day(day) else 0.08
        day += ONE_DAY
    return days


def days_of_2018(calendar: WorkCalendar) -> dict[date, float]:
    """The year with both feasts well inside it: most come before the Spring Festival and before 三月三."""
    busy = [(date(2018, 2, 1), date(2018, 3, 10)), (date(2018, 4, 9), date(2018, 4, 26))]
    days = days_open(calendar, date(2018, 1, 2), date(2018, 12, 20))
    return {day: weight * (3 if any(a <= day <= b for a, b in busy) else 1) for day, weight in days.items()}


def last_two_years(calendar: WorkCalendar, until: datetime) -> dict[date, float]:
    last = local_date(until)
    return days_open(calendar, last - timedelta(days=730), last)
