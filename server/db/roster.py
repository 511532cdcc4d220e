"""Rosters: one case's households row by row, objections to single rows, and what the payer stated."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.db.case import CaseRow


class RosterRow(Row):
    """名册 of one case. `approved_*` are fixed when the case is approved: what goes out is held against them."""

    __tablename__ = "roster"

    id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), unique=True)
    item_code: Mapped[str] = mapped_column(index=True)
    village_code: Mapped[str] = mapped_column(index=True)
    # 补报: the roster whose missed households this one makes up for.
    supplement_of: Mapped[str | None] = mapped_column(ForeignKey("roster.id"))
    state: Mapped[str]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    # When the list began to hang out; from then on nobody is added to it unseen.
    hung_at: Mapped[datetime | None]
    approved_rows: Mapped[int]
    approved_fen: Mapped[int] = mapped_column(BigInteger)
    approved_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]


class HouseholdRow(Row):
    """One line of a roster. Names and numbers are sealed; the same person is found by the blind index only."""

    __tablename__ = "roster_row"
    __table_args__ = (UniqueConstraint("roster_id", "number"), Index("ix_roster_row_person", "number_index"))

    id: Mapped[str] = mapped_column(primary_key=True)
    roster_id: Mapped[str] = mapped_column(ForeignKey("roster.id"))
    number: Mapped[int]
    sealed: Mapped[bytes]
    number_index: Mapped[str]
    fen: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str]
    reason: Mapped[str | None]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class RowObjectionRow(Row):
    """异议 to one row. Who objected is sealed and never shown in the village (社会救助暂行办法 第61条)."""

    __tablename__ = "roster_objection"

    id: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[str] = mapped_column(ForeignKey("roster_row.id"), index=True)
    sealed: Mapped[bytes]
    raised_at: Mapped[datetime]
    raised_by: Mapped[str]
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class PaymentRow(Row):
    """One run of the payer: how many households and how much went out, or came back."""

    __tablename__ = "roster_payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[str] = mapped_column(ForeignKey("roster.id"), index=True)
    kind: Mapped[str]
    rows: Mapped[int]
    fen: Mapped[int] = mapped_column(BigInteger)
    stated_at: Mapped[datetime]
    stated_by: Mapped[str]


def find_roster(session: Session, case_id: str) -> RosterRow | None:
    return session.scalar(select(RosterRow).where(RosterRow.case_id == case_id))


def roster_ids_of(session: Session, case_ids: list[str]) -> dict[str, str]:
    """Roster by case, of those cases that have one."""
    wanted = select(RosterRow.case_id, RosterRow.id).where(RosterRow.case_id.in_(case_ids))
    return {row[0]: row[1] for row in session.execute(wanted)}


def list_households(session: Session, roster_id: str) -> list[HouseholdRow]:
    return list(
        session.scalars(select(HouseholdRow).where(HouseholdRow.roster_id == roster_id).order_by(HouseholdRow.number))
    )


def last_number(session: Session, roster_id: str) -> int:
    return session.scalar(select(func.max(HouseholdRow.number)).where(HouseholdRow.roster_id == roster_id)) or 0


def list_same_people(
    session: Session, item_code: str, number_indexes: list[str], but_roster: str, ended: list[str]
) -> list[tuple[str, str]]:
    """(blind index, case number) of these people in other rosters of the item still under way, `ended` cases left out."""
    wanted = (
        select(HouseholdRow.number_index, CaseRow.case_number)
        .join(RosterRow, RosterRow.id == HouseholdRow.roster_id)
        .join(CaseRow, CaseRow.id == RosterRow.case_id)
        .where(
            RosterRow.item_code == item_code,
            RosterRow.id != but_roster,
            RosterRow.state != "settled",
            HouseholdRow.state != "excluded",
            HouseholdRow.number_index.in_(number_indexes),
            CaseRow.status.not_in(ended),
        )
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]


def list_people_of(session: Session, roster_id: str, number_indexes: list[str]) -> list[str]:
    """Which of these people one roster holds, those left out of it not counted."""
    wanted = select(HouseholdRow.number_index).where(
        HouseholdRow.roster_id == roster_id,
        HouseholdRow.state != "excluded",
        HouseholdRow.number_index.in_(number_indexes),
    )
    return list(session.scalars(wanted))


def list_open_objections(session: Session, roster_id: str) -> list[RowObjectionRow]:
    return list(
        session.scalars(
            select(RowObjectionRow)
            .join(HouseholdRow, HouseholdRow.id == RowObjectionRow.row_id)
            .where(HouseholdRow.roster_id == roster_id, RowObjectionRow.decided_at.is_(None))
            .order_by(RowObjectionRow.raised_at)
        )
    )


def list_objections(session: Session, row_id: str) -> list[RowObjectionRow]:
    return list(
        session.scalars(
            select(RowObjectionRow).where(RowObjectionRow.row_id == row_id).order_by(RowObjectionRow.raised_at)
        )
    )


def list_payments(session: Session, roster_id: str) -> list[PaymentRow]:
    return list(session.scalars(select(PaymentRow).where(PaymentRow.roster_id == roster_id).order_by(PaymentRow.id)))


def list_rosters_of_item(session: Session, item_code: str, village_code: str) -> list[tuple[RosterRow, str]]:
    """Approved rosters of the item in a village with their case numbers, newest first: what a 补报 can make up for."""
    wanted = (
        select(RosterRow, CaseRow.case_number)
        .join(CaseRow, CaseRow.id == RosterRow.case_id)
        .where(RosterRow.item_code == item_code, RosterRow.village_code == village_code)
        .where(RosterRow.approved_at.is_not(None))
        .order_by(RosterRow.approved_at.desc())
        .limit(12)
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]


def list_batch_cases(
    session: Session, item_codes: list[str], village_codes: list[str], limit: int
) -> list[tuple[CaseRow, RosterRow | None]]:
    """Cases of these items still open, or closed with a roster that is not settled; newest first."""
    wanted = (
        select(CaseRow, RosterRow)
        .outerjoin(RosterRow, RosterRow.case_id == CaseRow.id)
        .where(CaseRow.item_code.in_(item_codes), CaseRow.village_code.in_(village_codes))
        .where(or_(CaseRow.closed_at.is_(None), RosterRow.state == "approved"))
        .order_by(CaseRow.received_at.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]


def count_households(session: Session, roster_ids: list[str]) -> dict[str, int]:
    wanted = (
        select(HouseholdRow.roster_id, func.count(HouseholdRow.id))
        .where(HouseholdRow.roster_id.in_(roster_ids))
        .group_by(HouseholdRow.roster_id)
    )
    return {row[0]: row[1] for row in session.execute(wanted)}
