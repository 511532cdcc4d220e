"""Staff accounts and their sessions."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.domain.people import Role


class StaffRow(Row):
    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    department: Mapped[str]
    region_code: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class StaffSessionRow(Row):
    """Only the hash of the cookie's token is kept: a copy of the database signs nobody in."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf_token: Mapped[str]
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


def find_staff_by_name(session: Session, sign_in_name: str) -> StaffRow | None:
    return session.scalar(select(StaffRow).where(StaffRow.sign_in_name == sign_in_name))


def lock_staff_by_name(session: Session, sign_in_name: str) -> StaffRow | None:
    return session.scalar(select(StaffRow).where(StaffRow.sign_in_name == sign_in_name).with_for_update())


def count_staff(session: Session) -> int:
    return len(session.scalars(select(StaffRow.id)).all())


def desk_has_head(session: Session, department: str, region_code: str) -> bool:
    """Whether somebody who decides works at this desk; a village's or a small township's desk has none."""
    wanted = select(StaffRow.id).where(
        StaffRow.department == department,
        StaffRow.region_code == region_code,
        StaffRow.role == Role.DEPARTMENT_HEAD,
        StaffRow.active.is_(True),
    )
    return session.scalar(wanted.limit(1)) is not None


def find_session(session: Session, token_hash: str) -> tuple[StaffSessionRow, StaffRow] | None:
    row = session.execute(
        select(StaffSessionRow, StaffRow)
        .join(StaffRow, StaffRow.id == StaffSessionRow.staff_id)
        .where(StaffSessionRow.token_hash == token_hash)
    ).first()
    return (row[0], row[1]) if row else None
