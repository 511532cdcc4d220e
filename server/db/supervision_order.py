"""督办单: what a supervisor orders a desk to do about a card, and the desk's answer."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.domain.people import Desk


class SupervisionOrderRow(Row):
    """`answered_at` is None while the desk owes its answer."""

    __tablename__ = "supervision_order"
    __table_args__ = (
        Index("ix_supervision_order_desk", "department", "region_code", "answered_at"),
        Index("ix_supervision_order_issuer", "issuer_region", "answered_at", "answer_due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("supervision_card.id"), index=True)
    department: Mapped[str]
    region_code: Mapped[str]
    words: Mapped[str]
    issuer_region: Mapped[str]
    issued_by: Mapped[str]
    issued_by_name: Mapped[str]
    issued_at: Mapped[datetime]
    answer_due_on: Mapped[date]
    answered_at: Mapped[datetime | None]
    answered_by_name: Mapped[str | None]
    answer: Mapped[str | None]

    @property
    def desk(self) -> Desk:
        return Desk(self.department, self.region_code)


def list_orders_of_card(session: Session, card_id: int) -> list[SupervisionOrderRow]:
    statement = select(SupervisionOrderRow).where(SupervisionOrderRow.card_id == card_id)
    return list(session.scalars(statement.order_by(SupervisionOrderRow.id)))


def lock_order(session: Session, order_id: int) -> SupervisionOrderRow | None:
    locked = select(SupervisionOrderRow).where(SupervisionOrderRow.id == order_id).with_for_update()
    return session.scalar(locked.execution_options(populate_existing=True))


def list_open_orders_of_desk(session: Session, desk: Desk) -> list[SupervisionOrderRow]:
    """What this desk owes an answer to, the most urgent first."""
    statement = select(SupervisionOrderRow).where(
        SupervisionOrderRow.department == desk.department,
        SupervisionOrderRow.region_code == desk.region_code,
        SupervisionOrderRow.answered_at.is_(None),
    )
    return list(session.scalars(statement.order_by(SupervisionOrderRow.answer_due_on, SupervisionOrderRow.id)))


def count_orders(session: Session, issuer_regions: set[str]) -> int:
    return session.scalar(select(func.count(SupervisionOrderRow.id)).where(_issued_in(issuer_regions))) or 0


def list_orders(session: Session, issuer_regions: set[str], limit: int, offset: int) -> list[SupervisionOrderRow]:
    """Those of supervisors in these regions: the unanswered first, by the day their answer is due."""
    statement = select(SupervisionOrderRow).where(_issued_in(issuer_regions))
    ordered = statement.order_by(
        SupervisionOrderRow.answered_at.is_not(None), SupervisionOrderRow.answer_due_on, SupervisionOrderRow.id
    )
    return list(session.scalars(ordered.limit(limit).offset(offset)))


def count_open_orders(session: Session, issuer_regions: set[str], due_before: date | None = None) -> int:
    """Unanswered; of those, with `due_before`, the overdue."""
    statement = select(func.count(SupervisionOrderRow.id)).where(
        _issued_in(issuer_regions), SupervisionOrderRow.answered_at.is_(None)
    )
    if due_before:
        statement = statement.where(SupervisionOrderRow.answer_due_on < due_before)
    return session.scalar(statement) or 0


def _issued_in(regions: set[str]) -> ColumnElement[bool]:
    return SupervisionOrderRow.issuer_region.in_(sorted(regions))
