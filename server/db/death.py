"""Reports of a death, what each one changed, and which desks were told; a wrong report is withdrawn and stays on record."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class DeathReportRow(Row):
    """死亡报告. The person is sealed and found by the blind index; `name_masked` is all a list may show."""

    __tablename__ = "death_report"

    id: Mapped[str] = mapped_column(primary_key=True)
    village_code: Mapped[str] = mapped_column(index=True)
    number_index: Mapped[str] = mapped_column(index=True)
    sealed: Mapped[bytes]
    name_masked: Mapped[str]
    died_on: Mapped[date]
    source: Mapped[str]
    state: Mapped[str]
    # The person's index again while the report holds, None once it is withdrawn: two at once cannot report twice.
    standing_index: Mapped[str | None] = mapped_column(unique=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("service_case.id"))
    reported_by: Mapped[str]
    reported_by_name: Mapped[str]
    reported_at: Mapped[datetime]
    confirmed_by_name: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    withdrawn_by_name: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]


class DeathEffectRow(Row):
    """One thing a report changed, and how it stood before, so that a wrong report can be put right."""

    __tablename__ = "death_effect"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[str] = mapped_column(ForeignKey("death_report.id"), index=True)
    kind: Mapped[str]
    case_id: Mapped[str | None] = mapped_column(ForeignKey("service_case.id"))
    benefit_id: Mapped[str | None] = mapped_column(ForeignKey("benefit.id"))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str]
    undone_at: Mapped[datetime | None]
    undone_note: Mapped[str | None]


class DeathNoticeRow(Row):
    """What one desk has to do about it: an entry of its task list until somebody there acknowledges it."""

    __tablename__ = "death_notice"
    __table_args__ = (Index("ix_death_notice_desk", "department", "region_code", "acknowledged_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[str] = mapped_column(ForeignKey("death_report.id"), index=True)
    kind: Mapped[str]
    department: Mapped[str]
    region_code: Mapped[str]
    what: Mapped[str]
    sent_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]


def lock_report(session: Session, report_id: str) -> DeathReportRow | None:
    return session.scalar(select(DeathReportRow).where(DeathReportRow.id == report_id).with_for_update())


def find_report(session: Session, report_id: str) -> DeathReportRow | None:
    return session.get(DeathReportRow, report_id)


def find_standing_report(session: Session, number_index: str) -> DeathReportRow | None:
    """The report on this person that has not been withdrawn."""
    return session.scalar(select(DeathReportRow).where(DeathReportRow.standing_index == number_index))


def list_reports(session: Session, village_codes: list[str], limit: int) -> list[DeathReportRow]:
    """Those still to be confirmed first, then the newest."""
    return list(
        session.scalars(
            select(DeathReportRow)
            .where(DeathReportRow.village_code.in_(village_codes))
            .order_by(DeathReportRow.state != "reported", DeathReportRow.reported_at.desc())
            .limit(limit)
        )
    )


def list_effects(session: Session, report_id: str) -> list[DeathEffectRow]:
    return list(
        session.scalars(select(DeathEffectRow).where(DeathEffectRow.report_id == report_id).order_by(DeathEffectRow.id))
    )


def list_notices_of(session: Session, report_id: str) -> list[DeathNoticeRow]:
    return list(
        session.scalars(select(DeathNoticeRow).where(DeathNoticeRow.report_id == report_id).order_by(DeathNoticeRow.id))
    )


def list_notices_at_desk(session: Session, department: str, region_code: str) -> list[DeathNoticeRow]:
    """Not acknowledged yet, the oldest first."""
    return list(
        session.scalars(
            select(DeathNoticeRow)
            .where(
                DeathNoticeRow.department == department,
                DeathNoticeRow.region_code == region_code,
                DeathNoticeRow.acknowledged_at.is_(None),
            )
            .order_by(DeathNoticeRow.sent_at, DeathNoticeRow.id)
        )
    )


def lock_notice(session: Session, notice_id: int) -> DeathNoticeRow | None:
    return session.scalar(select(DeathNoticeRow).where(DeathNoticeRow.id == notice_id).with_for_update())
