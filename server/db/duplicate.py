"""Pairs of cases that may be one and the same application."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.db.case import CaseRow


class DuplicateRow(Row):
    """可能重复: the later case and the earlier one it looks like."""

    __tablename__ = "case_duplicate"
    __table_args__ = (UniqueConstraint("case_id", "earlier_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"))
    earlier_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    found_at: Mapped[datetime]


def list_cases_of_resident(session: Session, resident_id: str, item_code: str) -> list[CaseRow]:
    wanted = select(CaseRow).where(CaseRow.resident_id == resident_id, CaseRow.item_code == item_code)
    return list(session.scalars(wanted.order_by(CaseRow.received_at, CaseRow.case_number)))


def list_duplicates(session: Session, case_id: str) -> list[CaseRow]:
    """The other halves of this case's pairs, whichever came first."""
    pairs = session.scalars(
        select(DuplicateRow).where(or_(DuplicateRow.case_id == case_id, DuplicateRow.earlier_id == case_id))
    ).all()
    others = {pair.earlier_id if pair.case_id == case_id else pair.case_id for pair in pairs}
    return list(session.scalars(select(CaseRow).where(CaseRow.id.in_(others)).order_by(CaseRow.case_number)))
