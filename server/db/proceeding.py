"""What may happen to a case beside its stages: extensions, special procedures, objections to a public notice."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class ExtensionRow(Row):
    """延期: asked for by a desk, decided by a head; `approved` is None while it waits."""

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    days: Mapped[int]
    reason: Mapped[str]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    approved: Mapped[bool | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]


class SpecialProcedureRow(Row):
    """特别程序: what is done outside the counted time, told to the applicant with the days it needs (行政许可法 第45条)."""

    __tablename__ = "special_procedure"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    stage_id: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str]
    days_needed: Mapped[int]
    department: Mapped[str]
    region_code: Mapped[str]
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None]


class ObjectionRow(Row):
    """异议: who objects is secret (sealed), and so are the words; `upheld` is None until it is decided."""

    __tablename__ = "objection"

    id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("public_notice.id"))
    sealed_objector: Mapped[bytes]
    sealed_words: Mapped[bytes]
    received_by: Mapped[str]
    received_at: Mapped[datetime]
    upheld: Mapped[bool | None]
    reply: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


def find_open_extension(session: Session, case_id: str) -> ExtensionRow | None:
    return session.scalar(
        select(ExtensionRow).where(ExtensionRow.case_id == case_id, ExtensionRow.decided_at.is_(None))
    )


def list_extensions(session: Session, case_id: str) -> list[ExtensionRow]:
    return list(session.scalars(select(ExtensionRow).where(ExtensionRow.case_id == case_id).order_by(ExtensionRow.id)))


def find_open_procedure(session: Session, case_id: str) -> SpecialProcedureRow | None:
    return session.scalar(
        select(SpecialProcedureRow).where(
            SpecialProcedureRow.case_id == case_id, SpecialProcedureRow.ended_at.is_(None)
        )
    )


def list_procedures(session: Session, case_id: str) -> list[SpecialProcedureRow]:
    return list(
        session.scalars(
            select(SpecialProcedureRow).where(SpecialProcedureRow.case_id == case_id).order_by(SpecialProcedureRow.id)
        )
    )


def list_objections(session: Session, case_id: str) -> list[ObjectionRow]:
    return list(
        session.scalars(select(ObjectionRow).where(ObjectionRow.case_id == case_id).order_by(ObjectionRow.received_at))
    )
