"""Keeps the rows of clocks and cards as the fold of a case's log says, step by step and after a changed calendar."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from forms.clock import BEIJING_TIME
from server.db import deadline as db
from server.db.audit import append_audit
from server.db.case import CaseRow
from server.db.deadline import CardDeskRow, CardRow, ClockRow
from server.domain.clock_log import CaseLog, ClockLife, FallenCard, World, fold
from server.domain.deadline import days_used
from server.services.work import Work


def folded(work: Work, case_id: str, worlds: list[World] | None = None, until: datetime | None = None) -> CaseLog:
    """The log of a case folded: under the calendars and rules as they were, or under the `worlds` given."""
    return fold(db.list_entries(work.session, case_id), worlds or work.worlds, until or work.now)


def settle(work: Work, case: CaseRow, known: list[ClockRow] | None = None) -> list[CardRow]:
    """Keep the rows as the log says, put on record every card that has fallen, take back those that no longer stand.

    Returns the new cards. Idempotent: what was recorded before is found again by its key. `known`: all clocks of the
    case, where the caller has them.
    """
    log = folded(work, case.id)
    clocks = {clock.id: clock for clock in known or db.list_clocks(work.session, case.id)}
    for life in log.clocks.values():
        _keep_row(work, clocks[life.id], life)
    recorded = {
        (row.clock_id, row.colour, row.due_on, row.fell_at): row for row in db.list_cards(work.session, case.id)
    }
    new = [_record(work, case, card) for card in log.cards if card.key not in recorded]
    for card in log.cards:
        if card.withdrawn_at and card.key in recorded and recorded[card.key].withdrawn_at is None:
            _take_back(work, case, recorded[card.key], card.withdrawn_at)
    return new


def _keep_row(work: Work, clock: ClockRow, life: ClockLife) -> None:
    for column, value in computed_columns(work, life).items():
        setattr(clock, column, value)


def computed_columns(work: Work, life: ClockLife) -> dict[str, Any]:
    """What a clock's row says that is computed from the log, column by column; the replay compares the same."""
    due, enabled = life.due, work.rules.of(life.rule).enabled
    columns = {
        "amount": life.span.limit.amount,
        "due_on": due.due_on if due else None,
        "due_at": due.red_at if due else None,
        "next_check_at": min((at for _, at in life.pending()), default=None) if enabled else None,
        "finished_at": life.finished_at,
        "stops": [
            {
                **why,
                "started_at": stop.started_at.isoformat(),
                "ended_at": stop.ended_at.isoformat() if stop.ended_at else None,
            }
            for stop, why in zip(life.span.stops, life.reasons, strict=True)
        ],
    }
    if life.finished_at:
        columns["used"] = days_used(life.span.limit, life.started_at, work.calendar, life.span.stops, life.finished_at)
    return columns


def _record(work: Work, case: CaseRow, card: FallenCard) -> CardRow:
    row = CardRow(
        case_id=case.id,
        clock_id=card.clock,
        colour=card.colour,
        rule=card.rule,
        rule_version=card.settings.version,
        due_on=card.due_on,
        fell_at=card.fell_at,
        recorded_at=work.now,
        evidence=card.evidence,
        withdrawn_at=card.withdrawn_at,
        withdrawn_for="calendar" if card.withdrawn_at else None,
        fell_on=[CardDeskRow(department=desk.department, region_code=desk.region_code) for desk in card.desks],
    )
    work.session.add(row)
    detail = {
        "rule": card.rule,
        "due_on": card.due_on.isoformat(),
        "desks": [f"{desk.region_code} {desk.department}" for desk in card.desks],
    }
    _audit(work, f"card.{card.colour}", case, detail)
    return row


def _take_back(work: Work, case: CaseRow, row: CardRow, at: datetime) -> None:
    row.withdrawn_at, row.withdrawn_for = at, "calendar"
    _audit(work, "card.withdrawn", case, {"card": row.id, "for": "calendar"})


def _audit(work: Work, action: str, case: CaseRow, detail: dict[str, object]) -> None:
    append_audit(work.session, at=work.now, actor="system", action=action, subject=case.case_number, detail=detail)


@dataclass(frozen=True)
class Recalculated:
    """What a changed calendar came to: due dates that moved, cards taken back, cards that fell with it."""

    moved: int
    withdrawn: int
    fallen: int


def recalculate(work: Work, changed_from: date, only: Collection[str] | None = None) -> Recalculated:
    """Fold every case anew whose clocks reach the changed days, or `only` those known to change.

    The calendar's new version must be in force already. All cases are locked before the first card is written down: who
    holds the audit log's lock and waits for a case, while its holder waits for the log, waits for ever.
    """
    since = datetime.combine(changed_from, time(), BEIJING_TIME)
    case_ids = db.list_case_ids_running_since(work.session, since) if only is None else sorted(only)
    moved = withdrawn = fallen = 0
    for case in db.lock_cases(work.session, case_ids):
        case_id = case.id
        before = {clock.id: clock.due_on for clock in db.list_clocks(work.session, case_id) if not clock.finished_at}
        standing = {card.id for card in db.list_cards(work.session, case_id) if card.withdrawn_at is None}
        fallen += len(settle(work, case))
        after = {clock.id: clock.due_on for clock in db.list_clocks(work.session, case_id)}
        moved += sum(after[clock] != due for clock, due in before.items())
        withdrawn += sum(card.id in standing for card in db.list_cards(work.session, case_id) if card.withdrawn_at)
    return Recalculated(moved, withdrawn, fallen)
