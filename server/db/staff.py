"""Staff accounts, the seats they had before, their absences and their sessions."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.domain.people import Role


class StaffRow(Row):
    """`one_time_until`: the password was made by another and only opens the door to choosing an own one, until then."""

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
    one_time_until: Mapped[datetime | None]


class StaffSessionRow(Row):
    """Only the hash of the cookie's token is kept: a copy of the database signs nobody in."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf_token: Mapped[str]
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class FormerSeatRow(Row):
    """Where somebody sat until a move: what was received there before it still has who answers for it."""

    __tablename__ = "staff_former_seat"

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(index=True)
    role: Mapped[str]
    department: Mapped[str]
    region_code: Mapped[str]
    until: Mapped[datetime]


class AbsenceRow(Row):
    """不在岗: from which day to which, at which desk, and who stands in; one ended early has `ended_at`."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(index=True)
    cover_name: Mapped[str | None] = mapped_column(index=True)
    department: Mapped[str]
    region_code: Mapped[str]
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    noted_by: Mapped[str]
    noted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def find_staff_by_name(session: Session, sign_in_name: str) -> StaffRow | None:
    return session.scalar(select(StaffRow).where(StaffRow.sign_in_name == sign_in_name))


def lock_staff_by_name(session: Session, sign_in_name: str) -> StaffRow | None:
    return session.scalar(select(StaffRow).where(StaffRow.sign_in_name == sign_in_name).with_for_update())


def list_staff(session: Session) -> list[StaffRow]:
    return list(session.scalars(select(StaffRow).order_by(StaffRow.region_code, StaffRow.department, StaffRow.role)))


def list_staff_at_desk(session: Session, department: str, region_code: str) -> list[StaffRow]:
    at_desk = (StaffRow.department == department, StaffRow.region_code == region_code)
    return list(session.scalars(select(StaffRow).where(*at_desk).order_by(StaffRow.sign_in_name)))


def list_staff_named(session: Session, sign_in_names: set[str]) -> list[StaffRow]:
    return list(session.scalars(select(StaffRow).where(StaffRow.sign_in_name.in_(sign_in_names))))


def list_active_staff(session: Session) -> list[StaffRow]:
    return list(session.scalars(select(StaffRow).where(StaffRow.active.is_(True)).order_by(StaffRow.sign_in_name)))


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


def end_sessions_of(session: Session, staff_id: str, *, but: str = "") -> None:
    """`but` is the hash of the one session that goes on."""
    session.execute(
        delete(StaffSessionRow).where(StaffSessionRow.staff_id == staff_id, StaffSessionRow.token_hash != but)
    )


def list_covered(session: Session, cover_name: str, day: date) -> list[tuple[AbsenceRow, StaffRow]]:
    """The absences of that day in which this person stands in, and who is away."""
    rows = session.execute(
        select(AbsenceRow, StaffRow)
        .join(StaffRow, AbsenceRow.sign_in_name == StaffRow.sign_in_name)
        .where(AbsenceRow.cover_name == cover_name, *_on(day))
        .order_by(AbsenceRow.id)
    )
    return [(absence, absent) for absence, absent in rows]


def _on(day: date) -> tuple:
    return AbsenceRow.begins_on <= day, AbsenceRow.ends_on >= day, AbsenceRow.ended_at.is_(None)


def list_absences(session: Session, sign_in_name: str, since: date) -> list[AbsenceRow]:
    """Those that run or are still to come, earliest first."""
    wanted = select(AbsenceRow).where(
        AbsenceRow.sign_in_name == sign_in_name, AbsenceRow.ends_on >= since, AbsenceRow.ended_at.is_(None)
    )
    return list(session.scalars(wanted.order_by(AbsenceRow.begins_on)))


def list_absences_on(session: Session, day: date) -> list[AbsenceRow]:
    return list(session.scalars(select(AbsenceRow).where(*_on(day))))


def stood_in_at(session: Session, cover_name: str, region_code: str, day: date, at: datetime) -> bool:
    """Whether this person stood in for somebody in that place at that instant of that day."""
    wanted = select(AbsenceRow.id).where(
        AbsenceRow.cover_name == cover_name,
        AbsenceRow.region_code == region_code,
        AbsenceRow.begins_on <= day,
        AbsenceRow.ends_on >= day,
        or_(AbsenceRow.ended_at.is_(None), AbsenceRow.ended_at >= at),
    )
    return session.scalar(wanted.limit(1)) is not None


def sat_at(session: Session, sign_in_name: str, role: str, region_code: str, at: datetime) -> bool:
    """Whether this person had this role in this place at that instant, before having been moved."""
    wanted = select(FormerSeatRow.id).where(
        FormerSeatRow.sign_in_name == sign_in_name,
        FormerSeatRow.role == role,
        FormerSeatRow.region_code == region_code,
        FormerSeatRow.until >= at,
    )
    return session.scalar(wanted.limit(1)) is not None
