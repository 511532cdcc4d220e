"""Versions of catalogue entries as officials wrote, reviewed and published them; what nobody touched stands in `forms/data`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row

_CHANGE_LOCK = 7_301_957  # one PostgreSQL advisory lock: what is in force changes one step after another


class CatalogueVersionRow(Row):
    """One version of one entry. `writers` are the accounts whose words are in it; none of them may publish it."""

    __tablename__ = "catalogue_version"
    __table_args__ = (
        UniqueConstraint("kind", "code", "number"),
        Index("ix_catalogue_version_state", "state"),
        Index("ix_catalogue_version_digest", "kind", "code", "digest"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]
    number: Mapped[int]
    state: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str | None]
    writers: Mapped[list[str]] = mapped_column(JSON)
    written_by: Mapped[str]
    written_at: Mapped[datetime]
    edition: Mapped[int]  # grows with each edit: two who edit at once, and the second is told
    reviewed_by: Mapped[str | None]
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class CatalogueChangeRow(Row):
    """One step of what is in force; the newest `token` tells every process whether its copy is still the right one."""

    __tablename__ = "catalogue_change"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str]
    version_id: Mapped[str]
    action: Mapped[str]
    at: Mapped[datetime]
    actor_name: Mapped[str]
    reason: Mapped[str | None]


def list_versions(session: Session, kind: str, code: str) -> list[CatalogueVersionRow]:
    """All versions of one entry, the newest first."""
    wanted = select(CatalogueVersionRow).where(CatalogueVersionRow.kind == kind, CatalogueVersionRow.code == code)
    return list(session.scalars(wanted.order_by(CatalogueVersionRow.number.desc())))


def list_versions_in(session: Session, states: Sequence[str]) -> list[CatalogueVersionRow]:
    wanted = select(CatalogueVersionRow).where(CatalogueVersionRow.state.in_(states))
    return list(
        session.scalars(wanted.order_by(CatalogueVersionRow.kind, CatalogueVersionRow.code, CatalogueVersionRow.number))
    )


def find_version_by_digest(session: Session, kind: str, code: str, digest: str) -> CatalogueVersionRow | None:
    """The published version with exactly this content, in force now or earlier."""
    return session.scalar(
        select(CatalogueVersionRow)
        .where(
            CatalogueVersionRow.kind == kind,
            CatalogueVersionRow.code == code,
            CatalogueVersionRow.digest == digest,
            CatalogueVersionRow.published_at.is_not(None),
        )
        .order_by(CatalogueVersionRow.number.desc())
        .limit(1)
    )


def lock_version(session: Session, version_id: str) -> CatalogueVersionRow | None:
    return session.get(CatalogueVersionRow, version_id, with_for_update=True)


def lock_standing(session: Session, kind: str, code: str, states: Sequence[str]) -> list[CatalogueVersionRow]:
    """What stands of an entry, as it is once whoever holds it has let go: a suspension must not be lost to a publishing."""
    wanted = select(CatalogueVersionRow).where(
        CatalogueVersionRow.kind == kind, CatalogueVersionRow.code == code, CatalogueVersionRow.state.in_(states)
    )
    return list(session.scalars(wanted.with_for_update().execution_options(populate_existing=True)))


def newest_token(session: Session) -> str | None:
    """What every process compares; None while the shipped catalogue alone is in force."""
    return session.scalar(select(CatalogueChangeRow.token).order_by(CatalogueChangeRow.number.desc()).limit(1))


def list_changes(session: Session, version_ids: Sequence[str]) -> list[CatalogueChangeRow]:
    wanted = select(CatalogueChangeRow).where(CatalogueChangeRow.version_id.in_(version_ids))
    return list(session.scalars(wanted.order_by(CatalogueChangeRow.number)))


def append_change(session: Session, **facts: Any) -> None:
    """Number the step after the last one; taken under a lock, so that no two processes give one number twice."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHANGE_LOCK})
    last = session.scalar(select(func.max(CatalogueChangeRow.number))) or 0
    session.add(CatalogueChangeRow(number=last + 1, **facts))
    session.flush()
