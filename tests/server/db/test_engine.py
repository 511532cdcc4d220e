"""What the database refuses is told without the values: errors reach the log, and the values are people's."""

import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.db.case import CaseSerialRow
from server.db.engine import RowConflict

SECRET = "QA9G5PHZKX"


def told(error: BaseException) -> str:
    """As it would stand in the log, with whatever it was raised from."""
    return "".join(traceback.format_exception(error))


def test_a_row_that_is_there_already_is_refused_without_quoting_it(installation):
    with installation.begin() as work:
        work.session.add(CaseSerialRow(prefix=SECRET, last=1))
    with pytest.raises(RowConflict) as refused, installation.begin() as work:
        work.session.add(CaseSerialRow(prefix=SECRET, last=2))
    assert "case_serial" in str(refused.value)
    assert SECRET not in told(refused.value)


def test_a_statement_that_fails_is_told_without_its_values(installation):
    with pytest.raises(DBAPIError) as failed, installation.begin() as work:
        work.session.execute(text("INSERT INTO no_such_table VALUES (:code)"), {"code": SECRET})
    assert SECRET not in told(failed.value)
