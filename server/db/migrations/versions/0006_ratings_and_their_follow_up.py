"""Ratings: what they were given for and of which desk, one-use links, and the follow-up of bad ones"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _added() -> tuple[sa.Column, ...]:
    """Added in place: SQLite would rebuild the table, and drop what refers to it."""
    return (
        sa.Column("aspects", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("department", sa.String(), nullable=False, server_default=""),
        sa.Column("region_code", sa.String(), nullable=False, server_default=""),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_grade", sa.Integer(), nullable=True),
        sa.Column("second_comment", sa.String(), nullable=True),
        sa.Column("second_rated_at", sa.DateTime(timezone=True), nullable=True),
    )


def upgrade() -> None:
    for column in _added():
        op.add_column("rating", column)
    op.create_index("ix_rating_rated_at", "rating", ["rated_at"])
    _say_whom_old_ratings_rated()
    op.create_table(
        "rating_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_rating_link_case_id_service_case")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_rating_link")),
    )
    op.create_index("ix_rating_link_case_id", "rating_link", ["case_id"])
    op.create_table(
        "follow_up",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("may_be_called", sa.Boolean(), nullable=False),
        sa.Column("handler", sa.String(), nullable=True),
        sa.Column("handler_name", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["rating.case_id"], name=op.f("fk_follow_up_case_id_rating")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("case_id", name=op.f("uq_follow_up_case_id")),
    )
    op.create_index("ix_follow_up_state", "follow_up", ["state"])
    op.create_index("ix_follow_up_village_code", "follow_up", ["village_code"])
    op.create_table(
        "follow_up_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_by_name", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_up.id"], name=op.f("fk_follow_up_entry_follow_up_id_follow_up")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_entry")),
        sa.UniqueConstraint("follow_up_id", "position", name=op.f("uq_follow_up_entry_follow_up_id_position")),
    )


def _say_whom_old_ratings_rated() -> None:
    """The desk that finished last, as near as an old row knows who decided."""
    stages = sa.table(
        "case_stage",
        *(sa.column(name) for name in ("case_id", "department", "region_code", "state", "finished_at", "position")),
    )
    ratings = sa.table("rating", *(sa.column(name) for name in ("case_id", "department", "region_code")))
    connection = op.get_bind()
    for (case_id,) in connection.execute(sa.select(ratings.c.case_id)).all():
        last = connection.execute(
            sa.select(stages.c.department, stages.c.region_code)
            .where(stages.c.case_id == case_id, stages.c.state == "done")
            .order_by(stages.c.finished_at.desc(), stages.c.position.desc())
            .limit(1)
        ).first()
        if last:
            desk = {"department": last.department, "region_code": last.region_code}
            connection.execute(ratings.update().where(ratings.c.case_id == case_id).values(**desk))


def downgrade() -> None:
    op.drop_table("follow_up_entry")
    op.drop_index("ix_follow_up_village_code", "follow_up")
    op.drop_index("ix_follow_up_state", "follow_up")
    op.drop_table("follow_up")
    op.drop_index("ix_rating_link_case_id", "rating_link")
    op.drop_table("rating_link")
    op.drop_index("ix_rating_rated_at", "rating")
    for column in reversed(_added()):
        op.drop_column("rating", column.name)
