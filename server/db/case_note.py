"""What officials note on a case among themselves: who has it in hand, near relatives, a possible duplicate.

Kept apart from the events, which villagers read and phones are told: nothing here can slip onto a public page.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class CaseNoteRow(Row):
    __tablename__ = "case_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_name: Mapped[str]
    words: Mapped[str]


def list_notes(session: Session, case_id: str) -> list[CaseNoteRow]:
    return list(session.scalars(select(CaseNoteRow).where(CaseNoteRow.case_id == case_id).order_by(CaseNoteRow.id)))
