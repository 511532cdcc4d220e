"""公示: what hangs out, from when until when."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.db.proceeding import ObjectionRow


class PublicNoticeRow(Row):
    """`columns` are already masked: nothing on this row needs hiding. The last day is `ends_on`."""

    __tablename__ = "public_notice"
    __table_args__ = (Index("ix_public_notice_open", "ended_at", "ends_on"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    stage_id: Mapped[str]
    village_code: Mapped[str] = mapped_column(index=True)
    item_name: Mapped[str]
    columns: Mapped[list[Any]] = mapped_column(JSON)
    started_at: Mapped[datetime]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    ended_at: Mapped[datetime | None]


def list_expired_notice_ids(session: Session, today: date) -> list[str]:
    """Notices whose days are over and which no unanswered objection holds."""
    return list(session.scalars(select(PublicNoticeRow.id).where(*_expired(today)).order_by(PublicNoticeRow.ends_on)))


def find_expired_notice(session: Session, notice_id: str, today: date) -> PublicNoticeRow | None:
    """This one as it is now, when it is (still) one of the above."""
    wanted = select(PublicNoticeRow).where(PublicNoticeRow.id == notice_id, *_expired(today))
    return session.scalar(wanted.execution_options(populate_existing=True))


def _expired(today: date) -> tuple[ColumnElement[bool], ...]:
    # Of the case, not of this notice: one raised against an earlier notice of it wants its answer all the same.
    held = select(ObjectionRow.id).where(
        ObjectionRow.case_id == PublicNoticeRow.case_id, ObjectionRow.decided_at.is_(None)
    )
    return PublicNoticeRow.ended_at.is_(None), PublicNoticeRow.ends_on < today, ~held.exists()


def list_open_notices(session: Session, village_code: str | None = None) -> list[PublicNoticeRow]:
    wanted = select(PublicNoticeRow).where(PublicNoticeRow.ended_at.is_(None))
    if village_code:
        wanted = wanted.where(PublicNoticeRow.village_code == village_code)
    return list(session.scalars(wanted.order_by(PublicNoticeRow.ends_on)))


def find_notice(session: Session, case_id: str) -> PublicNoticeRow | None:
    """The newest public notice of a case."""
    return session.scalar(
        select(PublicNoticeRow)
        .where(PublicNoticeRow.case_id == case_id)
        .order_by(PublicNoticeRow.started_at.desc(), PublicNoticeRow.ended_at.is_not(None))
        .limit(1)
    )
