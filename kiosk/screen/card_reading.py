"""读身份证: a card is waited for and read in the background; the screen asks how far it is, and may call it off.

What a chip says goes into the sealed draft of the visit it was asked for, and nowhere else; the log knows kinds of trouble.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kiosk import flow
from kiosk.card_reader.card import ChipCard
from kiosk.card_reader.reader import CardReader, CardReaderTrouble, NoCard
from kiosk.safe import NoRoom
from kiosk.screen.answering import note
from kiosk.screen.cards import CardPlace, card_places, read_card
from kiosk.screen.hand import Hand

log = logging.getLogger("kiosk.card_reader")

#: how long the villager may look for the card
WAIT_SECONDS = 40.0


class CardRefused(Exception):
    """No card can be read here now."""

    code = "card_refused"


@dataclass(frozen=True)
class Wish:
    """Whose card is waited for, in which visit, until which moment of the monotonic clock."""

    visit_id: str
    place: CardPlace
    until: float


@dataclass(frozen=True)
class Standing:
    """How far the reading is; `sentence` and `reference` only in trouble, `seconds_left` and `owner` while waiting."""

    state: Literal["idle", "waiting", "read", "trouble"] = "idle"
    owner: str = ""
    seconds_left: int = 0
    sentence: str = ""
    reference: str = ""


class CardReading:
    """The card reader beside the counter; one card at a time."""

    def __init__(self, reader: CardReader | None, hand: Hand, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._reader, self._hand, self._monotonic = reader, hand, monotonic
        self._lock = threading.Lock()
        self._wish: Wish | None = None
        self._working = False
        self._ended = Standing()

    @property
    def is_there(self) -> bool:
        """Whether this PC has a reader."""
        return self._reader is not None

    def begin(self, material_id: str, place: int) -> None:
        """Wait for the card of this person, and no longer for any other. Raises CardRefused, NoVisit, StepNotAllowed."""
        visit, person = self._hand.required(), self.find_place(material_id, place)
        if self._reader is None:
            raise CardRefused("这台电脑没有接身份证读卡器。请改用拍照，姓名和号码也能认出来。")
        flow.require_allowed(visit, "read_card")
        with self._lock:
            self._wish = Wish(visit.visit_id, person, self._monotonic() + WAIT_SECONDS)
            self._ended = Standing()
            starts, self._working = not self._working, True
        if starts:
            threading.Thread(target=self._work, args=(self._reader,), name="card reader", daemon=True).start()

    def cancel(self) -> None:
        """不读了: a card that is read all the same is forgotten at once. Cancelling twice is harmless."""
        with self._lock:
            self._wish, self._ended = None, Standing()

    def drop(self, material_id: str, place: int) -> None:
        """去掉: it was another person's card. Raises NoVisit, StepNotAllowed."""
        with self._hand.lock:
            self._hand.keep(flow.drop_card(self._hand.required(), material_id, place))

    def standing(self) -> Standing:
        with self._lock:
            if self._wish is None:
                return self._ended
            left = max(0, round(self._wish.until - self._monotonic()))
            return Standing("waiting", self._wish.place.owner, left)

    def find_place(self, material_id: str, place: int) -> CardPlace:
        """Raises CardRefused when the form of the visit in hand asks for no such card."""
        places = card_places(self._hand.required(), self._hand.item())
        found = next((one for one in places if (one.material_id, one.place) == (material_id, place)), None)
        if found is None:
            raise CardRefused("这张表用不上这张身份证，不用读。")
        return found

    def _work(self, reader: CardReader) -> None:
        """On its own thread, as long as a card is wished for."""
        while (wish := self._next_wish()) is not None:
            try:
                given = self._give(wish, reader.read())
                self._end(wish, Standing("read", wish.place.owner) if given else Standing())
            except NoCard as trouble:
                if self._monotonic() >= wish.until:
                    self._end(wish, _told(trouble))
            except (CardReaderTrouble, NoRoom) as trouble:
                self._end(wish, _told(trouble))
            except Exception as error:
                log.error("reading a card failed: %s", type(error).__name__)
                self._end(wish, _told(CardReaderTrouble()))

    def _next_wish(self) -> Wish | None:
        with self._lock:
            self._working = self._wish is not None
            return self._wish

    def _give(self, wish: Wish, card: ChipCard) -> bool:
        """On the disk before it is told; whether it was kept: not when it was called off, or the visit has moved on."""
        with self._hand.lock:
            visit = self._hand.visit
            if visit is None or visit.visit_id != wish.visit_id or not self._is_wished(wish):
                return False
            if "read_card" not in flow.allowed_actions(visit):
                return False
            self._hand.keep(flow.note_card(visit, read_card(wish.place, card)))
            return True

    def _is_wished(self, wish: Wish) -> bool:
        with self._lock:
            return self._wish is wish

    def _end(self, wish: Wish, standing: Standing) -> None:
        """Only of the wish that is still wished."""
        with self._lock:
            if self._wish is wish:
                self._wish, self._ended = None, standing


def _told(trouble: CardReaderTrouble | NoRoom) -> Standing:
    return Standing("trouble", sentence=str(trouble), reference=note(getattr(trouble, "code", "no_room")))
