"""Residents: who an application is for; names and numbers sealed, found by blind index only."""

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class ResidentRow(Row):
    __tablename__ = "resident"

    id: Mapped[str] = mapped_column(primary_key=True)
    id_number_index: Mapped[str] = mapped_column(unique=True)
    sealed_name: Mapped[bytes]
    sealed_id_number: Mapped[bytes]


def find_resident(session: Session, id_number_index: str) -> ResidentRow | None:
    return session.scalar(select(ResidentRow).where(ResidentRow.id_number_index == id_number_index))
