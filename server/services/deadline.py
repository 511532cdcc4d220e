"""Runs the clocks of a case: starts, stops and ends them, and puts the cards on record when they fall."""

from forms.clock import local_date
from forms.item import ServiceItem
from server.db import deadline as db
from server.db.audit import append_audit
from server.db.case import CaseRow
from server.db.deadline import CardRow, ClockRow, PauseRow
from server.domain.deadline import CardColour, Deadline, Limit, Pause, card_falling, deadline
from server.domain.review import StageState
from server.services.item_version import item_of
from server.services.work import Work

CARD_RULE = "whole_limit"
CARD_RULE_VERSION = 1


def start_promised_clock(work: Work, case: CaseRow, item: ServiceItem) -> None:
    """The promise runs from the day the village received the papers, however late the packet arrived."""
    _start(work, case, "promised", item.promised_days, item.promised_unit, local_date(case.received_at))


def start_statutory_clock(work: Work, case: CaseRow, item: ServiceItem) -> None:
    """The legal limit runs from the competent body's acceptance; an item without one in law has no such clock."""
    running = {clock.kind for clock in db.list_clocks(work.session, case.id)}
    if item.statutory_days is not None and "statutory" not in running:
        _start(work, case, "statutory", item.statutory_days, item.statutory_unit, work.today)


def _start(work: Work, case: CaseRow, kind: str, days: int, unit: str, started_on) -> None:
    clock = ClockRow(case_id=case.id, kind=kind, limit_days=days, unit=unit, started_on=started_on, pauses=[], cards=[])
    work.session.add(clock)
    _recompute(work, clock)


def keep_time(work: Work, case: CaseRow) -> None:
    """Bring the stops of all running clocks in line with where the case stands now; called after every step."""
    wanted = _reason_to_stop(case)
    for clock in db.list_clocks(work.session, case.id):
        if clock.finished_at:
            continue
        record_falling_cards(work, case, clock)
        open_pause = next((pause for pause in clock.pauses if pause.ended_on is None), None)
        if open_pause and open_pause.reason != wanted:
            open_pause.ended_on = work.today
        if wanted and (open_pause is None or open_pause.reason != wanted):
            clock.pauses.append(PauseRow(reason=wanted, started_on=work.today))
        _recompute(work, clock)


def finish_clocks(work: Work, case: CaseRow) -> None:
    """The case is closed: what fell due until now is recorded, then the clocks stand still for good."""
    for clock in db.list_clocks(work.session, case.id):
        record_falling_cards(work, case, clock)
        for pause in clock.pauses:
            pause.ended_on = pause.ended_on or work.today
        _recompute(work, clock)
        clock.finished_at = work.now
        clock.next_check_at = None


def _reason_to_stop(case: CaseRow) -> str | None:
    """A clock stops for a correction, and while every open stage is one that law or the item does not count."""
    if case.status == "awaiting_correction":
        return "correction"
    stages = {stage.id: stage for stage in item_of(case).stages}
    active = [stages[row.stage_id] for row in case.stages if row.state == StageState.ACTIVE]
    if not active or not all(stage.stops_clock for stage in active):
        return None
    return "public_notice" if active[0].action == "publicise" else "special_procedure"


def current_deadline(work: Work, clock: ClockRow) -> Deadline | None:
    pauses = [Pause(pause.started_on, pause.ended_on) for pause in clock.pauses]
    return deadline(Limit(clock.limit_days, clock.unit), clock.started_on, work.tools.calendar, pauses)


def _recompute(work: Work, clock: ClockRow) -> None:
    due = current_deadline(work, clock)
    clock.due_on = due.due_on if due else None
    pending = [] if due is None else [at for colour, at in _instants(due) if colour not in _issued(clock, due)]
    clock.next_check_at = min(pending, default=None)


def _instants(due: Deadline) -> list[tuple[CardColour, object]]:
    return [("yellow", due.yellow_at), ("red", due.red_at)]


def _issued(clock: ClockRow, due: Deadline) -> frozenset[CardColour]:
    return frozenset(card.colour for card in clock.cards if card.due_on == due.due_on)


def record_falling_cards(work: Work, case: CaseRow, clock: ClockRow) -> list[CardRow]:
    """Put on record every card that has fallen by now; a card is never issued twice for one due date."""
    due = current_deadline(work, clock)
    if due is None:
        return []
    cards = [_card(work, case, clock, due, colour) for colour in card_falling(due, work.now, _issued(clock, due))]
    for card in cards:
        clock.cards.append(card)
        append_audit(
            work.session,
            at=work.now,
            actor="system",
            action=f"card.{card.colour}",
            subject=case.case_number,
            detail={"clock": clock.kind, "due_on": due.due_on.isoformat(), "desks": card.desks},
        )
    return cards


def _card(work: Work, case: CaseRow, clock: ClockRow, due: Deadline, colour: CardColour) -> CardRow:
    active = [row for row in case.stages if row.state == StageState.ACTIVE]
    return CardRow(
        case_id=case.id,
        colour=colour,
        rule=CARD_RULE,
        rule_version=CARD_RULE_VERSION,
        due_on=due.due_on,
        fell_at=dict(_instants(due))[colour],
        recorded_at=work.now,
        desks=[f"{row.region_code} {row.department}" for row in active],
        evidence={
            "clock": clock.kind,
            "limit": f"{clock.limit_days} {clock.unit}",
            "started_on": clock.started_on.isoformat(),
            "pauses": [
                [pause.reason, pause.started_on.isoformat(), pause.ended_on and pause.ended_on.isoformat()]
                for pause in clock.pauses
            ],
            "open_stages": [[row.stage_id, row.opened_at and row.opened_at.isoformat()] for row in active],
        },
    )


def sweep_clock(work: Work, clock_id: int) -> int:
    """Look at one clock whose time has come. Returns how many cards fell. Idempotent.

    The case is locked first, as every desk does: two who take locks in another order would wait for each other.
    """
    case = db.lock_case_of_clock(work.session, clock_id)
    clock = db.lock_clock(work.session, clock_id)
    if case is None or clock is None or clock.finished_at:
        return 0
    cards = record_falling_cards(work, case, clock)
    _recompute(work, clock)
    return len(cards)
