"""留痕: the append-only log, each entry chained to the one before by SHA-256, so that no row is changed unseen."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row

FIRST_LINK = "0" * 64
_CHAIN_LOCK = 7_301_956  # one PostgreSQL advisory lock: entries are written one after another


class AuditRow(Row):
    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str]
    link: Mapped[str]


def append_audit(
    session: Session, *, at: datetime, actor: str, action: str, subject: str, detail: dict[str, Any] | None = None
) -> None:
    """Add an entry in the caller's transaction. `detail` holds no personal data: the log outlives every erasure."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})
    session.flush()
    last = session.scalar(select(AuditRow).order_by(AuditRow.number.desc()).limit(1))
    row = AuditRow(
        number=last.number + 1 if last else 1,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        detail=detail or {},
        previous=last.link if last else FIRST_LINK,
    )
    row.link = link_of(row)
    session.add(row)


def link_of(row: AuditRow) -> str:
    stated = [
        row.number,
        row.at.astimezone(UTC).isoformat(),
        row.actor,
        row.action,
        row.subject,
        row.detail,
        row.previous,
    ]
    return hashlib.sha256(json.dumps(stated, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def iterate_audit(session: Session, page: int = 1000) -> Iterator[AuditRow]:
    """All entries in order, a page at a time: no cursor is left open when the reader stops early."""
    last = None
    while True:
        wanted = select(AuditRow).order_by(AuditRow.number).limit(page)
        rows = session.scalars(wanted if last is None else wanted.where(AuditRow.number > last)).all()
        yield from rows
        if len(rows) < page:
            return
        last = rows[-1].number
