"""Correction requests and their answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class CorrectionRow(Row):
    """补正: all points at once; `answered_packet_id` is the packet that brought the papers."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    requested_at: Mapped[datetime]
    requested_by: Mapped[str]
    desk: Mapped[str]
    points: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    status_before: Mapped[str]
    answered_at: Mapped[datetime | None]
    answered_packet_id: Mapped[str | None] = mapped_column(unique=True)


def list_corrections(session: Session, case_id: str) -> list[CorrectionRow]:
    return list(
        session.scalars(select(CorrectionRow).where(CorrectionRow.case_id == case_id).order_by(CorrectionRow.id))
    )


def find_open_correction(session: Session, case_id: str) -> CorrectionRow | None:
    return session.scalar(
        select(CorrectionRow).where(CorrectionRow.case_id == case_id, CorrectionRow.answered_at.is_(None))
    )


def find_correction_by_packet(session: Session, packet_id: str) -> CorrectionRow | None:
    return session.scalar(select(CorrectionRow).where(CorrectionRow.answered_packet_id == packet_id))
