"""拍材料: the errands around pages. A picture is on the disk before the record names it, and the screen is told last."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kiosk import flow
from kiosk.flow import Page, Visit
from kiosk.screen.equipment import Equipment
from kiosk.screen.eye import Taken
from kiosk.screen.hand import Hand
from kiosk.screen.reader import wanted_of
from kiosk.screen.readings import Readings, remarks_on
from kiosk.screen.watch import with_word_against
from kiosk.visits import UnknownPage

#: pages of a pile nobody has sorted yet are kept as any paper is
LOOSE_CAPTURE = "generic"


class CaptureRefused(Exception):
    """There is no picture that could be kept in spite of its findings."""

    code = "capture_refused"


@dataclass(frozen=True)
class CaptureOutcome:
    """What became of one picture; `keepable` when the agent may keep it in spite of the findings."""

    accepted: bool
    keepable: bool
    taken: Taken
    page_id: str | None


@dataclass(frozen=True)
class _Waiting:
    """A picture with findings that do not forbid it, until the agent decides; of this visit and no other."""

    visit_id: str
    material_id: str
    taken: Taken
    captured_at: datetime


class Captures:
    """The pages of the visit in hand."""

    def __init__(self, equipment: Equipment, hand: Hand, readings: Readings) -> None:
        self._it, self._hand, self._lock, self._readings = equipment, hand, hand.lock, readings
        self._desk = equipment.live_view.desk
        self._waiting: _Waiting | None = None

    def let_go(self) -> None:
        """Forget a picture nobody decided about: the visit or the step was left."""
        self._waiting = None

    def capture(self, material_id: str, sight: int | None = None) -> CaptureOutcome:
        """拍: a clean picture is kept at once, one with findings waits for the agent, a useless one is refused.

        `sight` is the sheet that is to be taken by itself, None when the agent pressed. Raises SheetChanged.
        """
        with self._lock:
            begun_in, item = self._hand.required(), self._hand.item()
            flow.require_page(begun_in, item, material_id)
            material = item.materials_by_id.get(material_id)  # none for the loose pile
            wanted = wanted_of(begun_in, material) if material else None
        if sight is not None:
            self._desk.require_sight(sight)
        self._desk.note_asked()  # until this picture is kept: whatever goes wrong, it is not tried again by itself
        against = self._it.live_view.word_against(wanted) if wanted else None
        taken, captured_at = self._it.live_view.take(material.capture if material else LOOSE_CAPTURE)
        taken = replace(taken, look=with_word_against(taken.look, against))
        with self._lock:
            self._waiting = None
            if self._hand.required().visit_id != begun_in.visit_id:
                raise CaptureRefused("拍的时候换了一件，这张没有留。请把纸放好，重新拍一张。")
            if taken.clean:
                return CaptureOutcome(True, False, taken, self._accept(material_id, taken, captured_at))
            if not taken.blocked:
                self._waiting = _Waiting(begun_in.visit_id, material_id, taken, captured_at)
            return CaptureOutcome(False, not taken.blocked, taken, None)

    def keep_anyway(self, material_id: str) -> CaptureOutcome:
        """就用这张: the agent answers for a picture that is not perfect; the record keeps what was found."""
        with self._lock:
            waiting, visit = self._waiting, self._hand.required()
            if waiting is None or (waiting.visit_id, waiting.material_id) != (visit.visit_id, material_id):
                raise CaptureRefused("没有可以留用的照片。请把纸放好，重新拍一张。")
            page_id = self._accept(material_id, waiting.taken, waiting.captured_at)
            self._waiting = None
            return CaptureOutcome(True, False, waiting.taken, page_id)

    def _accept(self, material_id: str, taken: Taken, captured_at: datetime) -> str:
        """Picture first, record second, screen last: whatever the power does, nothing accepted is lost."""
        despite = tuple(finding.code for finding in taken.look.advice)
        page = Page(page_id=secrets.token_hex(12), captured_at=captured_at, kept_despite=despite, shape=taken.shape)
        self.add(material_id, page, taken.page or b"")
        self._add_further(material_id, taken, captured_at)
        self._desk.note_taken()
        return page.page_id

    def _add_further(self, material_id: str, taken: Taken, captured_at: datetime) -> None:
        """Both sides of a card, laid side by side: the further ones are the material's next pages while it lacks any."""
        for picture in taken.further:
            names = self._hand.item().materials_by_id[material_id].page_names
            if len(self._hand.required().pages.get(material_id, ())) >= len(names):
                return
            page = Page(page_id=secrets.token_hex(12), captured_at=captured_at, shape=taken.shape)
            self.add(material_id, page, picture)

    def add(self, material_id: str, page: Page, picture: bytes) -> Visit:
        """Put one picture on the disk and into the visit. Raises StepNotAllowed, NoRoom."""
        with self._lock:
            visit = self._hand.required()
            changed = flow.add_page(visit, self._hand.item(), material_id, page)
            self._it.visits.keep_page(visit.visit_id, page.page_id, picture)
            self._keep(changed)
            self._readings.read_soon(changed)
            return changed

    def ask_retake(self, material_id: str, index: int) -> Visit:
        with self._lock:
            self._waiting = None
            changed = self._hand.keep(flow.ask_retake(self._hand.required(), material_id, index))
            self._desk.forget()
            return changed

    def drop_page(self, material_id: str, index: int) -> Visit:
        with self._lock:
            return self._keep(flow.drop_page(self._hand.required(), material_id, index))

    def move_page(self, material_id: str, index: int, to: str, place: int) -> Visit:
        with self._lock:
            visit, item = self._hand.required(), self._hand.item()
            return self._keep(flow.move_page(visit, item, material_id, index, to, place))

    def turn_page(self, material_id: str, index: int, degrees: int) -> Visit:
        with self._lock:
            return self._keep(flow.turn_page(self._hand.required(), material_id, index, degrees))

    def vouch_page(self, material_id: str, index: int) -> Visit:
        """就用这一页, whatever its reading says. Raises CaptureRefused when nothing was found on it."""
        with self._lock:
            visit, item = self._hand.required(), self._hand.item()
            pages = visit.pages.get(material_id, ())
            remark = remarks_on(visit, item).get(pages[index].page_id) if 0 <= index < len(pages) else None
            if remark is None:
                raise CaptureRefused("这一页没有要看一下的地方，不用点。")
            return self._keep(flow.vouch_page(visit, material_id, index, (remark.code,)))

    def sort_stack(self, places: Mapping[str, str | None]) -> Visit:
        with self._lock:
            return self._keep(flow.sort_stack(self._hand.required(), places))

    def undo(self) -> Visit:
        with self._lock:
            self._waiting = None
            return self._keep(flow.undo(self._hand.required()))

    def _keep(self, changed: Visit) -> Visit:
        self._hand.keep(changed)
        self._hand.drop_unnamed_pages(changed)
        return changed

    def read_page(self, page_id: str) -> bytes:
        """The picture of one page of the visit in hand, as it was taken. Raises UnknownPage.

        Attack on privacy: once packed, the page at this address would still show the last villager's papers to the next.
        """
        visit = self._hand.required()
        if flow.is_put_away(visit):
            raise UnknownPage(page_id)
        return self._it.visits.get_page(visit.visit_id, page_id)

    def find_page(self, page_id: str) -> Page:
        """Raises UnknownPage."""
        found = next((one for one in flow.list_pages(self._hand.required()) if one.page_id == page_id), None)
        if found is None:
            raise UnknownPage(page_id)
        return found
