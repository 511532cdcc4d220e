"""认字: pages are read in the background once they are accepted, and what they say is told as findings and suggestions.

The visit never waits for it. What a page says lies in the sealed draft only; the log knows kinds of trouble, no words.
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from forms.item import ServiceItem
from kiosk import flow
from kiosk.flow import WRONG_PAGE, Page, PageReading, ReadField, Visit
from kiosk.imaging.read import read_picture
from kiosk.reading import answers
from kiosk.reading.answers import Suggestion
from kiosk.reading.expected import mismatch, same_page
from kiosk.reading.reading import Line, Reading
from kiosk.reading.reading import ReadField as FieldRead
from kiosk.reading.recogniser import CannotRead
from kiosk.screen.cards import chips_of, with_chips
from kiosk.screen.hand import Hand
from kiosk.screen.reader import ReadPage
from kiosk.visits import UnknownPage, UnknownVisit, VisitStore

log = logging.getLogger("kiosk.reading")

SAME_PAGE = "same_page"
_NOWHERE = np.zeros((4, 2), np.float32)


@dataclass(frozen=True)
class Remark:
    """What the agent should look at on a page that was kept: a code for the record and a sentence."""

    code: str
    sentence: str


class Readings:
    """The readings of the visit in hand; one page after the other, on one thread."""

    def __init__(self, read_page: ReadPage, visits: VisitStore, hand: Hand) -> None:
        self._read_page, self._visits, self._hand = read_page, visits, hand
        self._worker = ThreadPoolExecutor(1, "reading")
        self._lock = threading.Lock()
        self._waiting: set[str] = set()
        #: why nothing can be read on this PC, None while it can
        self.trouble: str | None = None

    def close(self) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)

    def read_soon(self, visit: Visit) -> None:
        """Every page of the visit that was not read yet. Asking again is harmless."""
        for page in flow.list_pages(visit):
            with self._lock:
                if self.trouble or page.page_id in visit.readings or page.page_id in self._waiting:
                    continue
                self._waiting.add(page.page_id)
            self._worker.submit(self._read, visit.visit_id, page.page_id)

    def is_waiting(self, page_id: str) -> bool:
        return page_id in self._waiting

    def _read(self, visit_id: str, page_id: str) -> None:
        """On the worker's thread; a page counts as being read until what it says is on the disk."""
        try:
            if (reading := self._said_by(visit_id, page_id)) is not None:
                self._keep(visit_id, page_id, reading)
        finally:
            with self._lock:
                self._waiting.discard(page_id)

    def _said_by(self, visit_id: str, page_id: str) -> Reading | None:
        try:
            page = read_picture(self._visits.get_page(visit_id, page_id))
            return _in_shares(self._read_page(page), page)
        except CannotRead as trouble:
            self.trouble = str(trouble)
        except (UnknownPage, UnknownVisit):
            pass  # taken out meanwhile
        except Exception as error:
            log.error("a page could not be read: %s", type(error).__name__)
            return Reading((), 0, None)
        return None

    def _keep(self, visit_id: str, page_id: str, reading: Reading) -> None:
        """Only while the visit is in hand and open; one laid aside is read when it comes back."""
        with self._hand.lock:
            visit = self._hand.visit
            if visit and visit.visit_id == visit_id and not flow.is_put_away(visit):
                self._hand.keep(flow.note_reading(visit, page_id, kept_form(reading), reading.turn))


def remarks_on(visit: Visit, item: ServiceItem) -> dict[str, Remark]:
    """By page_id, what should be looked at: another paper than the one wanted, or a page that was taken before."""
    found: dict[str, Remark] = {}
    before: list[tuple[str, Page]] = []
    for material in flow.materials_to_capture(visit, item):
        for index, page in enumerate(visit.pages.get(material.id, ())):
            name = f"{material.name.split('（')[0]} {flow.page_name(material, index)}"
            said = visit.readings.get(page.page_id)
            if said is None:
                continue
            sentence = mismatch(material.capture, index, _reading(said), page.shape or "other")
            again = next((former for former, other in before if _is_same(said, visit.readings[other.page_id])), None)
            if sentence and WRONG_PAGE not in page.kept_despite:
                found[page.page_id] = Remark(WRONG_PAGE, sentence)
            elif again and SAME_PAGE not in page.kept_despite:
                found[page.page_id] = Remark(SAME_PAGE, f"这一页和“{again}”是同一页，拍了两次。请去掉一页，或者重拍。")
            before.append((name, page))
    return found


def suggestions_for(visit: Visit, item: ServiceItem) -> tuple[Suggestion, ...]:
    """Answers the papers and the chips of cards offer, at most one for a line of the form."""
    given = {
        material.id: with_chips(
            [
                _reading(visit.readings[page.page_id])
                for page in visit.pages.get(material.id, ())
                if page.page_id in visit.readings
            ],
            [(place, _reading(said)) for place, said in chips_of(visit, material)],
        )
        for material in flow.materials_to_capture(visit, item)
    }
    return answers.suggest(item, given)


def disagreements_in(visit: Visit) -> tuple[str, ...]:
    """Sentences on papers and cards that cannot both be right."""
    said = [card.reading for card in visit.cards]
    said += [visit.readings[page.page_id] for page in flow.list_pages(visit) if page.page_id in visit.readings]
    return answers.disagreements(map(_reading, said))


@lru_cache(maxsize=512)
def _is_same(one: PageReading, other: PageReading) -> bool:
    return same_page(_reading(one), _reading(other))


def kept_form(reading: Reading) -> PageReading:
    """A reading as it lies in the draft; its places must be shares of the page already."""
    fields = tuple(ReadField(**vars(one)) for one in reading.fields)
    places = tuple(_place(line.box) for line in reading.lines)
    lines = tuple(line.text for line in reading.lines)
    return PageReading(kind=reading.kind, lines=lines, places=places, turn=reading.turn, fields=fields)


def _place(box: np.ndarray) -> tuple[float, float, float, float]:
    (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
    return (round(float(left), 4), round(float(top), 4), round(float(right), 4), round(float(bottom), 4))


def _in_shares(reading: Reading, page: np.ndarray) -> Reading:
    size = np.array([page.shape[1], page.shape[0]], np.float32)
    return replace(reading, lines=tuple(replace(line, box=line.box / size) for line in reading.lines))


def _reading(said: PageReading) -> Reading:
    lines = tuple(Line(text, _NOWHERE, 1.0) for text in said.lines)
    fields = tuple(FieldRead(**one.model_dump()) for one in said.fields)  # type: ignore[arg-type]
    return Reading(lines, 0, said.kind, fields)  # type: ignore[arg-type]
