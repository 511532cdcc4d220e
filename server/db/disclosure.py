"""Published results: one entry for every closed case, or the reason why there is none."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class DisclosureRow(Row):
    """`columns` is masked already; None with `withheld_reason` says why nothing of this case is shown."""

    __tablename__ = "disclosure"

    id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), unique=True)
    village_code: Mapped[str] = mapped_column(index=True)
    item_code: Mapped[str] = mapped_column(index=True)
    item_name: Mapped[str]
    outcome: Mapped[str]
    columns: Mapped[list[Any] | None] = mapped_column(JSON)
    withheld_reason: Mapped[str | None]
    published_at: Mapped[datetime]


def list_results(session: Session, village_code: str | None, limit: int) -> list[DisclosureRow]:
    """Published results that show something, newest first."""
    wanted = select(DisclosureRow).where(DisclosureRow.withheld_reason.is_(None))
    if village_code:
        wanted = wanted.where(DisclosureRow.village_code == village_code)
    return list(session.scalars(wanted.order_by(DisclosureRow.published_at.desc()).limit(limit)))


def count_results(session: Session, village_code: str | None) -> tuple[int, dict[str, int]]:
    """(entries shown, entries withheld by reason)."""
    wanted = select(DisclosureRow.withheld_reason, func.count(DisclosureRow.id)).group_by(DisclosureRow.withheld_reason)
    if village_code:
        wanted = wanted.where(DisclosureRow.village_code == village_code)
    counts: dict[str | None, int] = dict(session.execute(wanted).all())
    return counts.pop(None, 0), counts


def find_result(session: Session, case_id: str) -> DisclosureRow | None:
    return session.scalar(select(DisclosureRow).where(DisclosureRow.case_id == case_id))
