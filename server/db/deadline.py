"""Clocks of cases, their stops, and the cards that fell."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from server.db.base import Row
from server.db.case import CaseRow, StageRow


class ClockRow(Row):
    """One limit of one case. `due_on` and `next_check_at` are None while a stop is open or once it is over."""

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("case_id", "kind"),
        # The sweep costs by what is due, not by what exists.
        Index("ix_clock_next_check_at", "next_check_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"))
    kind: Mapped[str]
    limit_days: Mapped[int]
    unit: Mapped[str]
    started_on: Mapped[date]
    due_on: Mapped[date | None]
    next_check_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    pauses: Mapped[list["PauseRow"]] = relationship(order_by="PauseRow.id", lazy="selectin")
    cards: Mapped[list["CardRow"]] = relationship(order_by="CardRow.id", lazy="selectin")


class PauseRow(Row):
    """停表: why, from when to when."""

    __tablename__ = "clock_pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"), index=True)
    reason: Mapped[str]
    started_on: Mapped[date]
    ended_on: Mapped[date | None]


class CardRow(Row):
    """黄牌/红牌 as a record: rule and version, evidence, and whom it fell on."""

    __tablename__ = "card"
    __table_args__ = (UniqueConstraint("clock_id", "colour", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    colour: Mapped[str]
    rule: Mapped[str]
    rule_version: Mapped[int]
    due_on: Mapped[date]
    fell_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    desks: Mapped[list[str]] = mapped_column(JSON)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)


def list_clocks(session: Session, case_id: str) -> list[ClockRow]:
    return list(session.scalars(select(ClockRow).where(ClockRow.case_id == case_id).order_by(ClockRow.id)))


def list_clocks_of(session: Session, case_ids: list[str]) -> list[ClockRow]:
    return list(session.scalars(select(ClockRow).where(ClockRow.case_id.in_(case_ids)).order_by(ClockRow.id)))


def list_due_clock_ids(session: Session, now: datetime, limit: int) -> list[int]:
    return list(
        session.scalars(
            select(ClockRow.id)
            .where(ClockRow.next_check_at <= now)
            .order_by(ClockRow.next_check_at, ClockRow.id)
            .limit(limit)
        )
    )


def lock_case_of_clock(session: Session, clock_id: int) -> CaseRow | None:
    of_clock = select(ClockRow.case_id).where(ClockRow.id == clock_id).scalar_subquery()
    return session.scalar(select(CaseRow).where(CaseRow.id == of_clock).with_for_update())


def lock_clock(session: Session, clock_id: int) -> ClockRow | None:
    return session.scalar(select(ClockRow).where(ClockRow.id == clock_id).with_for_update())


def list_cards_of_desk(session: Session, department: str, region_code: str, limit: int) -> list[CardRow]:
    """Of the cases this desk has a stage of, the newest first."""
    at_desk = select(StageRow.case_id).where(StageRow.department == department, StageRow.region_code == region_code)
    return _newest_cards(session, CardRow.case_id.in_(at_desk), limit)


def list_cards_of_villages(session: Session, village_codes: list[str], limit: int) -> list[CardRow]:
    """Of these villages' cases, the newest first."""
    from_there = select(CaseRow.id).where(CaseRow.village_code.in_(village_codes))
    return _newest_cards(session, CardRow.case_id.in_(from_there), limit)


def _newest_cards(session: Session, wanted: ColumnElement[bool], limit: int) -> list[CardRow]:
    return list(session.scalars(select(CardRow).where(wanted).order_by(CardRow.id.desc()).limit(limit)))
