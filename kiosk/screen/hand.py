"""The visit in hand and every draft on the disk: written before anybody is told, and gone once its packet is delivered."""

import threading
from typing import Any

from forms.item import ServiceItem
from kiosk import flow
from kiosk.flow import Refusal, Visit
from kiosk.outbox import Entry
from kiosk.screen.equipment import Equipment

LOST_BY_OUTBOX = "待传的清单里找不到这一件了。请再点一次“上传”。"


class NoVisit(Exception):
    """Nothing is being done at the counter."""

    code = "no_visit"

    def __init__(self) -> None:
        super().__init__("现在没有在办的事。请先选一件事项。")


class VisitInHand(Exception):
    """Another errand lies on the counter."""

    code = "visit_in_hand"

    def __init__(self) -> None:
        super().__init__("手上还有一件没办完。先办完它，或者点“先放一放”。")


class Hand:
    """What lies on the counter. A sent visit is only in memory: by then the disk holds nothing of it."""

    def __init__(self, equipment: Equipment) -> None:
        self._it = equipment
        self.lock = threading.RLock()
        self._visit: Visit | None = None
        self._put_right_after_start()

    @property
    def visit(self) -> Visit | None:
        """The visit in hand; one that is packed becomes sent, and its draft goes, as soon as the outbox says so."""
        with self.lock:
            visit = self._visit
            entry = self._delivered(visit) if visit else None
            if visit and entry:
                self._visit = flow.mark_sent(visit, str((entry.answer or {}).get("case_number", "")))
                self._it.visits.forget_delivered(visit.visit_id)
            return self._visit

    def required(self) -> Visit:
        """Raises NoVisit."""
        visit = self.visit
        if visit is None:
            raise NoVisit
        return visit

    def item(self) -> ServiceItem:
        """What the visit in hand is about. Raises NoVisit."""
        visit = self.required()
        if visit.item_code is None:
            raise NoVisit
        return self._it.catalogue.get_item(visit.item_code, visit.item_digest)

    def keep(self, visit: Visit) -> Visit:
        """On the disk before anybody is told."""
        self._save(visit)
        self._visit = visit
        return visit

    def drop_unnamed_pages(self, visit: Visit) -> None:
        """Remove the pictures that were retaken or taken out, once that can no longer be undone."""
        self._it.visits.drop_pages_except(visit.visit_id, flow.named_page_ids(visit))

    def lay_aside(self) -> None:
        """Clear the counter; what is not yet sent stays on the disk."""
        visit = self.required()
        if visit.step != "sent":
            self._save(visit, set_aside=True)
        self._visit = None

    def make_room(self) -> None:
        """A packed or sent visit may lie aside without being asked. Raises VisitInHand for any other."""
        visit = self.visit
        if visit and not flow.is_put_away(visit):
            raise VisitInHand
        if visit:
            self.lay_aside()

    def throw_away(self) -> None:
        """Remove the draft in hand and its pictures."""
        self._it.visits.forget(self.required().visit_id)
        self._visit = None

    def list_drafts(self) -> list[Visit]:
        """Every draft on the disk, packed ones too."""
        return [Visit.model_validate(record["visit"]) for record in self._it.visits.list_all()]

    def get_draft(self, visit_id: str) -> Visit:
        """Raises UnknownVisit."""
        return Visit.model_validate(self._it.visits.get(visit_id)["visit"])

    def tidy(self) -> None:
        """Bring drafts and outbox together; whatever was done already is done again harmlessly."""
        with self.lock:
            _ = self.visit
            for draft in self.list_drafts():
                if self._delivered(draft):
                    self._it.visits.forget_delivered(draft.visit_id)
                elif draft.refusal and flow.replaces(draft, draft.refusal.packet_id):
                    self._it.outbox.mark_replaced(draft.refusal.packet_id)

    def _delivered(self, visit: Visit) -> Entry | None:
        entry = self._it.outbox.find(visit.packet_id) if visit.step == "packed" else None
        return entry if entry and entry.state == "delivered" else None

    def _save(self, visit: Visit, set_aside: bool = False) -> None:
        saved_at = self._it.clock.now().isoformat()
        record: dict[str, Any] = {"visit": visit.model_dump(mode="json"), "saved_at": saved_at, "set_aside": set_aside}
        self._it.visits.save(visit.visit_id, record)

    def _put_right_after_start(self) -> None:
        """After a crash or a power cut the visit lies on the counter as it lay; what was half done is finished off."""
        in_hand: list[tuple[str, str]] = []
        for record in self._it.visits.list_all():
            visit = Visit.model_validate(record["visit"])
            self.drop_unnamed_pages(visit)
            self._agree_with_outbox(visit, record["set_aside"])
            if not record["set_aside"]:
                in_hand.append((record["saved_at"], visit.visit_id))
        self.tidy()
        self._it.outbox.forget_settled()
        left = {draft.visit_id: draft for draft in self.list_drafts()}
        waiting = [(saved_at, visit_id) for saved_at, visit_id in in_hand if visit_id in left]
        self._visit = left[max(waiting)[1]] if waiting else None

    def _agree_with_outbox(self, visit: Visit, set_aside: bool) -> None:
        """The outbox knows best whether there is a packet; a lost outbox must not strand what was packed."""
        known = self._it.outbox.find(visit.packet_id)
        if known and not flow.is_put_away(visit):
            self._save(flow.mark_packed(visit, known.added_at), set_aside)
        elif visit.step == "sent":  # an earlier program kept a sent visit until the counter was cleared
            self._it.visits.forget_delivered(visit.visit_id)
        elif not known and visit.step == "packed":
            lost = Refusal(packet_id=visit.packet_id, reason=LOST_BY_OUTBOX)
            again = flow.reopen(visit, packet_id=visit.packet_id, agent=visit.agent, refusal=lost)
            self._save(again, set_aside)
