"""The errands behind the buttons: each asks the flow, does the work, puts it on the disk, and only then tells the screen."""

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forms import packet
from forms.catalogue import Catalogue
from forms.clock import Clock
from forms.item import Answers, ServiceItem
from forms.packet import Agent
from kiosk import flow
from kiosk.agents import AgentRegister
from kiosk.flow import CorrectionReason, NextPage, Page, Step, Visit
from kiosk.outbox import Entry, Outbox
from kiosk.printer import Printed, Printer
from kiosk.safe import NoRoom
from kiosk.screen.eye import Taken
from kiosk.screen.live_view import LiveView
from kiosk.screen.packing import receipt_facts, seal_visit
from kiosk.screen.paper import Paper
from kiosk.server_link import MachineCredentials, ServerAway, ServerLink
from kiosk.uplink import Uplink
from kiosk.visits import VisitStore


class NotSignedIn(Exception):
    """Nobody is at the counter."""

    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__("请先登录。")


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


class UnknownCase(LookupError):
    """No correction is asked for in this case."""

    code = "unknown_case"

    def __init__(self) -> None:
        super().__init__("补正的清单里没有这一件，可能已经补过了。")


class CaptureRefused(Exception):
    """There is no picture that could be kept in spite of its findings."""

    code = "capture_refused"


@dataclass(frozen=True)
class CaptureOutcome:
    """What became of one press of the button; `keepable` when the agent may keep it in spite of the findings."""

    accepted: bool
    keepable: bool
    taken: Taken
    page_id: str | None


@dataclass(frozen=True)
class _Waiting:
    """A picture with findings that do not forbid it, until the agent decides."""

    material_id: str
    taken: Taken
    captured_at: datetime


@dataclass(frozen=True)
class Equipment:
    """Everything a counter works with."""

    catalogue: Catalogue
    clock: Clock
    machine: MachineCredentials
    link: ServerLink
    register: AgentRegister
    visits: VisitStore
    outbox: Outbox
    uplink: Uplink
    printer: Printer
    live_view: LiveView
    paper: Paper
    idle_lock_seconds: float = 900.0
    monotonic: Callable[[], float] = time.monotonic


