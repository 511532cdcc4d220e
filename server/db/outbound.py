"""Messages to send: rows written in the transaction that caused them, delivered by a job."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class OutboundRow(Row):
    """`state`: queued, sending, sent, failed. `dedup_key` keeps one event from telling one person twice."""

    __tablename__ = "outbound"
    __table_args__ = (Index("ix_outbound_next_attempt_at", "next_attempt_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dedup_key: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    openid: Mapped[str]
    kind: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    url: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    written_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    provider_message_id: Mapped[str | None]
    fault: Mapped[str | None]


def list_due_message_ids(session: Session, now: datetime, limit: int) -> list[int]:
    return list(
        session.scalars(
            select(OutboundRow.id)
            .where(OutboundRow.next_attempt_at <= now)
            .order_by(OutboundRow.next_attempt_at, OutboundRow.id)
            .limit(limit)
        )
    )


def lock_message(session: Session, message_id: int) -> OutboundRow | None:
    return session.scalar(select(OutboundRow).where(OutboundRow.id == message_id).with_for_update(skip_locked=True))


def list_messages(session: Session, case_id: str) -> list[OutboundRow]:
    return list(session.scalars(select(OutboundRow).where(OutboundRow.case_id == case_id).order_by(OutboundRow.id)))
