"""The calendar and the rules in force, now and at every time before: what ships, with what officials stated standing over it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock

from server.db import calendar as db
from server.db.calendar import CalendarVersionRow, SupervisionRuleRow
from server.db.engine import Session
from server.domain.calendar_edit import StatedDay, days_that_differ, merged, of_stored, with_changes, with_years_known
from server.domain.card_rules import Rule, Rules, RuleSettings
from server.domain.clock_log import World
from server.domain.work_calendar import WorkCalendar

BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class InForce:
    """`worlds` are all there were, oldest first, as the fold of a case's log wants them."""

    calendar: WorkCalendar
    rules: Rules
    worlds: list[World]


class KeptWorlds:
    """Builds what is in force once for each step of it and keeps the newest; one per process, for all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: tuple[WorkCalendar, tuple[str | None, str | None], InForce] | None = None

    def in_force(self, session: Session, shipped: WorkCalendar) -> InForce:
        """Two small queries; the rest only after something was changed."""
        tokens = db.newest_calendar_token(session), db.newest_rule_token(session)
        kept = self._kept
        if kept and kept[0] is shipped and kept[1] == tokens:
            return kept[2]
        with self._lock:
            built = _build(session, shipped)
            self._kept = (shipped, tokens, built)
        return built


def calendar_in_force(session: Session, shipped: WorkCalendar, at: datetime | None = None) -> WorkCalendar:
    """The calendar with every edit made by `at`; by now when it is not given."""
    return list(_calendars(db.list_calendar_versions(session, at), shipped))[-1][1]


def calendars_over_time(session: Session, shipped: WorkCalendar) -> list[tuple[datetime, WorkCalendar]]:
    """Every calendar there was, with the time it came into force; the first one since ever."""
    return list(_calendars(db.list_calendar_versions(session), shipped))


def _calendars(rows: list[CalendarVersionRow], shipped: WorkCalendar) -> Iterator[tuple[datetime, WorkCalendar]]:
    """A program that ships other days changes the calendar as an edit does; the edits go on standing over it."""
    recorded = [row for row in rows if row.kind == "shipped"]
    base = shipped_calendar(recorded[0], shipped) if recorded else shipped
    yield BEGINNING, base
    edits, confirmed, at = [], set(), BEGINNING
    for row in rows:
        at = max(at, row.at)  # a machine's clock that was put back between two edits does not put them in another order
        if row.kind == "shipped":
            base = shipped_calendar(row, shipped)
        else:
            edits.append(of_stored(row.days))
            confirmed |= set(row.years)
        yield at, with_years_known(with_changes(base, merged(edits)), confirmed)


def shipped_days(calendar: WorkCalendar) -> dict[str, list[str]]:
    """All days of a calendar as a 'shipped' record keeps them."""
    off = {day.isoformat(): ["off", name] for day, name in calendar.holidays.items()}
    worked = {day.isoformat(): ["work", name] for day, name in calendar.makeup_working_days.items()}
    return dict(sorted({**off, **worked}.items()))


def shipped_calendar(row: CalendarVersionRow, shipped: WorkCalendar) -> WorkCalendar:
    days: dict[date, StatedDay] = {day: stated for day, stated in of_stored(row.days).items() if stated}
    return with_changes(WorkCalendar(provisional_years=frozenset(row.years), basis=shipped.basis), days)


def _build(session: Session, shipped: WorkCalendar) -> InForce:
    calendars = calendars_over_time(session, shipped)
    rules = list(_rules(db.list_rule_versions(session)))
    return InForce(calendars[-1][1], rules[-1][1], _worlds(calendars, rules))


def _rules(rows: list[SupervisionRuleRow]) -> Iterator[tuple[datetime, Rules]]:
    changed: dict[Rule, RuleSettings] = {}
    yield BEGINNING, Rules()
    for row in rows:
        changed = {**changed, Rule(row.rule): RuleSettings(version=row.version, **row.settings)}
        yield row.at, Rules(changed)


def _worlds(calendars: list[tuple[datetime, WorkCalendar]], rules: list[tuple[datetime, Rules]]) -> list[World]:
    """Both histories as one. A day that only got another name moves no clock, so the calendar object stays the same."""
    worlds = [World(BEGINNING, calendars[0][1], rules[0][1])]
    for at, thing in sorted([*calendars[1:], *rules[1:]], key=lambda step: step[0]):
        last = worlds[-1]
        if isinstance(thing, Rules):
            worlds.append(World(at, last.calendar, thing))
        elif days_that_differ(last.calendar, thing):
            worlds.append(World(at, thing, last.rules))
    return worlds
