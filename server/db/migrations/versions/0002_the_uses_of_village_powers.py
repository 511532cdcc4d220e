"""The uses of village powers"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "power_use",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("power_code", sa.String(), nullable=True),
        sa.Column("power_name", sa.String(), nullable=True),
        sa.Column("power_version", sa.JSON(), nullable=True),
        sa.Column("voting_rules", sa.JSON(), nullable=True),
        sa.Column("counts_only", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_step_id", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_by_name", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("finding_words", sa.String(), nullable=True),
        sa.Column("finding_power_code", sa.String(), nullable=True),
        sa.Column("answered_by_name", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_use")),
    )
    with op.batch_alter_table("power_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_power_use_power_code"), ["power_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_power_use_village_code"), ["village_code"], unique=False)

    op.create_table(
        "power_use_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("presided_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=True),
        sa.Column("due", sa.Integer(), nullable=True),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("agreed", sa.Integer(), nullable=True),
        sa.Column("branch", sa.String(), nullable=True),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_by_name", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["use_id"], ["power_use.id"], name=op.f("fk_power_use_entry_use_id_power_use")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_use_entry")),
        sa.UniqueConstraint("use_id", "position", name=op.f("uq_power_use_entry_use_id_position")),
    )


def downgrade() -> None:
    op.drop_table("power_use_entry")
    with op.batch_alter_table("power_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_power_use_village_code"))
        batch_op.drop_index(batch_op.f("ix_power_use_power_code"))

    op.drop_table("power_use")
