"""Follow-ups of bad ratings, and what was done in each: entries are added and never changed."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.db.deadline import CardRow, ClockRow


class FollowUpRow(Row):
    """`department` and `region_code` are the desk that must put it right; `handler` is whoever of the control centre
    took it on and may know the case."""

    __tablename__ = "follow_up"

    id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("rating.case_id"), unique=True)
    village_code: Mapped[str] = mapped_column(index=True)
    department: Mapped[str]
    region_code: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    may_be_called: Mapped[bool]
    handler: Mapped[str | None]
    handler_name: Mapped[str | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class FollowUpEntryRow(Row):
    """One step taken. `words` are masked; those of a reply are read by the rater."""

    __tablename__ = "follow_up_entry"
    # Two who act at once, or one who sends a form twice: only one takes the next place.
    __table_args__ = (UniqueConstraint("follow_up_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[str] = mapped_column(ForeignKey("follow_up.id"))
    position: Mapped[int]
    step: Mapped[str]
    words: Mapped[str]
    entered_by: Mapped[str]
    entered_by_name: Mapped[str]
    entered_at: Mapped[datetime]


def find_follow_up(session: Session, follow_up_id: str) -> FollowUpRow | None:
    return session.get(FollowUpRow, follow_up_id)


def find_follow_up_of_case(session: Session, case_id: str) -> FollowUpRow | None:
    return session.scalar(select(FollowUpRow).where(FollowUpRow.case_id == case_id))


def list_entries(session: Session, follow_up_id: str) -> list[FollowUpEntryRow]:
    return list(
        session.scalars(
            select(FollowUpEntryRow)
            .where(FollowUpEntryRow.follow_up_id == follow_up_id)
            .order_by(FollowUpEntryRow.position)
        )
    )


def list_follow_ups(
    session: Session, village_codes: list[str], limit: int, *, department: str | None = None
) -> list[FollowUpRow]:
    """Open ones first, the oldest on top; then those closed last. Of one department, where it is named."""
    wanted = select(FollowUpRow).where(FollowUpRow.village_code.in_(village_codes))
    if department is not None:
        wanted = wanted.where(FollowUpRow.department == department)
    order = (FollowUpRow.closed_at.is_not(None), FollowUpRow.closed_at.desc(), FollowUpRow.opened_at)
    return list(session.scalars(wanted.order_by(*order).limit(limit)))


def list_follow_ups_of_cases(session: Session, case_ids: list[str]) -> list[FollowUpRow]:
    return list(session.scalars(select(FollowUpRow).where(FollowUpRow.case_id.in_(case_ids))))


def list_late_case_ids(session: Session, case_ids: list[str]) -> set[str]:
    """Those with a red card on a clock of their follow-up."""
    red = (
        select(CardRow.case_id)
        .join(ClockRow, ClockRow.id == CardRow.clock_id)
        .where(
            CardRow.case_id.in_(case_ids),
            CardRow.colour == "red",
            CardRow.withdrawn_at.is_(None),
            ClockRow.kind == "follow_up",
        )
    )
    return set(session.scalars(red))
