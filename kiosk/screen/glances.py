"""Reads the sheet that lies still under the camera, once, on a thread of its own: a wrong side is told before the shot."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from kiosk.screen.auto_shot import CHANGED_FROM, distance
from kiosk.screen.eye import Look
from kiosk.screen.reader import ReadPage, Wanted, glance

log = logging.getLogger("kiosk.reading")

#: a sheet is read when its small picture has not changed for so long, in seconds
STILL_SECONDS = 0.3


@dataclass(frozen=True)
class Told:
    """What reading says of the sheet that lies there now: a sentence against it for what was wanted, or that it is just
    being read."""

    sentence: str | None = None
    is_reading: bool = False
    wanted: Wanted | None = None


class Glances:
    """Follows one desk; called by the looking thread only, apart from `want`, which holds no more than a value."""

    def __init__(self, read_page: ReadPage) -> None:
        self._read_page = read_page
        self._reader = ThreadPoolExecutor(1, "glance")
        self._is_open, self._is_awake = True, False
        self._wanted: Wanted | None = None
        self._sheet: tuple[np.ndarray, Wanted] | None = None
        self._since = 0.0
        self._answer: Future[str | None] | None = None

    def close(self) -> None:
        self._wanted, self._is_open = None, False
        self._reader.shutdown(wait=False, cancel_futures=True)

    def want(self, wanted: Wanted | None) -> None:
        """The first page that is wanted wakes the reader, which takes a second: the first sheet must not wait for that."""
        self._wanted = wanted if self._is_open else None
        if self._wanted and not self._is_awake:
            self._is_awake = True
            self._reader.submit(_woken, self._read_page)

    def told_of(self, look: Look, image: np.ndarray, at: float) -> Told:
        """One look more."""
        wanted = self._wanted
        if wanted is None or look.small is None or look.corners is None or any(one.blocking for one in look.advice):
            self._sheet = self._answer = None
            return Told()
        if self._is_another(look.small, wanted):
            self._sheet, self._since, self._answer = (look.small, wanted), at, None
        if self._answer is None and at - self._since >= STILL_SECONDS:
            self._answer = self._reader.submit(_glanced, self._read_page, image, look.corners, wanted)
        if self._answer is None or not self._answer.done():
            return Told(is_reading=True)
        return Told(self._answer.result(), wanted=wanted)

    def _is_another(self, small: np.ndarray, wanted: Wanted) -> bool:
        return self._sheet is None or self._sheet[1] != wanted or distance(small, self._sheet[0]) >= CHANGED_FROM


def _woken(read_page: ReadPage) -> None:
    with suppress(Exception):
        read_page(np.full((64, 96, 3), 255, np.uint8))


def _glanced(
    read_page: ReadPage, image: np.ndarray, corners: tuple[tuple[float, float], ...], wanted: Wanted
) -> str | None:
    """A sheet that cannot be read is no wrong sheet."""
    try:
        return glance(read_page, image, corners, wanted)
    except Exception as error:
        log.warning("a glance failed: %s", type(error).__name__)
        return None
