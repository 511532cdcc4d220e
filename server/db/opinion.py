"""常用意见: sentences an account keeps for its own verdicts, beside the shipped ones."""

from datetime import datetime

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row


class OpinionTemplateRow(Row):
    """One sentence of one account, for one action."""

    __tablename__ = "opinion_template"
    __table_args__ = (Index("ix_opinion_template_account_id", "account_id", "action", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    action: Mapped[str]
    words: Mapped[str]
    written_at: Mapped[datetime]


def list_templates(session: Session, account_id: str) -> list[OpinionTemplateRow]:
    statement = select(OpinionTemplateRow).where(OpinionTemplateRow.account_id == account_id)
    return list(session.scalars(statement.order_by(OpinionTemplateRow.action, OpinionTemplateRow.id)))


def find_template(session: Session, account_id: str, template_id: int) -> OpinionTemplateRow | None:
    """Only among the account's own: another's number finds nothing."""
    return session.scalar(
        select(OpinionTemplateRow).where(
            OpinionTemplateRow.id == template_id, OpinionTemplateRow.account_id == account_id
        )
    )
