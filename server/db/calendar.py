"""Versions of the working-day calendar and of the supervision rules, append-only: what was in force when can always be told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.db.case import CaseRow
from server.db.deadline import ClockEntryRow

_CALENDAR_LOCK = 7_301_958  # one PostgreSQL advisory lock: the calendar and the rules change one step after another


class CalendarVersionRow(Row):
    """One step of the calendar. `kind` is 'shipped' (all days of a program's calendar) or 'edit' (days stated over it).

    `token` tells every process whether its copy is still the right one; a number given in a transaction that was rolled
    back may be given again, a token never.
    """

    __tablename__ = "calendar_version"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_name: Mapped[str]
    reason: Mapped[str]
    days: Mapped[dict[str, Any]] = mapped_column(JSON)
    years: Mapped[list[int]] = mapped_column(JSON)  # 'shipped': still provisional; 'edit': whose notice is entered now
    effects: Mapped[dict[str, Any]] = mapped_column(JSON)


class SupervisionRuleRow(Row):
    """One version of one supervision rule; it governs the cards that fall from `at` on."""

    __tablename__ = "supervision_rule"

    rule: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_name: Mapped[str]
    reason: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)


def newest_calendar_token(session: Session) -> str | None:
    """What every process compares; None while the shipped calendar alone is in force."""
    newest = select(CalendarVersionRow.token).order_by(CalendarVersionRow.number.desc()).limit(1)
    return session.scalar(newest)


def list_calendar_versions(session: Session, until: datetime | None = None) -> list[CalendarVersionRow]:
    """In the order they were made; those made by `until` when it is given."""
    wanted = select(CalendarVersionRow).order_by(CalendarVersionRow.number)
    return list(session.scalars(wanted if until is None else wanted.where(CalendarVersionRow.at <= until)))


def list_recent_edits(session: Session, limit: int) -> list[CalendarVersionRow]:
    """The newest first, the program's own records among them."""
    return list(session.scalars(select(CalendarVersionRow).order_by(CalendarVersionRow.number.desc()).limit(limit)))


def find_newest_shipped(session: Session) -> CalendarVersionRow | None:
    wanted = select(CalendarVersionRow).where(CalendarVersionRow.kind == "shipped")
    return session.scalar(wanted.order_by(CalendarVersionRow.number.desc()).limit(1))


def append_calendar_version(session: Session, **facts: Any) -> CalendarVersionRow:
    """Number the step after the last one."""
    last = session.scalar(select(func.max(CalendarVersionRow.number))) or 0
    row = CalendarVersionRow(number=last + 1, **facts)
    session.add(row)
    session.flush()
    return row


def newest_rule_token(session: Session) -> str | None:
    return session.scalar(
        select(SupervisionRuleRow.token)
        .order_by(SupervisionRuleRow.at.desc(), SupervisionRuleRow.version.desc(), SupervisionRuleRow.rule)
        .limit(1)
    )


def list_rule_versions(session: Session) -> list[SupervisionRuleRow]:
    """In the order they were made."""
    wanted = select(SupervisionRuleRow)
    return list(
        session.scalars(wanted.order_by(SupervisionRuleRow.at, SupervisionRuleRow.rule, SupervisionRuleRow.version))
    )


def append_rule_version(session: Session, rule: str, **facts: Any) -> SupervisionRuleRow:
    """Number the version after the last one; the first is the one that ships, and has no row."""
    last = session.scalar(select(func.max(SupervisionRuleRow.version)).where(SupervisionRuleRow.rule == rule)) or 1
    row = SupervisionRuleRow(rule=rule, version=last + 1, **facts)
    session.add(row)
    session.flush()
    return row


def lock_calendar(session: Session) -> None:
    """Held to the transaction's end: what an edit was shown to change must be what it changes."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CALENDAR_LOCK})


class CaseOfLog(NamedTuple):
    """What may be said of a case whose clocks an edit moves."""

    id: str
    number: str
    village_code: str


def list_logs(session: Session, case_ids: Sequence[str]) -> list[tuple[CaseOfLog, list[ClockEntryRow]]]:
    """The clock logs of these cases, in the order of their numbers."""
    known = select(CaseRow.id, CaseRow.case_number, CaseRow.village_code).where(CaseRow.id.in_(case_ids))
    cases = [CaseOfLog(*row) for row in session.execute(known.order_by(CaseRow.case_number))]
    logs: dict[str, list[ClockEntryRow]] = {case.id: [] for case in cases}
    wanted = select(ClockEntryRow).where(ClockEntryRow.case_id.in_(case_ids)).order_by(ClockEntryRow.id)
    for entry in session.scalars(wanted):
        logs[entry.case_id].append(entry)
    return [(case, logs[case.id]) for case in cases]
