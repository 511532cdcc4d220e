"""Puts on record what officials do to a case among themselves, and tells which entry of a case is the newest."""

from server.db.audit import append_audit
from server.db.case import CaseRow, list_events
from server.db.case_note import CaseNoteRow, list_notes
from server.domain.people import Actor
from server.services.event import SYSTEM
from server.services.work import Work

OPINION_BEFORE = "opinion_before"


def note_on_case(work: Work, case: CaseRow, kind: str, actor: Actor | None, words: str) -> None:
    """`words` are for the desks of the case; no villager reads them. `actor` None: the system noticed by itself."""
    account, name = (actor.account_id, actor.display_name) if actor else ("system", SYSTEM)
    row = CaseNoteRow(case_id=case.id, kind=kind, at=work.now, actor=account, actor_name=name, words=words)
    work.session.add(row)
    append_audit(work.session, at=work.now, actor=account, action=f"case.{kind}", subject=case.case_number)


def newest_entry(work: Work, case: CaseRow) -> str:
    """ "event-note": what a page of the case has seen; the next form it sends says so."""
    events, notes = list_events(work.session, case.id), list_notes(work.session, case.id)
    return f"{events[-1].id if events else 0}-{notes[-1].id if notes else 0}"
