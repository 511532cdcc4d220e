"""The register of officials' near relatives, and the flags it puts on cases."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.db.case import CaseRow
from server.db.resident import ResidentRow


class RelativeRow(Row):
    """One relative of one official: the name sealed, the ID number not kept at all but as a keyed index.

    `official_account` is None for a cadre without an account; `region_code` is where the official serves.
    """

    __tablename__ = "official_relative"
    __table_args__ = (Index("ix_official_relative_name_index", "name_index"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    official_account: Mapped[str | None] = mapped_column(index=True)
    official_name: Mapped[str]
    official_post: Mapped[str]
    region_code: Mapped[str]
    relation: Mapped[str]
    village_code: Mapped[str]
    sealed_name: Mapped[bytes]
    name_index: Mapped[str]
    id_number_index: Mapped[str | None] = mapped_column(index=True)
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    removed_by: Mapped[str | None]
    removed_at: Mapped[datetime | None]


class ConflictRow(Row):
    """近亲属 flag: one case and one person; a declared one names nobody until somebody has found out who it is."""

    __tablename__ = "case_conflict"
    __table_args__ = (Index("ix_case_conflict_case_id", "case_id", "relative_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"))
    relative_id: Mapped[str | None] = mapped_column(ForeignKey("official_relative.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    official_account: Mapped[str | None]
    found_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]


def list_relatives(session: Session) -> list[RelativeRow]:
    wanted = select(RelativeRow).where(RelativeRow.removed_at.is_(None))
    return list(session.scalars(wanted.order_by(RelativeRow.region_code, RelativeRow.official_name, RelativeRow.id)))


def find_relatives(session: Session, id_number_index: str, name_index: str) -> list[RelativeRow]:
    """Everybody in the register with this number or this name in this village."""
    wanted = or_(RelativeRow.id_number_index == id_number_index, RelativeRow.name_index == name_index)
    return list(session.scalars(select(RelativeRow).where(RelativeRow.removed_at.is_(None), wanted)))


def list_cases_a_relative_may_have(
    session: Session, id_number_index: str | None, village_code: str
) -> list[tuple[CaseRow, ResidentRow]]:
    """Open cases of the village, and every case whatever became of it of the person with this number."""
    of_village = and_(CaseRow.village_code == village_code, CaseRow.closed_at.is_(None))
    wanted = of_village if id_number_index is None else or_(ResidentRow.id_number_index == id_number_index, of_village)
    rows = session.execute(
        select(CaseRow, ResidentRow).join(ResidentRow, ResidentRow.id == CaseRow.resident_id).where(wanted)
    )
    return [(case, resident) for case, resident in rows]


def list_conflicts(session: Session, case_id: str) -> list[ConflictRow]:
    return list(session.scalars(select(ConflictRow).where(ConflictRow.case_id == case_id).order_by(ConflictRow.id)))


def list_conflicts_of_relative(session: Session, relative_id: str) -> list[ConflictRow]:
    return list(session.scalars(select(ConflictRow).where(ConflictRow.relative_id == relative_id)))


def list_open_conflicts(session: Session) -> list[ConflictRow]:
    return list(session.scalars(select(ConflictRow).where(ConflictRow.state == "open").order_by(ConflictRow.id)))
