"""The live view: one thread holds the camera and shows pictures, another looks at them as fast as the old PC can.

Finding the sheet takes longer than showing a picture, so the outline may be one look behind; a sheet lying still is
outlined right, and the picture never stutters.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import cv2
import numpy as np

from kiosk.camera.controls import CameraControls
from kiosk.camera.protocol import Camera, CameraTrouble, Frame, NothingToRead, PictureDamaged
from kiosk.imaging.view import shrunk
from kiosk.screen.eye import Eye, Taken
from kiosk.screen.reader import ReadPage, Wanted
from kiosk.screen.watch import NOTHING_SEEN, Seen, Watch

log = logging.getLogger("kiosk.camera")
Answer = TypeVar("Answer")

SHOWN_SIDE = 1280
SHOWN_QUALITY = 75
WATCHED_FOR_SECONDS = 3.0
UNWATCHED_PAUSE = 4.0
TROUBLE_PAUSE = 1.0
#: from one picture to the next: a hand is followed without a jerk, and half of the PC is left for looking
PICTURE_EVERY = 0.04
FOLDER_PICTURE_EVERY = 1.0
#: from one look to the next at the least, so that a fast PC does not look at the same thing all the time
LOOK_EVERY = 0.1


@dataclass(frozen=True)
class Shot:
    """One picture of the live view with what was seen in it; corners are in pixels of this JPEG.

    Whoever calls `LiveView.watch` with the last number in a loop gets every picture as it comes and can count them.
    """

    number: int
    jpeg: bytes
    width: int
    height: int
    seen: Seen


class LiveView:
    """The only door to the camera: preview, still pictures and the practice desk take turns under one lock."""

    def __init__(
        self,
        camera: Camera,
        eye: Eye,
        read_page: ReadPage | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._camera, self._eye, self._monotonic = camera, eye, monotonic
        #: what the desk is watched for
        self.desk = Watch(eye, read_page)
        self._device = threading.Lock()
        self._news = threading.Condition()
        self._stop = threading.Event()
        self._watched_at = float("-inf")
        self._shot: Shot | None = None
        self._unseen: np.ndarray | None = None
        self._seen = Seen(NOTHING_SEEN)
        self._trouble: CameraTrouble | None = None

    @property
    def trouble(self) -> CameraTrouble | None:
        """What is wrong with the camera, None while it works."""
        return self._trouble

    @property
    def kind(self) -> str:
        return self._camera.describe().kind

    def run(self) -> None:
        """The camera thread, until stopped."""
        looking = threading.Thread(target=self._keep_looking, name="eye", daemon=True)
        looking.start()
        every = FOLDER_PICTURE_EVERY if self.kind == "folder" else PICTURE_EVERY
        while not self._stop.is_set():
            begun_at = self._monotonic()
            self.show_once()
            if self._trouble:
                self._stop.wait(TROUBLE_PAUSE)
            elif self._is_watched():
                self._stop.wait(max(0.0, begun_at + every - self._monotonic()))
            else:
                self._wait_for_watcher()
        looking.join(timeout=5)
        self.desk.close()
        with self._device:
            self._camera.close()

    def stop(self) -> None:
        self._stop.set()
        with self._news:
            self._news.notify_all()

    def show_once(self) -> None:
        """One preview frame; trouble is kept for the status bar, and the next try opens the camera anew."""
        try:
            with self._device:
                self._camera.open()
                frame = self._camera.preview()
        except CameraTrouble as trouble:
            self._note_trouble(trouble)
            return
        except Exception as error:
            log.error("preview failed: %s", type(error).__name__)
            self._note_trouble(CameraTrouble())
            return
        self._show(frame.image)

    def watch(self, after: int, timeout: float = 1.5) -> Shot | None:
        """The first shot newer than number `after`; None when there is none in time. Raises CameraTrouble."""
        self._watched_at = self._monotonic()
        with self._news:
            self._news.notify_all()
            self._news.wait_for(lambda: self._stop.is_set() or self._trouble or self._is_newer(after), timeout)
            if self._trouble:
                raise self._trouble
            return self._shot if self._is_newer(after) else None

    def still(self) -> Frame:
        """A full picture. Raises CameraTrouble."""
        return self._ask(lambda camera: camera.still())

    def take(self, capture: str) -> tuple[Taken, datetime]:
        """A full picture for the record, looked at; `capture` as in Eye.take. Raises CameraTrouble."""
        frame = self.still()
        return self._eye.take(frame.image, capture), frame.captured_at

    def word_against(self, wanted: Wanted) -> str | None:
        """Why the sheet that lies there now is surely not the one wanted; None when nothing says so or nobody looks on."""
        return self.desk.word_against(wanted) if self._is_watched() else None

    def turn(self, work: Callable[[CameraControls], Answer]) -> Answer | None:
        """Do something with the camera's knobs; None for a camera without any. Raises CameraTrouble."""

        def ask(camera: Camera) -> Answer | None:
            controls = camera.controls()
            return None if controls is None else work(controls)

        return self._ask(ask)

    @contextmanager
    def device(self) -> Iterator[Camera]:
        """The camera itself, for the practice desk; nothing else looks meanwhile."""
        with self._device:
            yield self._camera

    def _ask(self, work: Callable[[Camera], Answer]) -> Answer:
        """Work with the open camera. Raises CameraTrouble, which is kept for the status bar unless it is none of the camera's."""
        try:
            with self._device:
                self._camera.open()
                return work(self._camera)
        except CameraTrouble as trouble:
            if not isinstance(trouble, (NothingToRead, PictureDamaged)):
                self._note_trouble(trouble)
            raise

    def _show(self, image: np.ndarray) -> None:
        image = shrunk(image, SHOWN_SIDE).image
        jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, SHOWN_QUALITY])[1].tobytes()
        with self._news:
            number = self._shot.number + 1 if self._shot else 1
            self._shot = Shot(number, jpeg, image.shape[1], image.shape[0], self._seen)
            self._unseen, self._trouble = image, None
            self._news.notify_all()

    def _keep_looking(self) -> None:
        """The other thread: look at the newest picture, again and again, while somebody watches."""
        while not self._stop.is_set():
            with self._news:
                self._news.wait_for(lambda: self._stop.is_set() or self._unseen is not None, 1.0)
                image, self._unseen = self._unseen, None
            if image is None or not self._is_watched():
                continue
            begun_at = self._monotonic()
            seen = self._look_at(image, begun_at)
            with self._news:
                self._seen = seen
            self._stop.wait(max(0.0, begun_at + LOOK_EVERY - self._monotonic()))

    def _look_at(self, image: np.ndarray, at: float) -> Seen:
        try:
            return self.desk.look(image, at)
        except Exception as error:
            log.error("looking failed: %s", type(error).__name__)
            return Seen(NOTHING_SEEN)

    def _note_trouble(self, trouble: CameraTrouble) -> None:
        """An empty scan folder is no fault of the camera; everything else closes it, so that the next try starts clean."""
        if type(trouble) is not type(self._trouble):
            log.warning("camera: %s", trouble.code)
        if not isinstance(trouble, (NothingToRead, PictureDamaged)):
            with self._device:
                self._camera.close()
        with self._news:
            self._trouble, self._seen = trouble, Seen(NOTHING_SEEN)
            self._news.notify_all()

    def _is_newer(self, after: int) -> bool:
        return self._shot is not None and self._shot.number != after

    def _is_watched(self) -> bool:
        return self._monotonic() - self._watched_at < WATCHED_FOR_SECONDS

    def _wait_for_watcher(self) -> None:
        with self._news:
            self._news.wait_for(lambda: self._is_watched() or self._stop.is_set(), UNWATCHED_PAUSE)
