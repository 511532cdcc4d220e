"""The errands behind the buttons: each asks the flow, does the work, puts it on the disk, and only then tells the screen."""

import secrets
from contextlib import suppress
from typing import Any

from forms import packet
from forms.identity import mask_name
from forms.item import Answers, ServiceItem
from forms.packet import Agent
from forms.search import index_of
from kiosk import flow
from kiosk.flow import CorrectionReason, Step, Visit
from kiosk.printer import Printed
from kiosk.screen.captures import Captures
from kiosk.screen.card_reading import CardReading
from kiosk.screen.dispatch import Dispatch
from kiosk.screen.equipment import Equipment
from kiosk.screen.hand import Hand, VisitInHand
from kiosk.screen.ratings import Ratings
from kiosk.screen.readings import Readings
from kiosk.screen.session import Session
from kiosk.screen.stacks import Stacks
from kiosk.server_link import ServerAway


class ItemStopped(Exception):
    """The errand is suspended or withdrawn: nothing new is begun under it."""

    code = "item_stopped"

    def __init__(self, reason: str) -> None:
        super().__init__(f"这个事项现在不收新的申请。{reason}。请告诉群众原因，需要时请打电话问主管部门。")


class UnknownCase(LookupError):
    """No correction is asked for in this case."""

    code = "unknown_case"

    def __init__(self) -> None:
        super().__init__("补正的清单里没有这一件，可能已经补过了。")


