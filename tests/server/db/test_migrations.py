"""The database's shape: migrations lead to exactly what the rows say, up and down again, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from server.db.engine import open_engine
from server.db.tables import metadata
from server.db.upgrade import current_revision, downgrade, newest_revision, upgrade


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


def test_sqlite_is_opened_safely(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    with engine.connect() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
