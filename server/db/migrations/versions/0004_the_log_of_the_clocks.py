"""The log the clocks are folded from, cards as records, and what may happen to a case beside its stages.

The old tables are read into the log: a stop known by its dates begins and ends at 0:00 of them in Beihai.
"""

import json
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from alembic import op

from forms.clock import BEIJING_TIME

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("service_case", sa.Column("stopped_for", sa.String(), nullable=True))
    op.add_column("service_case", sa.Column("stopped_stage", sa.String(), nullable=True))
    _create_clocks()
    _create_cards()
    _create_proceedings()
    _read_into_the_log()
    for table in ("card", "clock_pause", "clock"):
        op.drop_table(table)


def _create_clocks() -> None:
    op.create_table(
        "case_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("stage_id", sa.String(), nullable=True),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", _INSTANT, nullable=True),
        sa.Column("next_check_at", _INSTANT, nullable=True),
        sa.Column("finished_at", _INSTANT, nullable=True),
        sa.Column("used", sa.Integer(), nullable=True),
        sa.Column("stops", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_case_clock_case_id_service_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_clock")),
        sa.UniqueConstraint("case_id", "kind", "subject", name=op.f("uq_case_clock_case_id_kind_subject")),
    )
    op.create_index("ix_case_clock_next_check_at", "case_clock", ["next_check_at", "id"])
    op.create_index("ix_case_clock_desk", "case_clock", ["department", "region_code", "finished_at"])
    op.create_index("ix_case_clock_open", "case_clock", ["finished_at", "started_at"])
    op.create_table(
        "clock_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_clock_entry_case_id_service_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_entry")),
    )
    op.create_index("ix_clock_entry_case_id", "clock_entry", ["case_id", "id"])


def _create_cards() -> None:
    op.create_table(
        "supervision_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("fell_at", _INSTANT, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", _INSTANT, nullable=True),
        sa.Column("withdrawn_for", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_supervision_card_case_id_service_case")
        ),
        sa.ForeignKeyConstraint(["clock_id"], ["case_clock.id"], name=op.f("fk_supervision_card_clock_id_case_clock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_card")),
        sa.UniqueConstraint(
            "clock_id", "colour", "due_on", "fell_at", name=op.f("uq_supervision_card_clock_id_colour_due_on_fell_at")
        ),
    )
    for column in ("case_id", "clock_id", "fell_at"):
        op.create_index(op.f(f"ix_supervision_card_{column}"), "supervision_card", [column])
    op.create_table(
        "card_desk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["supervision_card.id"], name=op.f("fk_card_desk_card_id_supervision_card")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_desk")),
    )
    op.create_index(op.f("ix_card_desk_card_id"), "card_desk", ["card_id"])
    op.create_index("ix_card_desk_desk", "card_desk", ["department", "region_code", "card_id"])


