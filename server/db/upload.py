"""Resumable uploads under way."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class UploadRow(Row):
    """`received` is what is durable on disk; bytes beyond it in the file are forgotten and sent again."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(primary_key=True)
    machine_id: Mapped[str] = mapped_column(ForeignKey("machine.id"), index=True)
    packet_id: Mapped[str]
    length: Mapped[int]
    received: Mapped[int]
    started_at: Mapped[datetime]
    last_bytes_at: Mapped[datetime] = mapped_column(index=True)


def lock_upload(session: Session, upload_id: str, machine_id: str) -> UploadRow | None:
    """The upload, when it belongs to this machine: nobody resumes another's (BOLA)."""
    return session.scalar(
        select(UploadRow).where(UploadRow.id == upload_id, UploadRow.machine_id == machine_id).with_for_update()
    )


def list_stale_uploads(session: Session, before: datetime) -> list[UploadRow]:
    return list(session.scalars(select(UploadRow).where(UploadRow.last_bytes_at < before)))
