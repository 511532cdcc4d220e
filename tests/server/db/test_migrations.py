"""The database's shape: migrations lead to exactly what the rows say, up and down again, on both databases."""

import json

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, Table, inspect, select

from forms.catalogue import load_catalogue
from server.db.case import find_case_by_number
from server.db.engine import open_engine
from server.db.tables import metadata
from server.db.upgrade import current_revision, downgrade, newest_revision, upgrade
from server.services.item_version import item_of
from tests import factories as make
from tests.server.services.test_every_item import complete_answers

MEAL = complete_answers(load_catalogue().get_item("SJ-002"))


def test_migrations_lead_to_what_the_rows_say(installation):
    with installation.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_in_force(installation):
    assert current_revision(installation.engine) == newest_revision()


def test_all_migrations_go_down_and_up_again(installation):
    downgrade(installation.engine, "base")
    assert inspect(installation.engine).get_table_names() in ([], ["alembic_version"])
    upgrade(installation.engine)
    assert len(inspect(installation.engine).get_table_names()) == len(metadata.tables) + 1


def test_a_case_of_the_first_release_goes_on_under_the_item_it_was_accepted_under(installation):
    """Its conditions stood in prose then; a program that cannot read them any more would strand the case."""
    taken = make.take_in(installation, make.enrolled_machine(installation), item_code="SJ-002", answers=MEAL)
    downgrade(installation.engine, "0002")
    with installation.engine.begin() as connection:
        cases = Table("service_case", MetaData(), autoload_with=connection)
        [row] = connection.execute(select(cases)).mappings()
        item = json.loads(row["item_version"]) if isinstance(row["item_version"], str) else row["item_version"]
        item["stages"][1]["when"] = "人数达到乡镇指导规模"
        item["materials"][1] |= {"required": "when 自带厨师", "when": None}
        connection.execute(cases.update().values(item_version=item))
    upgrade(installation.engine)
    with installation.look() as work:
        case = find_case_by_number(work.session, taken.case_number)
        kept = item_of(case)
        assert kept.stages[1].when.ask == "人数达到乡镇指导规模"
        assert kept.materials[1].when.ask == "自带厨师"
        assert case.item_digest


def test_sqlite_is_opened_safely(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    with engine.connect() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
