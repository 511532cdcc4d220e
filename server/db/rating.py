"""Ratings: one per case."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class RatingRow(Row):
    """Who rated is not kept: the case says it, and only the control centre may join the two (评价人信息保密)."""

    __tablename__ = "rating"

    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    grade: Mapped[int]
    points: Mapped[int]
    comment: Mapped[str]
    channel: Mapped[str]
    rated_at: Mapped[datetime]


def find_rating(session: Session, case_id: str) -> RatingRow | None:
    return session.scalar(select(RatingRow).where(RatingRow.case_id == case_id))
