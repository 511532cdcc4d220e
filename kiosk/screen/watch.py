"""Watches the desk for one visit: what every look finds, and from it when the sheet is to be taken by itself."""

import math
import threading
from dataclasses import dataclass, replace

import numpy as np

from kiosk.flow import WRONG_PAGE
from kiosk.screen.auto_shot import AutoShot, Glimpse, Moment
from kiosk.screen.eye import Advice, Eye, Look
from kiosk.screen.glances import Glances, Told
from kiosk.screen.reader import ReadPage, Wanted

NOTHING_SEEN = Look(None, ())


@dataclass(frozen=True)
class Seen:
    """One look at the desk; `moment` is None while nothing is to be taken by itself."""

    look: Look
    moment: Moment | None = None


class SheetChanged(Exception):
    """The sheet that was to be taken by itself is no longer the one under the camera; nothing was lost."""

    code = "sheet_changed"

    def __init__(self) -> None:
        super().__init__("纸动过了，没有自动拍。放好不动就会再拍，也可以按空格键。")


class Watch:
    """The looking thread looks through it; the screen's threads say for what, and what became of a picture."""

    def __init__(self, eye: Eye, read_page: ReadPage | None = None) -> None:
        """`read_page` tells another paper than the one wanted before it is taken; None: nothing is read."""
        self._eye = eye
        self._lock = threading.Lock()
        self._auto = AutoShot()
        self._visit_id: str | None = None
        self._small: np.ndarray | None = None
        self._moment: Moment | None = None
        self._is_on = False
        self._told = Told()
        self._glances = Glances(read_page) if read_page else None

    def close(self) -> None:
        if self._glances:
            self._glances.close()

    def wait_for(self, visit_id: str | None, wanted: Wanted | None, by_itself: bool) -> None:
        """What the page looks on for: a visit (None: for none), the page it wants next, and whether to take it by itself."""
        with self._lock:
            self._is_on = visit_id is not None and by_itself
            if visit_id not in (None, self._visit_id):
                self._auto.forget()
                self._visit_id = visit_id
            if self._glances:
                self._glances.want(wanted)

    def look(self, image: np.ndarray, at: float) -> Seen:
        """One look at a picture taken at `at`, seconds of a clock that only goes forward."""
        look = self._eye.look(image)
        with self._lock:
            self._told = self._glances.told_of(look, image, at) if self._glances else Told()
            look = with_word_against(look, self._told.sentence)
            self._small = look.small
            self._moment = self._auto.see(_glimpse(look, image, self._told), at) if self._is_on else None
            return Seen(look, self._moment)

    def word_against(self, wanted: Wanted) -> str | None:
        """What the last look was told against the sheet as the page that is wanted, None when nothing."""
        with self._lock:
            return self._told.sentence if self._told.wanted == wanted else None

    def require_sight(self, sight: int) -> None:
        """Raises SheetChanged unless this very sheet is the one to be taken now."""
        with self._lock:
            if self._moment is None or (self._moment.phase, self._moment.sight) != ("shoot", sight):
                raise SheetChanged

    def note_taken(self) -> None:
        """The sheet that lies there now is kept: not once more."""
        with self._lock:
            self._auto.note_taken(self._small)

    def note_asked(self) -> None:
        """The sheet that lies there now is the agent's to decide."""
        with self._lock:
            self._auto.note_asked()

    def forget(self) -> None:
        """The sheet that lies there now may be taken, whatever was taken before."""
        with self._lock:
            self._auto.forget()


def with_word_against(look: Look, sentence: str | None) -> Look:
    """The look with what reading says against the sheet; a finding like any other that does not forbid a picture."""
    if sentence is None:
        return look
    return replace(look, advice=(*look.advice, Advice(WRONG_PAGE, sentence, False)))


def _glimpse(look: Look, image: np.ndarray, told: Told) -> Glimpse:
    return Glimpse(
        look.corners,
        math.hypot(*image.shape[:2]),
        forbidden=any(one.blocking for one in look.advice),
        doubtful=bool(look.advice),
        being_read=told.is_reading,
        small=look.small,
    )
