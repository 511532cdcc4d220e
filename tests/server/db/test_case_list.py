"""What the lists of cases ask the database for: a desk's list must not cost by all the cases and steps there are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from server.db import case_list as db
from server.db.base import Row
from server.db.engine import open_engine
from server.domain.figures import Figure, Period
from server.domain.wanted import CaseWanted
from tests import factories as make

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DESKS = make.COUNTY_CIVIL.desks
NOVEMBER = Period(NOW.date().replace(day=1), NOW.date())
LISTS = {
    "inbox": CaseWanted(own_desks=DESKS, held_by=DESKS),
    "past": CaseWanted(own_desks=DESKS, handled_by=DESKS),
    "mine": CaseWanted(own_desks=DESKS, held_by=DESKS, in_hands=(("xian-mz", DESKS[0]),)),
    "of a department": CaseWanted(own_desks=DESKS, department="民政", figure=Figure.OPEN),
    "late steps": CaseWanted(own_desks=DESKS, department="民政", figure=Figure.STEP_LATE, period=NOVEMBER),
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    built = open_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    Row.metadata.create_all(built)
    yield built
    built.dispose()


def plan_of(engine: Engine, wanted: CaseWanted) -> str:
    """How SQLite means to find what this list asks for."""
    asked: list[tuple[str, tuple]] = []
    with Session(engine) as session:
        event.listen(engine, "before_cursor_execute", lambda _c, _k, sql, given, *_: asked.append((sql, given)))
        db.count_cases(session, wanted, NOW)
        sql, given = asked[-1]
        found = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)
        return "\n".join(row[3] for row in found)


@pytest.mark.parametrize("name", LISTS)
def test_the_steps_of_a_desk_are_looked_up_once_and_not_for_every_case(engine, name):
    plan = plan_of(engine, LISTS[name])
    assert "case_s" in plan or "case_clock" in plan
    assert "CORRELATED" not in plan, plan
