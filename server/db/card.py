"""What happened to cards after they fell, and the queries that find cards; one condition serves the count and the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, and_, distinct, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from server.db.base import Row
from server.db.case import CaseRow
from server.db.deadline import CardDeskRow, CardRow, ClockRow
from server.domain.card import CardState
from server.domain.card_rules import Rule
from server.domain.people import Desk
from server.domain.wanted import CardShow, CardWanted

UNANSWERED = (CardState.FALLEN, CardState.SEEN)


class CardActRow(Row):
    """One line of a card's life; only ever added. `department` and `region_code` are the desk it speaks for or to."""

    __tablename__ = "card_act"
    __table_args__ = (Index("ix_card_act_card_id", "card_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("supervision_card.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    actor_name: Mapped[str]
    department: Mapped[str | None]
    region_code: Mapped[str | None]
    words: Mapped[str]


@dataclass(frozen=True)
class CardSum:
    """The standing cards of one desk or township: how many, the oldest, and the earliest date that was missed."""

    key: tuple[str, ...]
    red: int
    yellow: int
    since: datetime
    due_on: date


def list_acts(session: Session, card_id: int) -> list[CardActRow]:
    return list(session.scalars(select(CardActRow).where(CardActRow.card_id == card_id).order_by(CardActRow.id)))


def lock_card(session: Session, card_id: int) -> CardRow | None:
    """The card, locked until the transaction ends, as it is then: an appeal is judged once."""
    locked = select(CardRow).where(CardRow.id == card_id).with_for_update()
    # What was read before the lock was waited for is read again.
    return session.scalar(locked.execution_options(populate_existing=True))


def list_unseen_cards(session: Session, case_id: str, desk: Desk) -> list[CardRow]:
    """Of this case, those this desk has never looked at; a late follow-up is none of the case's, as its page is silent on it."""
    seen = exists().where(
        CardActRow.card_id == CardRow.id,
        CardActRow.kind == "seen",
        CardActRow.department == desk.department,
        CardActRow.region_code == desk.region_code,
    )
    return list(
        session.scalars(
            select(CardRow).where(
                CardRow.case_id == case_id, CardRow.rule != Rule.FOLLOW_UP_LIMIT, _fell_on(desk), ~seen
            )
        )
    )


def list_card_ids_to_escalate(session: Session, recorded_before: datetime, limit: int) -> list[int]:
    """Red cards nobody has explained that were on record before this instant."""
    due = select(CardRow.id).where(
        CardRow.state.in_(UNANSWERED),
        CardRow.colour == "red",
        CardRow.escalated_at.is_(None),
        CardRow.recorded_at < recorded_before,
        CardRow.withdrawn_at.is_(None),
    )
    return list(session.scalars(due.order_by(CardRow.recorded_at).limit(limit)))


# --- finding cards


def _fell_on(desk: Desk) -> ColumnElement[bool]:
    return exists().where(
        CardDeskRow.card_id == CardRow.id,
        CardDeskRow.department == desk.department,
        CardDeskRow.region_code == desk.region_code,
    )


def _standing() -> ColumnElement[bool]:
    """It holds against its desk now: its clock runs on past the date it fell for, and no red card has taken its place."""
    red = aliased(CardRow)
    replaced = exists().where(
        red.clock_id == CardRow.clock_id,
        red.due_on == CardRow.due_on,
        red.colour == "red",
        red.withdrawn_at.is_(None),
    )
    of_clock = and_(ClockRow.finished_at.is_(None), ClockRow.due_on == CardRow.due_on)
    of_case = and_(CardRow.clock_id.is_(None), CaseRow.closed_at.is_(None))
    return and_(CardRow.withdrawn_at.is_(None), or_(of_clock, of_case), or_(CardRow.colour == "red", ~replaced))


_SHOWN: dict[CardShow, Any] = {
    CardShow.ALL: lambda wanted: True,
    CardShow.STANDING: lambda wanted: _standing(),
    CardShow.UNEXPLAINED: lambda wanted: and_(CardRow.withdrawn_at.is_(None), CardRow.state.in_(UNANSWERED)),
    CardShow.APPEALED: lambda wanted: and_(CardRow.withdrawn_at.is_(None), CardRow.state == CardState.APPEALED),
    CardShow.ESCALATED: lambda wanted: and_(
        CardRow.withdrawn_at.is_(None), CardRow.state.in_(UNANSWERED), CardRow.escalated_at.is_not(None)
    ),
    CardShow.WITHDRAWN: lambda wanted: CardRow.withdrawn_at.is_not(None),
}


def card_conditions(wanted: CardWanted) -> list[ColumnElement[bool]]:
    """The one condition behind a figure of cards and the list it leads to."""
    found: list[ColumnElement[bool]] = []
    if wanted.show is not CardShow.ALL:
        found.append(_SHOWN[wanted.show](wanted))
    if wanted.villages is not None:
        found.append(CaseRow.village_code.in_(sorted(wanted.villages)))
        if wanted.own_desk:
            # The attack: a desk asks for village after village until it knows where its bad rating came from.
            found.append(CardRow.rule != Rule.FOLLOW_UP_LIMIT)
    found += [_fell_on(desk) for desk in (wanted.own_desk, wanted.desk) if desk]
    if wanted.colour:
        found.append(CardRow.colour == wanted.colour)
    if wanted.rule:
        found.append(CardRow.rule == wanted.rule)
    if wanted.fell_from:
        found.append(CardRow.fell_at >= wanted.fell_from)
    return found


def _joined(statement: Select[Any]) -> Select[Any]:
    return statement.join(CaseRow, CaseRow.id == CardRow.case_id).outerjoin(ClockRow, ClockRow.id == CardRow.clock_id)


def count_cards(session: Session, wanted: CardWanted) -> int:
    statement = _joined(select(func.count(CardRow.id)).select_from(CardRow))
    return session.scalar(statement.where(*card_conditions(wanted))) or 0


def list_cards_wanted(
    session: Session, wanted: CardWanted, limit: int, offset: int = 0
) -> list[tuple[CardRow, CaseRow, ClockRow | None]]:
    """The newest first."""
    statement = _joined(select(CardRow, CaseRow, ClockRow).select_from(CardRow)).where(*card_conditions(wanted))
    ordered = statement.order_by(CardRow.fell_at.desc(), CardRow.id.desc()).limit(limit).offset(offset)
    return [(row[0], row[1], row[2]) for row in session.execute(ordered)]


def sum_by_desk(session: Session, wanted: CardWanted) -> list[CardSum]:
    """A card that fell on two desks counts with each of them."""
    keys = (CardDeskRow.department, CardDeskRow.region_code)
    statement = _joined(_sums(*keys)).join(CardDeskRow, CardDeskRow.card_id == CardRow.id)
    return _read_sums(session, statement.where(*card_conditions(wanted)).group_by(*keys))


def sum_by_village(session: Session, wanted: CardWanted) -> list[CardSum]:
    statement = _joined(_sums(CaseRow.village_code))
    return _read_sums(session, statement.where(*card_conditions(wanted)).group_by(CaseRow.village_code))


def _sums(*keys: Any) -> Select[Any]:
    red = func.count(distinct(CardRow.id)).filter(CardRow.colour == "red")
    yellow = func.count(distinct(CardRow.id)).filter(CardRow.colour == "yellow")
    return select(*keys, red, yellow, func.min(CardRow.fell_at), func.min(CardRow.due_on)).select_from(CardRow)


def _read_sums(session: Session, statement: Select[Any]) -> list[CardSum]:
    return [CardSum(tuple(row[:-4]), *row[-4:]) for row in session.execute(statement)]


def list_desk_cards_to_answer(session: Session, desk: Desk, limit: int) -> list[tuple[CardRow, CaseRow]]:
    """What this desk still owes an explanation for, the oldest first."""
    statement = select(CardRow, CaseRow).join(CaseRow, CaseRow.id == CardRow.case_id)
    owed = statement.where(
        _fell_on(desk), CardRow.withdrawn_at.is_(None), CardRow.state.in_(UNANSWERED), CardRow.colour == "red"
    )
    return [(row[0], row[1]) for row in session.execute(owed.order_by(CardRow.fell_at).limit(limit))]


def list_last_reminders(session: Session, card_ids: Iterable[int]) -> dict[int, CardActRow]:
    """The newest reminder of each card."""
    rows = session.scalars(
        select(CardActRow)
        .where(CardActRow.card_id.in_(list(card_ids)), CardActRow.kind == "reminded")
        .order_by(CardActRow.id)
    )
    return {row.card_id: row for row in rows}
