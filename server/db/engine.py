"""Opens the database: SQLite made safe (WAL, foreign keys, synchronous=FULL), or PostgreSQL by its address."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

__all__ = ["Engine", "RowConflict", "Session", "hold_still", "open_engine", "reading", "writing"]

_READING = "hongye_reading"


class RowConflict(Exception):
    """Another transaction got there first: a row that must be unique is there already."""


def open_engine(database_url: str) -> Engine:
    """An engine for `database_url`. A bare postgresql:// address uses psycopg.

    Its errors name statements and never values: they reach the log, and the values are people's.
    """
    url = make_url(database_url)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url,
            connect_args={"timeout": 30, "check_same_thread": False},
            pool_size=16,
            max_overflow=64,
            hide_parameters=True,
        )
        _make_sqlite_safe(engine)
        return engine
    return create_engine(url, pool_pre_ping=True, pool_size=16, max_overflow=32, hide_parameters=True)


def _make_sqlite_safe(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        # A writer takes the lock at once: upgrading a read transaction in the middle fails without waiting (SQLITE_BUSY).
        reading = connection.get_execution_options().get(_READING)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction: returning commits, raising rolls back. Raises RowConflict."""
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except IntegrityError as error:
        # The first line names the constraint; PostgreSQL's next quotes the row. Nothing is chained for the same reason.
        raise RowConflict(str(error.orig).partition("\n")[0]) from None


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One transaction that only reads: it takes no write lock on SQLite."""
    with Session(engine.execution_options(**{_READING: True}), expire_on_commit=False) as session, session.begin():
        yield session


def hold_still(session: Session) -> None:
    """All that is read in this transaction is of one instant, however long it takes; asked for before the first query.

    SQLite's reading transactions are so by themselves.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
