"""The one fold from the log of a case to its clocks and cards: the sweep writes down what it says, the replay checks it.

A log is a list of entries in the order they were written. Cards are not entries: they follow from the entries, the calendar
and the rules in force at each time, so that anybody can compute them again. A card falls at an instant that does not depend
on when somebody looked: at the instant its deadline says, or, where that could not be known before, when it became known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from server.domain.card_rules import RULE_OF_CLOCK, ClockKind, Rule, Rules, RuleSettings
from server.domain.deadline import CardColour, Deadline, Limit, Stop, deadline_of
from server.domain.people import Desk
from server.domain.work_calendar import WorkCalendar


class EntryKind(StrEnum):
    """What can happen to the clocks of a case; stored as these words."""

    STARTED = "started"
    STOPPED = "stopped"
    RESUMED = "resumed"
    EXTENDED = "extended"
    FINISHED = "finished"
    REOPENED = "reopened"
    HOLDERS = "holders"  # which desks hold the case from now on
    FAULT = "fault"  # a breach that is no matter of days: the card falls with it


@dataclass(frozen=True)
class Entry:
    """One line of the log; `clock` is None where it is about the case as a whole."""

    at: datetime
    kind: EntryKind
    clock: int | None
    said: Mapping[str, Any]


@dataclass(frozen=True)
class World:
    """The calendar and the rules in force from `at` on."""

    at: datetime
    calendar: WorkCalendar
    rules: Rules


@dataclass
class FallenCard:
    """A card as the log says it: the key (clock, colour, due_on, fell_at) never changes once it has fallen."""

    clock: int | None
    colour: CardColour
    rule: Rule
    settings: RuleSettings
    due_on: date
    fell_at: datetime
    desks: tuple[Desk, ...]
    evidence: dict[str, Any]
    withdrawn_at: datetime | None = None
    span: "Span | None" = field(default=None, repr=False, compare=False)
    due_now: date | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> tuple[int | None, str, date, datetime]:
        return (self.clock, self.colour, self.due_on, self.fell_at)


@dataclass
class Span:
    """The time between two changes of one clock: what it counted by, and when that ended."""

    limit: Limit
    stops: tuple[Stop, ...]
    known_since: datetime
    ended_at: datetime | None = None


@dataclass
class ClockLife:
    """One clock as the log tells it."""

    id: int
    kind: ClockKind
    started_at: datetime
    desk: Desk | None
    span: Span
    reasons: list[dict[str, Any]] = field(default_factory=list)  # beside the stops: why, by whom, who may end it
    finished_at: datetime | None = None
    due: Deadline | None = None
    cards: list[FallenCard] = field(default_factory=list)

    @property
    def rule(self) -> Rule:
        return RULE_OF_CLOCK[self.kind]

    @property
    def open_stop(self) -> Stop | None:
        return next((stop for stop in self.span.stops if stop.ended_at is None), None)

    def pending(self) -> Iterator[tuple[CardColour, datetime]]:
        """The cards of the present deadline that have not fallen, with the instants they will."""
        if self.due is None or self.finished_at:
            return
        for colour, instant in self.due.instants():
            if not any(self._is_of_now(card, colour) for card in self.cards):
                yield colour, max(instant, self.span.known_since)

    def _is_of_now(self, card: FallenCard, colour: CardColour) -> bool:
        assert self.due is not None
        of_now = card.span is self.span or card.due_now == self.due.due_on
        return card.colour == colour and card.withdrawn_at is None and of_now

    def change(self, at: datetime, **what: Any) -> None:
        """End the present span and begin one that counts otherwise."""
        self.span.ended_at = at
        self.span = replace(self.span, known_since=at, ended_at=None, **what)


@dataclass
class CaseLog:
    """All clocks of one case, the desks that hold it, and the cards of no clock."""

    world: World
    clocks: dict[int, ClockLife] = field(default_factory=dict)
    holders: tuple[tuple[Desk, str], ...] = ()  # (desk, stage id)
    faults: list[FallenCard] = field(default_factory=list)

    @property
    def cards(self) -> list[FallenCard]:
        return [*self.faults, *(card for life in self.clocks.values() for card in life.cards)]


def fold(entries: Iterable[Entry], worlds: Sequence[World], until: datetime) -> CaseLog:
    """The state of a case's clocks at `until` and every card that has fallen by then.

    `worlds` are in order of time, the first as old as any entry.
    """
    log = CaseLog(worlds[0])
    for at, thing in _in_order(entries, worlds[1:], until):
        _let_fall(log, at)
        if isinstance(thing, World):
            _enter_world(log, thing)
        else:
            _apply(log, thing)
    _let_fall(log, until)
    return log


def _in_order(
    entries: Iterable[Entry], worlds: Sequence[World], until: datetime
) -> list[tuple[datetime, Entry | World]]:
    """Entries keep the order they were written in, even when a machine's clock was put back between two of them.

    A change of the world comes before the entries of its own instant.
    """
    changes: list[tuple[datetime, Entry | World]] = [(world.at, world) for world in worlds]
    written: list[tuple[datetime, Entry | World]] = []
    latest = datetime.min.replace(tzinfo=UTC)
    for entry in entries:
        latest = max(latest, entry.at)
        written.append((latest, entry))
    return sorted((one for one in [*changes, *written] if one[0] <= until), key=lambda one: one[0])


def _let_fall(log: CaseLog, now: datetime) -> None:
    falling = [
        (instant, life, colour) for life in log.clocks.values() for colour, instant in life.pending() if instant <= now
    ]
    for instant, life, colour in sorted(falling, key=lambda one: (one[0], one[1].id, one[2] == "red")):
        settings = log.world.rules.of(life.rule)
        if settings.enabled:
            life.cards.append(_card(log, life, colour, instant, settings))


def _card(log: CaseLog, life: ClockLife, colour: CardColour, at: datetime, settings: RuleSettings) -> FallenCard:
    assert life.due is not None
    return FallenCard(
        clock=life.id,
        colour=colour,
        rule=life.rule,
        settings=settings,
        due_on=life.due.due_on,
        fell_at=at,
        desks=_desks_to_answer(log, life, at),
        evidence=_evidence(log, life),
        span=life.span,
        due_now=life.due.due_on,
    )


def _desks_to_answer(log: CaseLog, life: ClockLife, at: datetime) -> tuple[Desk, ...]:
    """Whom a card falls on: the desk the clock is for; of a whole case the desks over their own limit, else all that hold it.

    Of a joint review that is the slow department and never the lead that waits for it.
    """
    if life.desk is not None:
        return (life.desk,)
    over = {
        other.desk
        for other in log.clocks.values()
        if other.kind is ClockKind.STAGE and not other.finished_at and other.due and other.due.red_at <= at
    }
    holding = tuple(dict.fromkeys(desk for desk, _ in log.holders))
    return tuple(desk for desk in holding if desk in over) or holding


def _evidence(log: CaseLog, life: ClockLife) -> dict[str, Any]:
    """What the card can be checked by, without the log at hand."""
    return {
        "clock": life.kind.value,
        "limit": f"{life.span.limit.amount} {life.span.limit.unit}",
        "started_at": life.started_at.isoformat(),
        "stops": [
            [why["reason"], stop.started_at.isoformat(), stop.ended_at and stop.ended_at.isoformat()]
            for stop, why in zip(life.span.stops, life.reasons, strict=True)
        ],
        "open_stages": [stage for _, stage in log.holders],
    }


def _enter_world(log: CaseLog, world: World) -> None:
    """A changed calendar moves deadlines and takes back the cards that would not have fallen; a changed rule does not."""
    calendar_changed = world.calendar is not log.world.calendar
    log.world = world
    for life in log.clocks.values():
        if calendar_changed:
            for card in life.cards:
                _judge_again(life, card, world)
        if not life.finished_at:
            life.span.known_since = world.at
        _recompute(log, life)


def _judge_again(life: ClockLife, card: FallenCard, world: World) -> None:
    if card.withdrawn_at or card.span is None:
        return
    span = card.span
    due = deadline_of(span.limit, life.started_at, world.calendar, span.stops, card.settings)
    instant = due and dict(due.instants()).get(card.colour)
    if due is None or instant is None or instant > (span.ended_at or world.at):
        card.withdrawn_at = world.at
    else:
        card.due_now = due.due_on


def _recompute(log: CaseLog, life: ClockLife) -> None:
    settings = log.world.rules.of(life.rule)
    life.due = deadline_of(life.span.limit, life.started_at, log.world.calendar, life.span.stops, settings)


def _apply(log: CaseLog, entry: Entry) -> None:
    if entry.kind is EntryKind.HOLDERS:
        log.holders = tuple((Desk(*desk), stage) for desk, stage in entry.said["holders"])
        return
    if entry.kind is EntryKind.FAULT:
        if log.world.rules.of(Rule(entry.said["rule"])).enabled:
            log.faults.append(_fault(log, entry))
        return
    assert entry.clock is not None
    if entry.kind is EntryKind.STARTED:
        log.clocks[entry.clock] = _started(entry)
    else:
        _CHANGES[entry.kind](log.clocks[entry.clock], entry)
    _recompute(log, log.clocks[entry.clock])


def _started(entry: Entry) -> ClockLife:
    said = entry.said
    return ClockLife(
        id=entry.clock or 0,
        kind=ClockKind(said["kind"]),
        started_at=datetime.fromisoformat(said["started_at"]),
        desk=Desk(*said["desk"]) if said.get("desk") else None,
        span=Span(Limit(said["amount"], said["unit"]), (), entry.at),
    )


def _fault(log: CaseLog, entry: Entry) -> FallenCard:
    rule = Rule(entry.said["rule"])
    return FallenCard(
        clock=None,
        colour="red",
        rule=rule,
        settings=log.world.rules.of(rule),
        due_on=date.fromisoformat(entry.said["on"]),
        fell_at=entry.at,
        desks=tuple(Desk(*desk) for desk in entry.said["desks"]),
        evidence=dict(entry.said.get("evidence", {})),
    )


def _stopped(life: ClockLife, entry: Entry) -> None:
    life.reasons.append(dict(entry.said))
    life.change(entry.at, stops=(*life.span.stops, Stop(entry.at)))


def _resumed(life: ClockLife, entry: Entry) -> None:
    ended = tuple(replace(stop, ended_at=stop.ended_at or entry.at) for stop in life.span.stops)
    life.change(entry.at, stops=ended)


def _extended(life: ClockLife, entry: Entry) -> None:
    limit = life.span.limit
    life.change(entry.at, limit=replace(limit, amount=limit.amount + entry.said["by"]))


def _finished(life: ClockLife, entry: Entry) -> None:
    if life.open_stop:
        _resumed(life, entry)
    life.span.ended_at = life.finished_at = entry.at


def _reopened(life: ClockLife, entry: Entry) -> None:
    """What was ended by mistake runs on; the time between counts as a stop, since nobody could work on it."""
    assert life.finished_at is not None
    life.reasons.append({"reason": "closed", **entry.said})
    gap = Stop(life.finished_at, entry.at)
    life.finished_at = None
    life.change(entry.at, stops=(*life.span.stops, gap))


_CHANGES = {
    EntryKind.STOPPED: _stopped,
    EntryKind.RESUMED: _resumed,
    EntryKind.EXTENDED: _extended,
    EntryKind.FINISHED: _finished,
    EntryKind.REOPENED: _reopened,
}
