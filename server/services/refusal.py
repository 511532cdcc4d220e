"""Keeps on record that somebody tried what he may not: in a transaction of its own, since the try's was rolled back."""

from server.db.audit import append_audit
from server.domain.people import Actor
from server.services.work import Work


def note_refusal(work: Work, actor: Actor, case_number: str, action: str, reason: str) -> None:
    """`reason` is a code and never a sentence: the log outlives every erasure, so nobody's name stands in it."""
    append_audit(
        work.session,
        at=work.now,
        actor=actor.account_id,
        action="case.refused",
        subject=case_number,
        detail={"action": action, "reason": reason},
    )
