"""Checks the audit log link by link."""

from dataclasses import dataclass

from server.db.audit import FIRST_LINK, iterate_audit, link_of
from server.services.work import Work


@dataclass(frozen=True)
class AuditVerified:
    """`broken_at` is the number of the first entry that does not fit, None when all do; `head` is the last link.

    A chain inside one database proves nothing against somebody who rewrites it all: keep the head elsewhere too.
    """

    entries: int
    broken_at: int | None
    head: str


def verify_audit(work: Work) -> AuditVerified:
    previous, entries = FIRST_LINK, 0
    for row in iterate_audit(work.session):
        if row.number != entries + 1 or row.previous != previous or row.link != link_of(row):
            return AuditVerified(entries, entries + 1, previous)
        previous, entries = row.link, row.number
    return AuditVerified(entries, None, previous)
