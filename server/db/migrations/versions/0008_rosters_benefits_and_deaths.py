"""Rosters of batch cases, benefits after completion with their re-verifications, and reports of a death"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "benefit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("resident_id", sa.String(), nullable=False),
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("item_name", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("person_masked", sa.String(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("start_month", sa.String(), nullable=True),
        sa.Column("recheck_months", sa.Integer(), nullable=True),
        sa.Column("months_after_death", sa.Integer(), nullable=False),
        sa.Column("termination_notice_days", sa.Integer(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("next_check_on", sa.Date(), nullable=True),
        sa.Column("suspended_from", sa.String(), nullable=True),
        sa.Column("paid_through", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_benefit_case_id_service_case")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_benefit_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit")),
    )
    op.create_index(op.f("ix_benefit_case_id"), "benefit", ["case_id"], unique=False)
    op.create_index(op.f("ix_benefit_item_code"), "benefit", ["item_code"], unique=False)
    op.create_index("ix_benefit_next_check_on", "benefit", ["next_check_on", "id"], unique=False)
    op.create_index(op.f("ix_benefit_resident_id"), "benefit", ["resident_id"], unique=False)
    op.create_index("ix_benefit_village", "benefit", ["village_code", "state"], unique=False)
    op.create_table(
        "death_report",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("number_index", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_masked", sa.String(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("standing_index", sa.String(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("reported_by_name", sa.String(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_name", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_name", sa.String(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_death_report_case_id_service_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_death_report")),
        sa.UniqueConstraint("standing_index", name=op.f("uq_death_report_standing_index")),
    )
    op.create_index(op.f("ix_death_report_number_index"), "death_report", ["number_index"], unique=False)
    op.create_index(op.f("ix_death_report_village_code"), "death_report", ["village_code"], unique=False)
    op.create_table(
        "roster",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("supplement_of", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_rows", sa.Integer(), nullable=False),
        sa.Column("approved_fen", sa.BigInteger(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_roster_case_id_service_case")),
        sa.ForeignKeyConstraint(["supplement_of"], ["roster.id"], name=op.f("fk_roster_supplement_of_roster")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        sa.UniqueConstraint("case_id", name=op.f("uq_roster_case_id")),
    )
    op.create_index(op.f("ix_roster_item_code"), "roster", ["item_code"], unique=False)
    op.create_index(op.f("ix_roster_village_code"), "roster", ["village_code"], unique=False)
    op.create_table(
        "benefit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("benefit_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["benefit_id"], ["benefit.id"], name=op.f("fk_benefit_entry_benefit_id_benefit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_entry")),
    )
    op.create_index(op.f("ix_benefit_entry_benefit_id"), "benefit_entry", ["benefit_id"], unique=False)
    op.create_table(
        "benefit_recheck",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("benefit_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("matched_by", sa.String(), nullable=True),
        sa.Column("way", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["benefit_id"], ["benefit.id"], name=op.f("fk_benefit_recheck_benefit_id_benefit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_recheck")),
    )
    op.create_index(op.f("ix_benefit_recheck_benefit_id"), "benefit_recheck", ["benefit_id"], unique=False)
    op.create_index(op.f("ix_benefit_recheck_state"), "benefit_recheck", ["state"], unique=False)
    op.create_table(
        "death_effect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("benefit_id", sa.String(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["benefit_id"], ["benefit.id"], name=op.f("fk_death_effect_benefit_id_benefit")),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_death_effect_case_id_service_case")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["death_report.id"], name=op.f("fk_death_effect_report_id_death_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_death_effect")),
    )
    op.create_index(op.f("ix_death_effect_report_id"), "death_effect", ["report_id"], unique=False)
    op.create_table(
        "death_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["death_report.id"], name=op.f("fk_death_notice_report_id_death_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_death_notice")),
    )
    op.create_index(
        "ix_death_notice_desk", "death_notice", ["department", "region_code", "acknowledged_at"], unique=False
    )
    op.create_index(op.f("ix_death_notice_report_id"), "death_notice", ["report_id"], unique=False)
    op.create_table(
        "roster_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["roster_id"], ["roster.id"], name=op.f("fk_roster_payment_roster_id_roster")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_payment")),
    )
    op.create_index(op.f("ix_roster_payment_roster_id"), "roster_payment", ["roster_id"], unique=False)
    op.create_table(
        "roster_row",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.String(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["roster_id"], ["roster.id"], name=op.f("fk_roster_row_roster_id_roster")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_row")),
        sa.UniqueConstraint("roster_id", "number", name=op.f("uq_roster_row_roster_id_number")),
    )
    op.create_index("ix_roster_row_person", "roster_row", ["number_index"], unique=False)
    op.create_table(
        "roster_objection",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["row_id"], ["roster_row.id"], name=op.f("fk_roster_objection_row_id_roster_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_objection")),
    )
    op.create_index(op.f("ix_roster_objection_row_id"), "roster_objection", ["row_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_roster_objection_row_id"), table_name="roster_objection")
    op.drop_table("roster_objection")
    op.drop_index("ix_roster_row_person", table_name="roster_row")
    op.drop_table("roster_row")
    op.drop_index(op.f("ix_roster_payment_roster_id"), table_name="roster_payment")
    op.drop_table("roster_payment")
    op.drop_index(op.f("ix_death_notice_report_id"), table_name="death_notice")
    op.drop_index("ix_death_notice_desk", table_name="death_notice")
    op.drop_table("death_notice")
    op.drop_index(op.f("ix_death_effect_report_id"), table_name="death_effect")
    op.drop_table("death_effect")
    op.drop_index(op.f("ix_benefit_recheck_state"), table_name="benefit_recheck")
    op.drop_index(op.f("ix_benefit_recheck_benefit_id"), table_name="benefit_recheck")
    op.drop_table("benefit_recheck")
    op.drop_index(op.f("ix_benefit_entry_benefit_id"), table_name="benefit_entry")
    op.drop_table("benefit_entry")
    op.drop_index(op.f("ix_roster_village_code"), table_name="roster")
    op.drop_index(op.f("ix_roster_item_code"), table_name="roster")
    op.drop_table("roster")
    op.drop_index(op.f("ix_death_report_village_code"), table_name="death_report")
    op.drop_index(op.f("ix_death_report_number_index"), table_name="death_report")
    op.drop_table("death_report")
    op.drop_index("ix_benefit_village", table_name="benefit")
    op.drop_index(op.f("ix_benefit_resident_id"), table_name="benefit")
    op.drop_index("ix_benefit_next_check_on", table_name="benefit")
    op.drop_index(op.f("ix_benefit_item_code"), table_name="benefit")
    op.drop_index(op.f("ix_benefit_case_id"), table_name="benefit")
    op.drop_table("benefit")
