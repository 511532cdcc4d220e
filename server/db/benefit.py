"""Benefits that go on after their case is done: where each stands, its re-verifications, and what happened to it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.db.resident import ResidentRow


class BenefitRow(Row):
    """待遇 of one person. Months are written 2026-10; `person_masked` is all a list may show."""

    __tablename__ = "benefit"
    __table_args__ = (
        # The job costs by what is due, not by what exists.
        Index("ix_benefit_next_check_on", "next_check_on", "id"),
        Index("ix_benefit_village", "village_code", "state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), index=True)
    item_code: Mapped[str] = mapped_column(index=True)
    item_name: Mapped[str]
    department: Mapped[str]
    village_code: Mapped[str]
    person_masked: Mapped[str]
    # Of a household of several: one member's death changes it and does not end it.
    members: Mapped[int]
    state: Mapped[str]
    start_month: Mapped[str | None]
    recheck_months: Mapped[int | None]
    months_after_death: Mapped[int]
    termination_notice_days: Mapped[int]
    next_due_on: Mapped[date | None]
    next_check_on: Mapped[date | None]
    suspended_from: Mapped[str | None]
    paid_through: Mapped[str | None]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RecheckRow(Row):
    """复核 of one benefit: the data match first, a visit only for whom it does not find."""

    __tablename__ = "benefit_recheck"

    id: Mapped[str] = mapped_column(primary_key=True)
    benefit_id: Mapped[str] = mapped_column(ForeignKey("benefit.id"), index=True)
    state: Mapped[str] = mapped_column(index=True)
    due_on: Mapped[date]
    opened_at: Mapped[datetime]
    matched_at: Mapped[datetime | None]
    matched_by: Mapped[str | None]
    way: Mapped[str | None]
    note: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    finished_by: Mapped[str | None]


class BenefitEntryRow(Row):
    """What happened to a benefit; nothing is ever deleted, a reversal stands beside what it reverses."""

    __tablename__ = "benefit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    benefit_id: Mapped[str] = mapped_column(ForeignKey("benefit.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    actor_name: Mapped[str]
    note: Mapped[str]


def lock_benefit(session: Session, benefit_id: str) -> BenefitRow | None:
    return session.scalar(select(BenefitRow).where(BenefitRow.id == benefit_id).with_for_update())


def find_benefit(session: Session, benefit_id: str) -> BenefitRow | None:
    return session.get(BenefitRow, benefit_id)


def list_benefits_of_resident(session: Session, resident_id: str) -> list[BenefitRow]:
    return list(
        session.scalars(select(BenefitRow).where(BenefitRow.resident_id == resident_id).order_by(BenefitRow.opened_at))
    )


def list_benefits_of_villages(
    session: Session, village_codes: list[str], department: str | None, limit: int
) -> list[tuple[BenefitRow, RecheckRow | None]]:
    """With the open re-verification of each; those with one first, then by the day they are due, the ended last."""
    open_check = (
        select(RecheckRow.id)
        .where(RecheckRow.benefit_id == BenefitRow.id, RecheckRow.finished_at.is_(None))
        .correlate(BenefitRow)
        .scalar_subquery()
    )
    wanted = (
        select(BenefitRow, RecheckRow)
        .outerjoin(RecheckRow, RecheckRow.id == open_check)
        .where(BenefitRow.village_code.in_(village_codes))
    )
    if department:
        wanted = wanted.where(BenefitRow.department == department)
    order = (
        BenefitRow.state == "terminated", RecheckRow.id.is_(None), BenefitRow.next_due_on.is_(None),
        BenefitRow.next_due_on, BenefitRow.opened_at,
    )  # fmt: skip
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(*order).limit(limit))]


def list_due_benefit_ids(session: Session, today: date, limit: int) -> list[str]:
    return list(
        session.scalars(
            select(BenefitRow.id)
            .where(BenefitRow.next_check_on <= today)
            .order_by(BenefitRow.next_check_on, BenefitRow.id)
            .limit(limit)
        )
    )


def find_open_recheck(session: Session, benefit_id: str) -> RecheckRow | None:
    return session.scalar(
        select(RecheckRow).where(RecheckRow.benefit_id == benefit_id, RecheckRow.finished_at.is_(None))
    )


def list_rechecks(session: Session, benefit_id: str) -> list[RecheckRow]:
    return list(
        session.scalars(select(RecheckRow).where(RecheckRow.benefit_id == benefit_id).order_by(RecheckRow.opened_at))
    )


def list_benefit_entries(session: Session, benefit_id: str) -> list[BenefitEntryRow]:
    return list(
        session.scalars(
            select(BenefitEntryRow).where(BenefitEntryRow.benefit_id == benefit_id).order_by(BenefitEntryRow.id)
        )
    )


def list_people_drawing(session: Session, item_code: str, village_code: str) -> list[ResidentRow]:
    """Whoever of the village draws the item's benefit now, or did until it was suspended."""
    wanted = (
        select(ResidentRow)
        .join(BenefitRow, BenefitRow.resident_id == ResidentRow.id)
        .where(BenefitRow.item_code == item_code, BenefitRow.village_code == village_code)
        .where(BenefitRow.state != "terminated")
        .order_by(BenefitRow.opened_at, BenefitRow.id)
    )
    return list(session.scalars(wanted))
