"""The audit chain: any change, removal or reordering of an entry is found."""

import pytest
from sqlalchemy import text

from server.db.audit import append_audit
from server.services.audit import verify_audit


@pytest.fixture
def ten_entries(installation):
    for number in range(10):
        with installation.begin() as work:
            append_audit(work.session, at=work.now, actor="zhen-mz", action="case.verified", subject=f"case {number}")
    return installation


def broken_at(installation) -> int | None:
    with installation.look() as work:
        return verify_audit(work).broken_at


def tamper(installation, statement: str) -> None:
    with installation.begin() as work:
        work.session.execute(text(statement))


def test_an_untouched_log_verifies_and_states_its_head(ten_entries):
    with ten_entries.look() as work:
        verified = verify_audit(work)
    assert (verified.entries, verified.broken_at) == (10, None)
    assert len(verified.head) == 64


@pytest.mark.parametrize(
    ("statement", "found_at"),
    [
        ("UPDATE audit SET subject = 'another' WHERE number = 4", 4),
        ("UPDATE audit SET actor = 'nobody' WHERE number = 10", 10),
        ("DELETE FROM audit WHERE number = 6", 6),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("UPDATE audit SET number = 100 WHERE number = 10", 10),
    ],
)
def test_a_changed_removed_or_renumbered_entry_is_found(ten_entries, statement, found_at):
    tamper(ten_entries, statement)
    assert broken_at(ten_entries) == found_at