def _create_proceedings() -> None:
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", _INSTANT, nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", _INSTANT, nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_extension_case_id_service_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_case_id"), "extension", ["case_id"])
    op.create_table(
        "special_procedure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("stage_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("days_needed", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_special_procedure_case_id_service_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_procedure")),
    )
    op.create_index(op.f("ix_special_procedure_case_id"), "special_procedure", ["case_id"])
    op.create_table(
        "objection",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("sealed_objector", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_objection_case_id_service_case")),
        sa.ForeignKeyConstraint(["notice_id"], ["public_notice.id"], name=op.f("fk_objection_notice_id_public_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_case_id"), "objection", ["case_id"])


def _tables(*names: str) -> list[sa.Table]:
    return [sa.Table(name, sa.MetaData(), autoload_with=op.get_bind()) for name in names]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING_TIME).astimezone(UTC)


def _read_into_the_log() -> None:
    connection = op.get_bind()
    old, pauses, cards, new, entries, records, desks = _tables(
        "clock", "clock_pause", "card", "case_clock", "clock_entry", "supervision_card", "card_desk"
    )
    for clock in connection.execute(sa.select(old).order_by(old.c.id)).mappings():
        stopped = connection.execute(sa.select(pauses).where(pauses.c.clock_id == clock["id"]).order_by(pauses.c.id))
        stops = [_stop(pause) for pause in stopped.mappings()]
        started_at = _midnight(clock["started_on"])
        kept = {key: clock[key] for key in ("id", "case_id", "kind", "unit", "due_on", "next_check_at", "finished_at")}
        amount = clock["limit_days"]
        connection.execute(new.insert().values(**kept, subject="", started_at=started_at, amount=amount, stops=stops))
        said = {"kind": kept["kind"], "amount": amount, "unit": kept["unit"], "started_at": started_at.isoformat()}
        lines = [(started_at, "started", said)]
        for stop in stops:
            why = {"reason": stop["reason"], "by": "", "may_end": ""}
            lines.append((datetime.fromisoformat(stop["started_at"]), "stopped", why))
            if stop["ended_at"]:
                lines.append((datetime.fromisoformat(stop["ended_at"]), "resumed", {}))
        if clock["finished_at"]:
            lines.append((clock["finished_at"], "finished", {}))
        for at, kind, words in lines:
            line = {"case_id": clock["case_id"], "clock_id": clock["id"], "at": at, "kind": kind, "said": words}
            connection.execute(entries.insert().values(**line))
    for card in connection.execute(sa.select(cards).order_by(cards.c.id)).mappings():
        kept = {key: value for key, value in card.items() if key != "desks"}
        connection.execute(records.insert().values(**kept))
        fell_on = json.loads(card["desks"]) if isinstance(card["desks"], str) else card["desks"]
        for region_code, _, department in (desk.partition(" ") for desk in fell_on):
            desk = {"card_id": card["id"], "department": department, "region_code": region_code}
            connection.execute(desks.insert().values(**desk))
    if connection.dialect.name == "postgresql":
        for table in ("case_clock", "supervision_card"):
            op.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608 - names of ours
                f"(SELECT COALESCE(MAX(id), 0) + 1 FROM {table}), false)"
            )


def _stop(pause: sa.RowMapping) -> dict[str, object]:
    ended = _midnight(pause["ended_on"]).isoformat() if pause["ended_on"] else None
    started = _midnight(pause["started_on"]).isoformat()
    return {"reason": pause["reason"], "by": "", "may_end": "", "started_at": started, "ended_at": ended}


def downgrade() -> None:
    """The older shape has no room for what the log knows: clocks and cards of the whole case are kept, the rest is lost."""
    _create_old_tables()
    connection = op.get_bind()
    old, pauses, cards, new, records, desks = _tables(
        "clock", "clock_pause", "card", "case_clock", "supervision_card", "card_desk"
    )
    whole = sa.select(new).where(new.c.kind.in_(["promised", "statutory"])).order_by(new.c.id)
    for clock in connection.execute(whole).mappings():
        kept = {key: clock[key] for key in ("id", "case_id", "kind", "unit", "due_on", "next_check_at", "finished_at")}
        started_on = (
            clock["started_at"].replace(tzinfo=clock["started_at"].tzinfo or UTC).astimezone(BEIJING_TIME).date()
        )
        connection.execute(old.insert().values(**kept, limit_days=clock["amount"], started_on=started_on))
        for stop in clock["stops"]:
            days = {
                f"{end}_on": stop[f"{end}_at"]
                and datetime.fromisoformat(stop[f"{end}_at"]).astimezone(BEIJING_TIME).date()
                for end in ("started", "ended")
            }
            connection.execute(pauses.insert().values(clock_id=clock["id"], reason=stop["reason"], **days))
        seen = set()
        mine = sa.select(records).where(records.c.clock_id == clock["id"]).order_by(records.c.id)
        for card in connection.execute(mine).mappings():
            if (card["colour"], card["due_on"]) in seen:
                continue
            seen.add((card["colour"], card["due_on"]))
            fell_on = connection.execute(sa.select(desks).where(desks.c.card_id == card["id"])).mappings()
            words = [f"{desk['region_code']} {desk['department']}" for desk in fell_on]
            kept = {key: value for key, value in card.items() if not key.startswith("withdrawn")}
            connection.execute(cards.insert().values(**kept, desks=words))
    for table in (
        "objection",
        "special_procedure",
        "extension",
        "card_desk",
        "supervision_card",
        "clock_entry",
        "case_clock",
    ):
        op.drop_table(table)
    op.drop_column("service_case", "stopped_stage")
    op.drop_column("service_case", "stopped_for")


def _create_old_tables() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("limit_days", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("next_check_at", _INSTANT, nullable=True),
        sa.Column("finished_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_clock_case_id_service_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        sa.UniqueConstraint("case_id", "kind", name=op.f("uq_clock_case_id_kind")),
    )
    op.create_index("ix_clock_next_check_at", "clock", ["next_check_at", "id"])
    op.create_table(
        "card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("fell_at", _INSTANT, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.Column("desks", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_card_case_id_service_case")),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_card_clock_id_clock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("clock_id", "colour", "due_on", name=op.f("uq_card_clock_id_colour_due_on")),
    )
    for column in ("case_id", "clock_id"):
        op.create_index(op.f(f"ix_card_{column}"), "card", [column])
    op.create_table(
        "clock_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_clock_pause_clock_id_clock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_pause")),
    )
    op.create_index(op.f("ix_clock_pause_clock_id"), "clock_pause", ["clock_id"])
