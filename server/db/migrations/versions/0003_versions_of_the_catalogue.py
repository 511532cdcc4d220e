"""Versions of the catalogue, and where each village receives people"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_version",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("writers", sa.JSON(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
        sa.UniqueConstraint("kind", "code", "number", name=op.f("uq_catalogue_version_kind_code_number")),
    )
    op.create_index("ix_catalogue_version_state", "catalogue_version", ["state"])
    op.create_index("ix_catalogue_version_digest", "catalogue_version", ["kind", "code", "digest"])
    op.create_table(
        "catalogue_change",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalogue_change")),
    )
    op.create_table(
        "service_point",
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("hours", sa.String(), nullable=True),
        sa.Column("telephone", sa.String(), nullable=True),
        sa.Column("stated_by", sa.String(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region_code", name=op.f("pk_service_point")),
    )
    # A case names the version of its item by that item's own digest; the catalogue's digest does as a key for old ones.
    # Added in place: SQLite would rebuild the table, and dropping the old one takes the rows that refer to it along.
    op.add_column("service_case", sa.Column("item_digest", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE service_case SET item_digest = catalogue_digest")
    _ask_what_was_prose()


def _ask_what_was_prose() -> None:
    """Cases keep their item as it was written then; its conditions in prose are now questions asked of a person."""
    cases = sa.table("service_case", sa.column("id", sa.String()), sa.column("item_version", sa.JSON()))
    connection = op.get_bind()
    for case_id, item in connection.execute(sa.select(cases.c.id, cases.c.item_version)).all():
        for material in item["materials"]:
            if material["required"].startswith("when ") and not material.get("when"):
                material["when"] = {"ask": material["required"].removeprefix("when ")}
        for stage in item["stages"]:
            if isinstance(stage.get("when"), str):
                stage["when"] = {"ask": stage["when"]}
        connection.execute(cases.update().where(cases.c.id == case_id).values(item_version=item))


def downgrade() -> None:
    op.drop_column("service_case", "item_digest")
    op.drop_table("service_point")
    op.drop_table("catalogue_change")
    op.drop_index("ix_catalogue_version_digest", "catalogue_version")
    op.drop_index("ix_catalogue_version_state", "catalogue_version")
    op.drop_table("catalogue_version")
