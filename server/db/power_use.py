"""Uses of village powers and what was recorded of each: nothing is ever deleted, a correction stands beside the old."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class PowerUseRow(Row):
    """One use. Texts are masked before they come here: nothing on this row needs hiding.

    `power_*` are empty for a use outside the list, until its flag is answered and after.
    """

    __tablename__ = "power_use"

    id: Mapped[str] = mapped_column(primary_key=True)
    village_code: Mapped[str] = mapped_column(index=True)
    power_code: Mapped[str | None] = mapped_column(index=True)
    power_name: Mapped[str | None]
    # The use keeps the power and its voting rules as they were when it began, whatever officials change later.
    power_version: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    voting_rules: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    # Of such a power no single use is public, only how many there were.
    counts_only: Mapped[bool]
    title: Mapped[str]
    state: Mapped[str]
    last_step_id: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_by_name: Mapped[str]
    begun_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    # Why it was stopped, or why the village says that no entry of the list fits.
    reason: Mapped[str | None]
    finding: Mapped[str | None]
    finding_words: Mapped[str | None]
    finding_power_code: Mapped[str | None]
    answered_by_name: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class PowerUseEntryRow(Row):
    """One entry of a use: a step, its outcome, or the correction of the entry at `corrects`."""

    __tablename__ = "power_use_entry"
    # Two who record at once, or one who sends a form twice: only one entry takes the next place.
    __table_args__ = (UniqueConstraint("use_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    use_id: Mapped[str] = mapped_column(ForeignKey("power_use.id"))
    position: Mapped[int]
    kind: Mapped[str]
    step_id: Mapped[str]
    done_on: Mapped[date]
    presided_by: Mapped[str]
    note: Mapped[str]
    rule_id: Mapped[str | None]
    due: Mapped[int | None]
    present: Mapped[int | None]
    agreed: Mapped[int | None]
    branch: Mapped[str | None]
    corrects: Mapped[int | None]
    reason: Mapped[str | None]
    entered_by: Mapped[str]
    entered_by_name: Mapped[str]
    entered_at: Mapped[datetime]


def find_use(session: Session, use_id: str) -> PowerUseRow | None:
    return session.get(PowerUseRow, use_id)


def lock_use(session: Session, use_id: str) -> PowerUseRow | None:
    """The use, locked until the transaction ends: two who record at once take turns, and the second sees the first."""
    return session.get(PowerUseRow, use_id, with_for_update=True)


def list_entries(session: Session, use_id: str) -> list[PowerUseEntryRow]:
    return list(
        session.scalars(
            select(PowerUseEntryRow).where(PowerUseEntryRow.use_id == use_id).order_by(PowerUseEntryRow.position)
        )
    )


def list_uses_of_villages(session: Session, village_codes: list[str], limit: int) -> list[PowerUseRow]:
    """Unanswered flags first, then running uses, then the newest."""
    return list(
        session.scalars(
            select(PowerUseRow)
            .where(PowerUseRow.village_code.in_(village_codes))
            .order_by(
                PowerUseRow.state != "outside_list",
                PowerUseRow.closed_at.is_not(None),
                PowerUseRow.begun_at.desc(),
                PowerUseRow.id,
            )
            .limit(limit)
        )
    )


def list_public_uses(
    session: Session, limit: int, *, village_code: str | None = None, power_code: str | None = None
) -> list[PowerUseRow]:
    """Uses that may be shown one by one, newest first."""
    wanted = _narrowed(select(PowerUseRow), village_code, power_code).where(PowerUseRow.counts_only.is_(False))
    return list(session.scalars(wanted.order_by(PowerUseRow.begun_at.desc(), PowerUseRow.id).limit(limit)))


def count_uses(
    session: Session, *, village_code: str | None = None, power_code: str | None = None
) -> list[tuple[str | None, str | None, bool, int]]:
    """(power code, its name, whether only the count is public, how many uses)."""
    kind = (PowerUseRow.power_code, PowerUseRow.power_name, PowerUseRow.counts_only)
    wanted = _narrowed(select(*kind, func.count(PowerUseRow.id)), village_code, power_code)
    return [tuple(row) for row in session.execute(wanted.group_by(*kind).order_by(PowerUseRow.power_code))]


def _narrowed(wanted: Any, village_code: str | None, power_code: str | None) -> Any:
    if village_code:
        wanted = wanted.where(PowerUseRow.village_code == village_code)
    return wanted.where(PowerUseRow.power_code == power_code) if power_code else wanted