class Counter:
    """One counter with one agent and one visit in hand; safe to call from the screen's threads."""

    def __init__(self, equipment: Equipment) -> None:
        self._it = equipment
        self._lock = threading.RLock()
        self._agent: Agent | None = None
        self._touched_at = 0.0
        self._visit: Visit | None = None
        self._waiting: _Waiting | None = None
        self._corrections: list[dict[str, Any]] = []
        self._reopen_after_start()

    # --- who is at the counter

    @property
    def agent(self) -> Agent | None:
        """The agent signed in; nobody after a long time without a touch (an unattended screen shows no one's papers)."""
        if self._agent and self._it.monotonic() - self._touched_at > self._it.idle_lock_seconds:
            self._agent = None
        return self._agent

    def touch(self) -> None:
        """Somebody did something; looking on does not count."""
        self._touched_at = self._it.monotonic()

    def sign_in(self, sign_in_name: str, password: str) -> Agent:
        """Raises SignInRefused. The draft in hand stays in hand, answered for by whoever is here now."""
        agent = self._it.register.sign_in(sign_in_name, password)
        with self._lock:
            self._agent = agent
            self.touch()
            visit = self._visit
            if visit and visit.agent != agent and "take_over" in flow.allowed_actions(visit):
                self._keep(flow.take_over(visit, agent))
        return agent

    def sign_out(self) -> None:
        self._agent = None

    def _required_agent(self) -> Agent:
        if self._agent is None:
            raise NotSignedIn
        return self._agent

    # --- which visit

    @property
    def visit(self) -> Visit | None:
        """The visit in hand; one that is packed becomes sent as soon as the outbox says so."""
        with self._lock:
            visit = self._visit
            if visit and visit.step == "packed":
                entry = self._it.outbox.find(visit.packet_id)
                if entry and entry.state == "delivered" and entry.answer:
                    self._keep(flow.mark_sent(visit, str(entry.answer.get("case_number", ""))))
            return self._visit

    def item(self) -> ServiceItem:
        """What the visit in hand is about. Raises NoVisit."""
        visit = self.visit
        if visit is None or visit.item_code is None:
            raise NoVisit
        return self._it.catalogue.get_item(visit.item_code)

    def begin(self, item_code: str) -> Visit:
        """A villager comes with an application; choosing again before anything is answered changes the item."""
        item = self._it.catalogue.get_item(item_code)
        with self._lock:
            visit = self.visit
            if visit is None or visit.step == "sent":
                visit = self._new_visit()
            elif visit.step not in ("choose_item", "notice", "answers"):
                raise VisitInHand
            return self._keep(flow.choose_item(visit, item))

    def begin_correction(self, case_number: str) -> Visit:
        """A villager comes back with what a department asked for."""
        wanted = next((one for one in self.list_corrections() if one["case_number"] == case_number), None)
        if wanted is None:
            raise UnknownCase
        item = self._it.catalogue.get_item(wanted["item_code"])
        reasons = tuple(_reason(one) for one in wanted.get("reasons", []))
        with self._lock:
            if self.visit and self.visit.step != "sent":
                raise VisitInHand
            begun = flow.begin_correction(
                self._new_visit(), item, case_number=case_number, lookup_code=wanted["lookup_code"], reasons=reasons
            )
            return self._keep(begun)

    def _new_visit(self) -> Visit:
        self._close_sent()
        return flow.begin_visit(
            visit_id=secrets.token_hex(16),
            packet_id=packet.new_packet_id(),
            lookup_code=packet.new_lookup_code(),
            agent=self._required_agent(),
            started_at=self._it.clock.now(),
        )

    def list_corrections(self) -> list[dict[str, Any]]:
        """What departments want to see again in this village; without a line, what they wanted when it was last there."""
        with suppress(ServerAway):
            self._corrections = self._it.link.list_corrections()
        return self._corrections

    def list_drafts(self) -> list[Visit]:
        """Visits put aside, newest first."""
        in_hand = self._visit.visit_id if self._visit else None
        drafts = [Visit.model_validate(record["visit"]) for record in self._it.visits.list_all()]
        waiting = [draft for draft in drafts if draft.visit_id != in_hand and draft.step not in ("packed", "sent")]
        return sorted(waiting, key=lambda draft: draft.started_at, reverse=True)

    def reopen(self, visit_id: str) -> Visit:
        """Go on with a visit put aside."""
        with self._lock:
            if self.visit and self.visit.step != "sent":
                raise VisitInHand
            self._close_sent()
            visit = Visit.model_validate(self._it.visits.get(visit_id)["visit"])
            return self._keep(flow.take_over(visit, self._required_agent()))

    def set_aside(self) -> None:
        """The villager fetches something: clear the counter, keep the draft."""
        with self._lock:
            visit = self._required_visit()
            self._it.visits.save(visit.visit_id, self._record(visit, set_aside=True))
            self._visit, self._waiting = None, None

    def abandon(self) -> None:
        """不办了: the draft and its pictures are removed."""
        with self._lock:
            visit = self._required_visit()
            flow.require_allowed(visit, "abandon")
            self._it.visits.forget(visit.visit_id)
            self._visit, self._waiting = None, None

    def close(self) -> None:
        """办下一件: the packet is in the outbox, so the counter may be cleared."""
        with self._lock:
            visit = self._required_visit()
            if visit.step not in ("packed", "sent"):
                raise VisitInHand
            self._it.visits.forget(visit.visit_id)
            self._visit = None

    # --- the steps

    def turn_to(self, step: Step) -> Visit:
        with self._lock:
            self._waiting = None
            return self._keep(flow.turn_to(self._required_visit(), step))

    def print_notice(self) -> Printed:
        """The visit moves only when the sheet is out: a record that outruns the paper is worse than none."""
        with self._lock:
            visit, item, now = self._required_visit(), self.item(), self._it.clock.now()
            flow.require_allowed(visit, "print_notice")
            sheet = self._it.paper.notice_sheet(item, visit.answers, flow.count_pages(visit), now)
            printed = self._it.printer.print_pdf(f"notice-{item.code}-{visit.visit_id[:8]}", sheet)
            self._keep(flow.record_notice_printed(visit, now))
            return printed

    def give_answers(self, answers: Answers) -> Visit:
        with self._lock:
            return self._keep(flow.give_answers(self._required_visit(), self.item(), answers))

    def print_form(self) -> Printed:
        with self._lock:
            visit, item, now = self._required_visit(), self.item(), self._it.clock.now()
            flow.require_allowed(visit, "print_form")
            form = self._it.paper.application_form(item, visit.answers, now)
            printed = self._it.printer.print_pdf(f"form-{item.code}-{visit.visit_id[:8]}", form)
            self._keep(flow.record_form_printed(visit, now))
            return printed

    def next_page(self) -> NextPage | None:
        visit = self.visit
        return flow.next_page(visit, self.item()) if visit and visit.item_code else None

    def capture(self, material_id: str) -> CaptureOutcome:
        """拍: a clean picture is kept at once, one with findings waits for the agent, a useless one is refused."""
        with self._lock:
            flow.require_page(self._required_visit(), self.item(), material_id)
        taken, captured_at = self._it.live_view.take()
        with self._lock:
            self._waiting = None
            if taken.blocked:
                return CaptureOutcome(False, False, taken, None)
            if not taken.clean:
                self._waiting = _Waiting(material_id, taken, captured_at)
                return CaptureOutcome(False, True, taken, None)
            return CaptureOutcome(True, False, taken, self._accept(material_id, taken, captured_at))

    def keep_anyway(self, material_id: str) -> CaptureOutcome:
        """就用这张: the agent answers for a picture that is not perfect; the record keeps what was found."""
        with self._lock:
            waiting = self._waiting
            if waiting is None or waiting.material_id != material_id:
                raise CaptureRefused("没有可以留用的照片。请把纸放好，重新拍一张。")
            page_id = self._accept(material_id, waiting.taken, waiting.captured_at)
            self._waiting = None
            return CaptureOutcome(True, False, waiting.taken, page_id)

    def _accept(self, material_id: str, taken: Taken, captured_at: datetime) -> str:
        """Picture first, record second, screen last: whatever the power does, nothing accepted is lost."""
        visit, page_id = self._required_visit(), secrets.token_hex(12)
        despite = tuple(finding.code for finding in taken.look.advice)
        page = Page(page_id=page_id, captured_at=captured_at, kept_despite=despite)
        changed = flow.add_page(visit, self.item(), material_id, page)
        self._it.visits.keep_page(visit.visit_id, page_id, taken.page or b"")
        self._keep(changed)
        self._drop_unnamed_pages(changed)
        return page_id

    def ask_retake(self, material_id: str, index: int) -> Visit:
        with self._lock:
            self._waiting = None
            return self._keep(flow.ask_retake(self._required_visit(), material_id, index))

    def drop_page(self, material_id: str, index: int) -> Visit:
        with self._lock:
            changed = self._keep(flow.drop_page(self._required_visit(), material_id, index))
            self._drop_unnamed_pages(changed)
            return changed

    def read_page(self, page_id: str) -> bytes:
        """The picture of one page of the visit in hand. Raises UnknownPage."""
        return self._it.visits.get_page(self._required_visit().visit_id, page_id)

    def check_originals(self, material_ids: tuple[str, ...]) -> Visit:
        with self._lock:
            return self._keep(flow.check_originals(self._required_visit(), self.item(), material_ids))

    # --- packing and after

    def send(self) -> Entry:
        """上传: seal the visit to the server's key and put it in the outbox; the same visit twice makes one packet."""
        with self._lock:
            visit = self._required_visit()
            known = self._it.outbox.find(visit.packet_id)
            if known is None:
                item = self.item()
                flow.require_pack(visit, item)
                known = self._pack(visit, item)
            self._finish_packing(visit)
        self._it.uplink.wake()
        return known

    def _pack(self, visit: Visit, item: ServiceItem) -> Entry:
        now = self._it.clock.now()
        sealed = seal_visit(
            visit,
            item,
            read_page=lambda page_id: self._it.visits.get_page(visit.visit_id, page_id),
            paper=self._it.paper,
            machine=self._it.machine,
            catalogue_digest=self._it.catalogue.digest,
            received_at=now,
        )
        try:
            return self._it.outbox.add(visit.packet_id, sealed, receipt_facts(visit, item, now))
        except NoRoom:
            raise NoRoom("电脑硬盘快满了，这一份没有打成包。拍好的都在，请删掉一些不用的文件，再点“上传”。") from None

    def _finish_packing(self, visit: Visit) -> None:
        """The draft forgets what the packet now holds; done again harmlessly after a power cut."""
        if visit.step not in ("packed", "sent"):
            visit = flow.mark_packed(visit, self._it.clock.now())
        self._keep(visit)
        self._it.visits.drop_pages_except(visit.visit_id, ())

    def print_receipt(self, packet_id: str) -> Printed:
        """收件回执: with no case number yet it shows the lookup code, which finds the case once it has arrived."""
        entry = self._it.outbox.get(packet_id)
        item = self._it.catalogue.get_item(entry.facts["item_code"])
        receipt = self._it.paper.receipt(item, entry.facts, entry.answer)
        return self._it.printer.print_pdf(f"receipt-{item.code}-{packet_id[:8]}", receipt)

    def try_again(self, packet_id: str) -> None:
        self._it.outbox.try_again(packet_id)
        self._it.uplink.wake()

    # --- keeping

    def _required_visit(self) -> Visit:
        visit = self.visit
        if visit is None:
            raise NoVisit
        return visit

    def _keep(self, visit: Visit) -> Visit:
        """On the disk before anybody is told."""
        self._it.visits.save(visit.visit_id, self._record(visit))
        self._visit = visit
        return visit

    def _record(self, visit: Visit, set_aside: bool = False) -> dict[str, Any]:
        saved_at = self._it.clock.now().isoformat()
        return {"visit": visit.model_dump(mode="json"), "saved_at": saved_at, "set_aside": set_aside}

    def _drop_unnamed_pages(self, visit: Visit) -> None:
        named = {page.page_id for pages in visit.pages.values() for page in pages}
        self._it.visits.drop_pages_except(visit.visit_id, named)

    def _close_sent(self) -> None:
        if self._visit and self._visit.step == "sent":
            self._it.visits.forget(self._visit.visit_id)
            self._visit = None

    def _reopen_after_start(self) -> None:
        """After a crash or a power cut the visit lies on the counter as it lay; a packed one is finished off."""
        in_hand: list[tuple[str, Visit]] = []
        for record in self._it.visits.list_all():
            visit = Visit.model_validate(record["visit"])
            self._drop_unnamed_pages(visit)
            if self._it.outbox.find(visit.packet_id):
                self._finish_packing(visit)
                visit = self._required_visit()
            if not record["set_aside"]:
                in_hand.append((record["saved_at"], visit))
        self._visit = max(in_hand, key=lambda one: one[0])[1] if in_hand else None


def _reason(told: dict[str, Any]) -> CorrectionReason:
    return CorrectionReason(
        material_id=told.get("material_id"),
        material_name=str(told.get("material_name") or ""),
        reason_label=str(told.get("reason_label") or ""),
        note=told.get("note"),
    )
