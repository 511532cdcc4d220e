"""What another calendar or other rules would do to the cases on record: folded in memory, nothing written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

from forms.clock import BEIJING_TIME
from server.db import calendar as db
from server.db.calendar import CaseOfLog
from server.db.deadline import list_case_ids_running_since
from server.domain.clock_log import CaseLog, ClockLife, Entry, EntryKind, FallenCard, World, fold
from server.domain.deadline import days_used
from server.domain.people import Actor, Role
from server.domain.words import CARD, CLOCK
from server.services.work import Work

SHOWN = 50
AT_ONCE = 200


@dataclass(frozen=True)
class MovedDue:
    """A running clock that would end on another day; None while a stop hides the end."""

    case_number: str
    clock: str
    before: date | None
    after: date | None


@dataclass(frozen=True)
class ChangedCard:
    """A card that would be taken back, or fall."""

    case_number: str
    card: str
    clock: str
    due_on: date
    desks: tuple[str, ...]


@dataclass
class Effects:
    """Counts are of the whole city; the lists hold the first of those this person may see; `touched` are all cases' ids."""

    touched: list[str] = field(default_factory=list)
    moved: int = 0
    withdrawn: int = 0
    fallen: int = 0
    moved_first: list[MovedDue] = field(default_factory=list)
    withdrawn_first: list[ChangedCard] = field(default_factory=list)
    fallen_first: list[ChangedCard] = field(default_factory=list)

    @property
    def cards_changed(self) -> int:
        return self.withdrawn + self.fallen


def effects_of(work: Work, actor: Actor, next_world: World, changed_from: date) -> Effects:
    """Fold every case whose clocks reach the changed days twice: as things are, and as if `next_world` began now."""
    effects = Effects()
    since = datetime.combine(changed_from, time(), BEIJING_TIME)
    for case, entries in _logs(work, since):
        before = fold(entries, work.worlds, work.now)
        after = fold(entries, [*work.worlds, next_world], work.now)
        if _says(before, work.worlds[-1]) != _says(after, next_world):
            effects.touched.append(case.id)
            _compare(work, effects, case, before, after, listed=_may_list(work, actor, case))
    return effects


def _says(log: CaseLog, world: World) -> object:
    """All that the rows keep of a log: deadlines, what a finished clock used, and the cards that stand."""
    clocks = [(life.due, _used(life, world)) for life in log.clocks.values()]
    return clocks, sorted(str(card.key) for card in log.cards if card.withdrawn_at is None)


def _used(life: ClockLife, world: World) -> int | None:
    if life.finished_at is None:
        return None
    return days_used(life.span.limit, life.started_at, world.calendar, life.span.stops, life.finished_at)


def _logs(work: Work, since: datetime) -> Iterator[tuple[CaseOfLog, list[Entry]]]:
    """Many cases a query: one at a time would ask the database twice for each case of the city."""
    case_ids = list_case_ids_running_since(work.session, since)
    for first in range(0, len(case_ids), AT_ONCE):
        for case, rows in db.list_logs(work.session, case_ids[first : first + AT_ONCE]):
            yield case, [Entry(row.at, EntryKind(row.kind), row.clock_id, row.said) for row in rows]


def _may_list(work: Work, actor: Actor, case: CaseOfLog) -> bool:
    """Least privilege: a county's supervisor is told another county's numbers only as a count."""
    regions = work.catalogue.regions
    return actor.role is not Role.SUPERVISOR or regions.lies_in(case.village_code, actor.desk.region_code)


def _compare(work: Work, effects: Effects, case: CaseOfLog, before: CaseLog, after: CaseLog, *, listed: bool) -> None:
    for clock, life in before.clocks.items():
        was, will = (one.due and one.due.due_on for one in (life, after.clocks[clock]))
        if not life.finished_at and was != will:
            effects.moved += 1
            _list(effects.moved_first, MovedDue(case.number, CLOCK[life.kind], was, will), listed)
    standing = {card.key for card in before.cards if card.withdrawn_at is None}
    for card in after.cards:
        stands = card.withdrawn_at is None
        if card.key in standing and not stands:
            effects.withdrawn += 1
            _list(effects.withdrawn_first, _changed(work, case, after, card), listed)
        elif card.key not in standing and stands:
            effects.fallen += 1
            _list(effects.fallen_first, _changed(work, case, after, card), listed)


def _list(lines: list, line: MovedDue | ChangedCard, listed: bool) -> None:
    if listed and len(lines) < SHOWN:
        lines.append(line)


def _changed(work: Work, case: CaseOfLog, log: CaseLog, card: FallenCard) -> ChangedCard:
    clock = CLOCK[log.clocks[card.clock].kind] if card.clock is not None else ""
    regions = work.catalogue.regions
    desks = tuple(f"{regions.get(desk.region_code).short_name}·{desk.department}" for desk in card.desks)
    return ChangedCard(case.number, CARD[card.colour], clock, card.due_on, desks)
