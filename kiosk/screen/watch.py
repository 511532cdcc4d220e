"""Watches the desk for one visit: what every look finds, and from it when the sheet is to be taken by itself."""

import math
import threading
from dataclasses import dataclass

import numpy as np

from kiosk.screen.auto_shot import AutoShot, Glimpse, Moment
from kiosk.screen.eye import Eye, Look

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
    """The looking thread looks through it; the screen's threads say for which visit, and what became of a picture."""

    def __init__(self, eye: Eye) -> None:
        self._eye = eye
        self._lock = threading.Lock()
        self._auto = AutoShot()
        self._visit_id: str | None = None
        self._small: np.ndarray | None = None
        self._moment: Moment | None = None
        self._is_on = False

    def wait_for_sheets_of(self, visit_id: str | None) -> None:
        """Take sheets by themselves for this visit from now on; None: nothing is taken by itself."""
        with self._lock:
            self._is_on = visit_id is not None
            if visit_id not in (None, self._visit_id):
                self._auto.forget()
                self._visit_id = visit_id

    def look(self, image: np.ndarray, at: float) -> Seen:
        """One look at a picture taken at `at`, seconds of a clock that only goes forward."""
        look = self._eye.look(image)
        with self._lock:
            self._small = look.small
            self._moment = self._auto.see(_glimpse(look, image), at) if self._is_on else None
            return Seen(look, self._moment)

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


def _glimpse(look: Look, image: np.ndarray) -> Glimpse:
    return Glimpse(
        look.corners,
        math.hypot(*image.shape[:2]),
        forbidden=any(one.blocking for one in look.advice),
        doubtful=bool(look.advice),
        small=look.small,
    )
