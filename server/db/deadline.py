"""Clocks of cases, the log they are folded from, and the cards that fell."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from forms.clock import local_date
from server.db.base import Row
from server.db.case import CaseRow
from server.domain.clock_log import Entry, EntryKind


class ClockEntryRow(Row):
    """One line of the log; only ever added. `clock_id` is None where it is about the case as a whole."""

    __tablename__ = "clock_entry"
    __table_args__ = (Index("ix_clock_entry_case_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"))
    clock_id: Mapped[int | None]
    at: Mapped[datetime]
    kind: Mapped[str]
    said: Mapped[dict[str, Any]] = mapped_column(JSON)


class ClockRow(Row):
    """One limit of one case as the log last came to it; everything below `unit` is computed from the log.

    `due_on`, `due_at` and `next_check_at` are None while a stop is open; the last one also once there is nothing to fall.
    `stops`: reason, started_at, ended_at, who may end it.
    """

    __tablename__ = "case_clock"
    __table_args__ = (
        UniqueConstraint("case_id", "kind", "subject"),
        # The sweep costs by what is due, not by what exists.
        Index("ix_case_clock_next_check_at", "next_check_at", "id"),
        Index("ix_case_clock_desk", "department", "region_code", "finished_at"),
        Index("ix_case_clock_open", "finished_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"))
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    stage_id: Mapped[str | None]
    department: Mapped[str | None]
    region_code: Mapped[str | None]
    started_at: Mapped[datetime]
    unit: Mapped[str]
    amount: Mapped[int]
    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    used: Mapped[int | None]
    stops: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    # Loaded when asked for, or by `case_list.list_whole_clocks` for a whole list: most errands want the clocks alone.
    cards: Mapped[list["CardRow"]] = relationship(order_by="CardRow.id")

    @property
    def open_stop(self) -> dict[str, Any] | None:
        return next((stop for stop in self.stops if stop["ended_at"] is None), None)

    @property
    def standing_cards(self) -> list["CardRow"]:
        return [card for card in self.cards if card.withdrawn_at is None]


class CardRow(Row):
    """黄牌/红牌 as a record: rule and version, evidence, when it fell and on whom, and whether it was taken back."""

    __tablename__ = "supervision_card"
    __table_args__ = (
        UniqueConstraint("clock_id", "colour", "due_on", "fell_at"),
        # What is to be escalated is found by what is due, not by looking at every card there ever was.
        Index("ix_supervision_card_unanswered", "state", "colour", "escalated_at", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int | None] = mapped_column(ForeignKey("case_clock.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    colour: Mapped[str]
    rule: Mapped[str]
    rule_version: Mapped[int]
    due_on: Mapped[date]
    fell_at: Mapped[datetime] = mapped_column(index=True)
    recorded_at: Mapped[datetime]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    withdrawn_at: Mapped[datetime | None]
    # "calendar": the recomputation took it back; "appeal": a supervisor did.
    withdrawn_for: Mapped[str | None]
    # Where its life stands, as the fold of its acts says (`server.domain.card`).
    state: Mapped[str] = mapped_column(default="fallen", server_default="fallen")
    escalated_at: Mapped[datetime | None]

    fell_on: Mapped[list["CardDeskRow"]] = relationship(order_by="CardDeskRow.id", lazy="selectin")


class CardDeskRow(Row):
    """One desk a card fell on."""

    __tablename__ = "card_desk"
    __table_args__ = (Index("ix_card_desk_desk", "department", "region_code", "card_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("supervision_card.id"), index=True)
    department: Mapped[str]
    region_code: Mapped[str]


def add_entry(
    session: Session, case_id: str, clock_id: int | None, at: datetime, kind: str, said: dict[str, Any]
) -> None:
    session.add(ClockEntryRow(case_id=case_id, clock_id=clock_id, at=at, kind=kind, said=said))
    session.flush()


def list_entries(session: Session, case_id: str) -> list[Entry]:
    """The log of a case in the order it was written."""
    wanted = select(ClockEntryRow.at, ClockEntryRow.kind, ClockEntryRow.clock_id, ClockEntryRow.said)
    written = session.execute(wanted.where(ClockEntryRow.case_id == case_id).order_by(ClockEntryRow.id))
    return [Entry(at, EntryKind(kind), clock_id, said) for at, kind, clock_id, said in written]


def find_last_said(session: Session, case_id: str, kind: str) -> dict[str, Any] | None:
    """What the newest entry of this kind says."""
    wanted = select(ClockEntryRow.said).where(ClockEntryRow.case_id == case_id, ClockEntryRow.kind == kind)
    return session.scalar(wanted.order_by(ClockEntryRow.id.desc()).limit(1))


def list_clocks(session: Session, case_id: str) -> list[ClockRow]:
    return list(session.scalars(select(ClockRow).where(ClockRow.case_id == case_id).order_by(ClockRow.id)))


def list_due_clock_ids(session: Session, now: datetime, limit: int) -> list[int]:
    return list(
        session.scalars(
            select(ClockRow.id)
            .where(ClockRow.next_check_at <= now)
            .order_by(ClockRow.next_check_at, ClockRow.id)
            .limit(limit)
        )
    )


def is_due(session: Session, clock_id: int, now: datetime) -> bool:
    return bool(session.scalar(select(ClockRow.next_check_at <= now).where(ClockRow.id == clock_id)))


def find_next_check(session: Session) -> datetime | None:
    """When the next card of all falls; None when none is waiting to."""
    return session.scalar(select(func.min(ClockRow.next_check_at)))


def count_due_clocks(session: Session, now: datetime) -> int:
    return session.scalar(select(func.count(ClockRow.id)).where(ClockRow.next_check_at <= now)) or 0


def list_case_ids_running_since(session: Session, since: datetime) -> list[str]:
    """Cases with a clock that runs, ran at or after `since`, or was due then: whom a changed calendar can touch.

    A clock that was ended early is touched too: its last day moves with any day before that one.
    """
    reaching = select(ClockRow.case_id).where(
        or_(ClockRow.finished_at.is_(None), ClockRow.finished_at >= since, ClockRow.due_on >= local_date(since))
    )
    return list(session.scalars(reaching.distinct().order_by(ClockRow.case_id)))


def lock_cases(session: Session, case_ids: Sequence[str], at_once: int = 500) -> list[CaseRow]:
    """These cases in the order of their ids, as every errand that locks several does."""
    locked: list[CaseRow] = []
    for first in range(0, len(case_ids), at_once):
        wanted = select(CaseRow).where(CaseRow.id.in_(case_ids[first : first + at_once])).order_by(CaseRow.id)
        locked += session.scalars(wanted.with_for_update().execution_options(populate_existing=True))
    return locked


def lock_case_of_clock(session: Session, clock_id: int) -> CaseRow | None:
    of_clock = select(ClockRow.case_id).where(ClockRow.id == clock_id).scalar_subquery()
    return session.scalar(select(CaseRow).where(CaseRow.id == of_clock).with_for_update())


def list_cards(session: Session, case_id: str) -> list[CardRow]:
    return list(
        session.scalars(select(CardRow).where(CardRow.case_id == case_id).order_by(CardRow.fell_at, CardRow.id))
    )


def list_cards_of_desk(session: Session, department: str, region_code: str, limit: int) -> list[CardRow]:
    """The cards that fell on this desk, the newest first."""
    on_it = select(CardDeskRow.card_id).where(
        CardDeskRow.department == department, CardDeskRow.region_code == region_code
    )
    return _newest_cards(session, CardRow.id.in_(on_it), limit)


def list_cards_of_villages(session: Session, village_codes: Iterable[str], limit: int) -> list[CardRow]:
    """Of these villages' cases, the newest first."""
    from_there = select(CaseRow.id).where(CaseRow.village_code.in_(list(village_codes)))
    return _newest_cards(session, CardRow.case_id.in_(from_there), limit)


def _newest_cards(session: Session, wanted: ColumnElement[bool], limit: int) -> list[CardRow]:
    return list(
        session.scalars(select(CardRow).where(wanted).order_by(CardRow.fell_at.desc(), CardRow.id.desc()).limit(limit))
    )
