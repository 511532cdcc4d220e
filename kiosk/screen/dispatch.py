"""上传 and after: a checked visit becomes a packet, a receipt, and once more a visit when the server would not take it."""

from forms import packet
from forms.item import ServiceItem
from forms.packet import Agent
from kiosk import flow
from kiosk.flow import Refusal, Visit
from kiosk.outbox import Entry, ReopenRefused
from kiosk.printer import Printed
from kiosk.safe import NoRoom
from kiosk.screen.equipment import Equipment
from kiosk.screen.hand import Hand
from kiosk.screen.packing import receipt_facts, seal_visit


class DraftGone(LookupError):
    """The packet was refused, and what it was made of is not on this PC."""

    code = "draft_gone"

    def __init__(self) -> None:
        super().__init__("这一件拍好的材料不在这台电脑上了。请先点“再传一次”，还不行就用原件重新办。")


class Dispatch:
    """The way of packets from this counter."""

    def __init__(self, equipment: Equipment, hand: Hand) -> None:
        self._it, self._hand = equipment, hand

    def send(self) -> Entry:
        """上传: seal the visit to the server's key and put it in the outbox; the same visit twice makes one packet."""
        with self._hand.lock:
            visit = self._hand.required()
            known = self._it.outbox.find(visit.packet_id)
            if known is None:
                item = self._hand.item()
                flow.require_pack(visit, item)
                known = self._pack(visit, item)
            self._finish_packing(visit)
        self._it.uplink.wake()
        return known

    def _pack(self, visit: Visit, item: ServiceItem) -> Entry:
        received_at = visit.received_at or self._it.clock.now()
        sealed = seal_visit(
            visit,
            item,
            read_page=lambda page_id: self._it.visits.get_page(visit.visit_id, page_id),
            paper=self._it.paper,
            machine=self._it.machine,
            catalogue_digest=self._it.catalogue.digest,
            received_at=received_at,
        )
        try:
            return self._it.outbox.add(visit.packet_id, sealed, receipt_facts(visit, item, received_at))
        except NoRoom:
            raise NoRoom("电脑硬盘快满了，这一份没有打成包。拍好的都在，请删掉一些不用的文件，再点“上传”。") from None

    def _finish_packing(self, visit: Visit) -> None:
        """From here on the draft is only a reserve; done again harmlessly after a power cut."""
        if not flow.is_put_away(visit):
            packed = self._hand.keep(flow.mark_packed(visit, self._it.clock.now()))
            self._hand.drop_unnamed_pages(packed)

    def reopen(self, packet_id: str, agent: Agent) -> Visit:
        """重新打开: what the server refused lies on the counter again, at the check. Asking twice is harmless.

        The draft gets its new packet before the old one is set down as replaced: a power cut in between leaves a draft
        that names what it replaces, and the next start does the rest.
        """
        with self._hand.lock:
            self._hand.tidy()
            entry, in_hand = self._it.outbox.get(packet_id), self._hand.visit
            if in_hand and flow.replaces(in_hand, packet_id):
                return in_hand
            if entry.state != "refused":
                raise ReopenRefused(entry)
            draft = next((one for one in self._hand.list_drafts() if one.packet_id == packet_id), None)
            if draft is None:
                raise DraftGone
            self._hand.make_room()
            refusal = Refusal(packet_id=packet_id, reason=entry.reason or "", reference=entry.reference)
            again = flow.reopen(draft, packet_id=packet.new_packet_id(), agent=agent, refusal=refusal)
            self._hand.keep(again)
            self._it.outbox.mark_replaced(packet_id)
            return again

    def print_receipt(self, packet_id: str) -> Printed:
        """收件回执: with no case number yet it shows the lookup code, which finds the case once it has arrived."""
        entry = self._it.outbox.get(packet_id)
        item = self._it.catalogue.get_item(entry.facts["item_code"])
        receipt = self._it.paper.receipt(item, entry.facts, entry.answer)
        return self._it.printer.print_pdf(f"receipt-{item.code}-{packet_id[:8]}", receipt)

    def try_again(self, packet_id: str) -> None:
        """Under the counter's lock, so that a packet being reopened is not sent at the same moment."""
        with self._hand.lock:
            self._it.outbox.try_again(packet_id)
        self._it.uplink.wake()
