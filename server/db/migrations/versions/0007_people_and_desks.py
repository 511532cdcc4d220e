"""People and desks: one-time passwords, absences, cases in hand, near relatives, possible duplicates"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("one_time_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_stage", sa.Column("assigned_to", sa.String(), nullable=True))
    _seats_and_absences()
    _notes_and_duplicates()
    _near_relatives()


def _seats_and_absences() -> None:
    op.create_table(
        "staff_former_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sign_in_name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_former_seat")),
    )
    op.create_index("ix_staff_former_seat_sign_in_name", "staff_former_seat", ["sign_in_name"])
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sign_in_name", sa.String(), nullable=False),
        sa.Column("cover_name", sa.String(), nullable=True),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_sign_in_name", "absence", ["sign_in_name"])
    op.create_index("ix_absence_cover_name", "absence", ["cover_name"])


def _notes_and_duplicates() -> None:
    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_case_note_case_id_service_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index("ix_case_note_case_id", "case_note", ["case_id"])
    op.create_table(
        "case_duplicate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("earlier_id", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_case_duplicate_case_id_service_case")),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["service_case.id"], name=op.f("fk_case_duplicate_earlier_id_service_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_duplicate")),
        sa.UniqueConstraint("case_id", "earlier_id", name=op.f("uq_case_duplicate_case_id_earlier_id")),
    )
    op.create_index("ix_case_duplicate_earlier_id", "case_duplicate", ["earlier_id"])


def _near_relatives() -> None:
    op.create_table(
        "official_relative",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("official_account", sa.String(), nullable=True),
        sa.Column("official_name", sa.String(), nullable=False),
        sa.Column("official_post", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("name_index", sa.String(), nullable=False),
        sa.Column("id_number_index", sa.String(), nullable=True),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_relative")),
    )
    for column in ("official_account", "name_index", "id_number_index"):
        op.create_index(f"ix_official_relative_{column}", "official_relative", [column])
    op.create_table(
        "case_conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("relative_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("official_account", sa.String(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_case_conflict_case_id_service_case")),
        sa.ForeignKeyConstraint(
            ["relative_id"], ["official_relative.id"], name=op.f("fk_case_conflict_relative_id_official_relative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_conflict")),
    )
    op.create_index("ix_case_conflict_case_id", "case_conflict", ["case_id", "relative_id"], unique=True)
    op.create_index("ix_case_conflict_relative_id", "case_conflict", ["relative_id"])
    op.create_index("ix_case_conflict_state", "case_conflict", ["state"])


def downgrade() -> None:
    for table in ("case_conflict", "official_relative", "case_duplicate", "case_note", "absence", "staff_former_seat"):
        op.drop_table(table)
    op.drop_column("case_stage", "assigned_to")
    op.drop_column("staff", "one_time_until")
