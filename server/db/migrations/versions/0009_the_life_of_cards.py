"""The life of cards, supervision orders, and the sentences officials keep"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Added in place: other tables refer to cards, and SQLite would drop their rows when rebuilding the table.
    op.add_column("supervision_card", sa.Column("state", sa.String(), nullable=False, server_default="fallen"))
    op.add_column("supervision_card", sa.Column("escalated_at", _INSTANT, nullable=True))
    columns = ["state", "colour", "escalated_at", "recorded_at"]
    op.create_index("ix_supervision_card_unanswered", "supervision_card", columns)
    op.create_index("ix_service_case_received_at", "service_case", ["received_at"])
    op.create_index("ix_service_case_closed_at", "service_case", ["closed_at"])
    _create_card_act()
    _create_supervision_order()
    op.create_table(
        "opinion_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("written_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_template")),
    )
    op.create_index("ix_opinion_template_account_id", "opinion_template", ["account_id", "action", "id"])


def _create_card_act() -> None:
    op.create_table(
        "card_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["supervision_card.id"], name=op.f("fk_card_act_card_id_supervision_card")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_act")),
    )
    op.create_index("ix_card_act_card_id", "card_act", ["card_id", "id"])


def _create_supervision_order() -> None:
    op.create_table(
        "supervision_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("issuer_region", sa.String(), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("issued_by_name", sa.String(), nullable=False),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.Column("answered_by_name", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["card_id"], ["supervision_card.id"], name=op.f("fk_supervision_order_card_id_supervision_card")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_order")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_order_number")),
    )
    op.create_index(op.f("ix_supervision_order_card_id"), "supervision_order", ["card_id"])
    op.create_index("ix_supervision_order_desk", "supervision_order", ["department", "region_code", "answered_at"])
    op.create_index(
        "ix_supervision_order_issuer", "supervision_order", ["issuer_region", "answered_at", "answer_due_on"]
    )


def downgrade() -> None:
    op.drop_table("opinion_template")
    op.drop_table("supervision_order")
    op.drop_table("card_act")
    op.drop_index("ix_service_case_closed_at", "service_case")
    op.drop_index("ix_service_case_received_at", "service_case")
    op.drop_index("ix_supervision_card_unanswered", "supervision_card")
    op.drop_column("supervision_card", "escalated_at")
    op.drop_column("supervision_card", "state")
