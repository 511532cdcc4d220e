"""上传 and after: packed, sent, or once more on the counter when the server would not take it."""

from datetime import datetime

from forms.packet import Agent
from kiosk.flow.steps import changed, require
from kiosk.flow.visit import Refusal, Visit


def mark_packed(visit: Visit, packed_at: datetime) -> Visit:
    """The sealed packet lies in the outbox; answers and pages stay in the draft, unshown, until the server has the packet.

    Asks nothing: after a power cut the outbox, not the draft, knows that the packet was made.
    """
    received_at = visit.received_at or packed_at
    return changed(visit, step="packed", packed_at=packed_at, received_at=received_at, retaking=None, undo=None)


def is_put_away(visit: Visit) -> bool:
    """Packed or sent: nothing of its answers and pages may be shown."""
    return visit.step in ("packed", "sent")


def reopen(visit: Visit, *, packet_id: str, agent: Agent, refusal: Refusal) -> Visit:
    """The server refused the packet for good: back to the check with everything kept, for whoever is at the counter now.

    A new `packet_id`, because the server answers for each id once; the same lookup code, because the villager has it.
    """
    require(visit, "reopen")
    return changed(visit, step="check", packet_id=packet_id, agent=agent, refusal=refusal, packed_at=None)


def replaces(visit: Visit, packet_id: str) -> bool:
    """Whether this visit was reopened after the server refused that packet."""
    return visit.refusal is not None and visit.refusal.packet_id == packet_id != visit.packet_id


def mark_sent(visit: Visit, case_number: str) -> Visit:
    """The server has the packet and gave it a case number: now, and only now, answers and pages are forgotten."""
    require(visit, "deliver")
    return changed(
        visit, step="sent", case_number=case_number, answers={}, pages={}, readings={}, cards=(), undo=None, checked=()
    )