class Counter:
    """One counter with one agent and one visit in hand; safe to call from the screen's threads."""

    def __init__(self, equipment: Equipment, session: Session) -> None:
        self._it, self.session = equipment, session
        self._hand = Hand(equipment)
        self._lock = self._hand.lock
        self.dispatch = Dispatch(equipment, self._hand)
        self.readings = Readings(equipment.read_page, equipment.visits, self._hand)
        self.captures = Captures(equipment, self._hand, self.readings)
        self.stacks = Stacks(equipment, self._hand, self.captures)
        self.ratings = Ratings(equipment)
        self.cards = CardReading(equipment.card_reader, self._hand)
        equipment.uplink.when_delivered(self._hand.tidy)

    def sign_in(self, sign_in_name: str, password: str) -> Agent:
        """Raises SignInRefused. The draft in hand stays in hand, answered for by whoever is here now."""
        agent = self.session.sign_in(sign_in_name, password)
        with self._lock:
            visit = self._hand.visit
            if visit and not flow.is_put_away(visit):
                self.readings.read_soon(visit)
            if visit and visit.agent != agent and "take_over" in flow.allowed_actions(visit):
                self._hand.keep(flow.take_over(visit, agent))
        return agent

    def close_down(self) -> None:
        """Nothing is read any more; what lies on the counter stays on the disk."""
        self.cards.cancel()
        self.readings.close()

    # --- which visit

    @property
    def visit(self) -> Visit | None:
        """The visit in hand."""
        return self._hand.visit

    def item(self) -> ServiceItem:
        """What the visit in hand is about. Raises NoVisit."""
        return self._hand.item()

    def find_items(self, words: str = "") -> list[ServiceItem]:
        """What may be begun today: all of it, or what fits the words, best first."""
        catalogue = self._it.catalogue.current
        offered = catalogue.offered_items
        if not words.strip():
            return list(offered.values())
        return [offered[hit.code] for hit in index_of(catalogue).find(words, kinds=["item"]) if hit.code in offered]

    def find_item_of(self, visit: Visit) -> ServiceItem | None:
        """What a draft is about, in the version it was begun under; None before that is chosen."""
        return self._it.catalogue.get_item(visit.item_code, visit.item_digest) if visit.item_code else None

    def begin(self, item_code: str) -> Visit:
        """A villager comes with an application; choosing again before anything is answered changes the item.

        Raises UnknownItem, ItemStopped.
        """
        item = self._it.catalogue.get_item(item_code)
        if stopped := self._it.catalogue.current.suspended.get(item_code):
            raise ItemStopped(stopped)
        with self._lock:
            visit = self.visit
            if visit is None or visit.step == "sent":
                visit = self._new_visit()
            elif visit.step not in ("choose_item", "notice", "answers"):
                raise VisitInHand
            return self._hand.keep(flow.choose_item(visit, item))

    def begin_correction(self, case_number: str) -> Visit:
        """A villager comes back with what a department asked for."""
        wanted = next((one for one in self.list_corrections() if one["case_number"] == case_number), None)
        if wanted is None:
            raise UnknownCase
        item = self._it.catalogue.keep_version(wanted.get("item"), wanted["item_code"])
        reasons = tuple(_reason(one) for one in wanted.get("reasons", []))
        with self._lock:
            if self.visit and self.visit.step != "sent":
                raise VisitInHand
            begun = flow.begin_correction(
                self._new_visit(),
                item,
                case_number=case_number,
                lookup_code=wanted["lookup_code"],
                reasons=reasons,
                applicant_masked=str(wanted.get("applicant") or "") or None,
            )
            return self._hand.keep(begun)

    def _new_visit(self) -> Visit:
        return flow.begin_visit(
            visit_id=secrets.token_hex(16),
            packet_id=packet.new_packet_id(),
            lookup_code=packet.new_lookup_code(),
            agent=self.session.required(),
            started_at=self._it.clock.now(),
        )

    def list_corrections(self) -> list[dict[str, Any]]:
        """What departments want to see again in this village; without a line, what they wanted when it was last there."""
        with suppress(ServerAway):
            self._it.corrections.remember(self._it.link.list_corrections())
        return self._it.corrections.list_all()

    def list_drafts(self) -> list[Visit]:
        """Visits put aside, newest first."""
        visit = self._hand.visit
        in_hand = visit.visit_id if visit else None
        drafts = [draft for draft in self._hand.list_drafts() if not flow.is_put_away(draft)]
        waiting = [draft for draft in drafts if draft.visit_id != in_hand]
        return sorted(waiting, key=lambda draft: draft.started_at, reverse=True)

    def reopen(self, visit_id: str) -> Visit:
        """Go on with a visit put aside."""
        with self._lock:
            if self.visit and self.visit.step != "sent":
                raise VisitInHand
            draft = self._hand.keep(flow.take_over(self._hand.get_draft(visit_id), self.session.required()))
            self.readings.read_soon(draft)
            return draft

    def reopen_refused(self, packet_id: str) -> Visit:
        """Go on with a visit whose packet the server refused."""
        with self._lock:
            self.captures.let_go()
            return self.dispatch.reopen(packet_id, self.session.required())

    def set_aside(self) -> None:
        """The villager fetches something: clear the counter, keep the draft."""
        with self._lock:
            self._hand.lay_aside()
            self.captures.let_go()

    def abandon(self) -> None:
        """不办了: the draft and its pictures are removed."""
        with self._lock:
            flow.require_allowed(self._hand.required(), "abandon")
            self._hand.throw_away()
            self.captures.let_go()

    def close(self) -> None:
        """办下一件: the packet is in the outbox, so the counter may be cleared; the draft waits until it is delivered."""
        with self._lock:
            if not flow.is_put_away(self._hand.required()):
                raise VisitInHand
            self._hand.lay_aside()

    # --- the steps

    def turn_to(self, step: Step) -> Visit:
        with self._lock:
            self.captures.let_go()
            return self._hand.keep(flow.turn_to(self._hand.required(), step))

    def print_notice(self) -> Printed:
        """The visit moves only when the sheet is out: a record that outruns the paper is worse than none."""
        with self._lock:
            visit, item, now = self._hand.required(), self.item(), self._it.clock.now()
            flow.require_allowed(visit, "print_notice")
            sheet = self._it.paper.notice_sheet(item, visit.answers, flow.count_pages(visit), now)
            printed = self._it.printer.print_pdf(f"notice-{item.code}-{visit.visit_id[:8]}", sheet)
            self._hand.keep(flow.record_notice_printed(visit, now))
            return printed

    def give_answers(self, answers: Answers) -> Visit:
        with self._lock:
            return self._hand.keep(flow.give_answers(self._hand.required(), self.item(), answers))

    def print_form(self) -> Printed:
        with self._lock:
            visit, item, now = self._hand.required(), self.item(), self._it.clock.now()
            flow.require_allowed(visit, "print_form")
            form = self._it.paper.application_form(item, visit.answers, now)
            printed = self._it.printer.print_pdf(f"form-{item.code}-{visit.visit_id[:8]}", form)
            self._hand.keep(flow.record_form_printed(visit, now))
            return printed

    def print_mandate(self) -> Printed:
        """委托书, for an applicant who lets the agent hand the papers in."""
        with self._lock:
            visit, item, now = self._hand.required(), self.item(), self._it.clock.now()
            flow.require_allowed(visit, "print_mandate")
            mandate = self._it.paper.mandate(item, visit.answers, visit.agent, now)
            return self._it.printer.print_pdf(f"mandate-{item.code}-{visit.visit_id[:8]}", mandate)

    def print_covers(self) -> Printed:
        """分隔页, one for each material of this visit."""
        with self._lock:
            visit, item = self._hand.required(), self.item()
            flow.require_allowed(visit, "print_covers")
            applicant = mask_name(item.applicant_name(visit.answers)) or visit.applicant_masked or "见原件"
            covers = self._it.paper.cover_sheets(item, flow.materials_to_capture(visit, item), applicant)
            return self._it.printer.print_pdf(f"covers-{item.code}-{visit.visit_id[:8]}", covers)

    def check_originals(self, material_ids: tuple[str, ...]) -> Visit:
        with self._lock:
            return self._hand.keep(flow.check_originals(self._hand.required(), self.item(), material_ids))


def _reason(told: dict[str, Any]) -> CorrectionReason:
    return CorrectionReason(
        material_id=told.get("material_id"),
        material_name=str(told.get("material_name") or ""),
        reason_label=str(told.get("reason_label") or ""),
        note=told.get("note"),
    )
