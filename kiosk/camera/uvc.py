"""Takes pictures from a USB video camera by OpenCV, mends what a program can mend, and tells the rest apart in Chinese."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

# Unset, a silent device holds a read for ten seconds; read by OpenCV when the first camera is opened.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "4")

import cv2
import numpy as np

from kiosk.camera.controls import OpenCvControls, Properties
from kiosk.camera.driver_thread import DriverStuck, DriverThread
from kiosk.camera.protocol import (
    PREVIEW_MAX_WIDTH,
    CameraDescription,
    CameraFrozen,
    CameraTrouble,
    CameraUnplugged,
    Frame,
    PictureDamaged,
)
from kiosk.camera.recovery import Recovery, why_closed
from kiosk.camera.sizes import Size, preview_size, still_sizes
from kiosk.camera.stream import Capture, ReadFailed, Stream

OpenCapture = Callable[[str, int], Capture]
#: says which camera it is now and where; None when it is gone, and nodes change on replugging
Locate = Callable[[], CameraDescription | None]
Answer = TypeVar("Answer")
TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True)
class UvcSettings:
    """How a USB video camera is driven."""

    #: frames thrown away after a change of size, while the exposure settles
    settling_frames: int = 3
    #: a call into the driver that takes longer means that it hangs; a silent device is noticed earlier, by OpenCV itself
    read_timeout_seconds: float = 12.0
    #: Media Foundation on Windows may take this long to open a camera
    open_timeout_seconds: float = 20.0
    #: damaged frames taken again before giving up
    attempts: int = 3
    #: how long a device may take to come back from a reset on the bus
    back_within_seconds: float = 6.0


class UvcCamera:
    """A Camera on a USB video device; safe to call from several threads, one call at a time."""

    def __init__(
        self,
        description: CameraDescription,
        locate: Locate,
        settings: UvcSettings | None = None,
        *,
        open_capture: OpenCapture | None = None,
        recovery: Recovery | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`description` is what is known before the camera was first found."""
        self._description, self._locate = description, locate
        self._settings = settings or UvcSettings()
        self._open_capture = open_capture or _open_video_capture
        self._recovery = recovery or Recovery()
        self._clock = clock
        self._driver = DriverThread()
        self._stream: Stream | None = None
        self._largest: dict[str, Size] = {}
        self._controls = OpenCvControls(self._turn)
        self._lock = threading.RLock()

    def describe(self) -> CameraDescription:
        """Return the camera as it was found last."""
        return self._description

    def open(self) -> None:
        """Open the device; raises CameraUnplugged, CameraStalled, CameraForbidden, CameraBusy or CameraFrozen."""
        with self._lock:
            self._patiently(self._open)

    def close(self) -> None:
        """Release the device."""
        with self._lock:
            stream, self._stream = self._stream, None
            if stream is not None:
                with suppress(DriverStuck, cv2.error):
                    self._driver.do(stream.capture.release, self._settings.read_timeout_seconds)
            self._driver.stop()

    def preview(self) -> Frame:
        """Return a frame at most 1280 px wide; raises CameraTrouble."""
        with self._lock:
            image = self._take(self._be_quick)
        if image.shape[1] > PREVIEW_MAX_WIDTH:
            height = round(image.shape[0] * PREVIEW_MAX_WIDTH / image.shape[1])
            image = cv2.resize(image, (PREVIEW_MAX_WIDTH, height), interpolation=cv2.INTER_AREA)
        return Frame(image, self._clock())

    def still(self) -> Frame:
        """Return a frame of the largest size the device gives; raises CameraTrouble."""
        with self._lock:
            return Frame(self._take(self._be_large), self._clock())

    def controls(self) -> OpenCvControls:
        """The knobs of this camera; where they are turned to outlasts a replugging."""
        return self._controls

    def _take(self, choose_size: Callable[[Stream], None]) -> np.ndarray:
        """Read one sound frame."""

        def attempt() -> np.ndarray:
            self._open()
            return self._upright(self._read(choose_size))

        return self._patiently(attempt)

    def _patiently(self, attempt: Callable[[], Answer]) -> Answer:
        """Try, climbing the ladder of recovery while a program can help; the device is closed after a trouble."""
        ladder = self._recovery.begin()
        while True:
            try:
                return attempt()
            except CameraTrouble as trouble:
                self.close()
                if not ladder.climb(trouble, self._description):
                    raise
                self._wait_until_back()

    def _open(self) -> None:
        if self._stream is not None:
            return
        found = self._locate()
        if found is not None:
            self._description = found
        if found is None or found.video_node is None:
            raise why_closed(found)
        self._stream = self._in_driver(lambda: self._open_at(str(found.video_node)), opening=True)
        if self._stream is None:
            raise why_closed(found)

    def _read(self, choose_size: Callable[[Stream], None]) -> np.ndarray:
        stream = self._required()

        def read() -> np.ndarray:
            choose_size(stream)
            return stream.read()

        try:
            return self._in_driver(read)
        except (ReadFailed, cv2.error):
            # A pulled plug ends a read at once; so does a driver that will not change size while it streams.
            raise CameraUnplugged if self._locate() is None else PictureDamaged from None

    def _be_quick(self, stream: Stream) -> None:
        stream.ask_for(preview_size(self._description))

    def _be_large(self, stream: Stream) -> None:
        """Choose the largest size that the device accepts; found once for each camera, then remembered."""
        identity = self._description.identity
        if identity not in self._largest:
            if not stream.is_fresh:
                raise ReadFailed
            wanted = still_sizes(self._description)
            self._largest[identity] = next((size for size in wanted if stream.ask_for(size) == size), wanted[-1])
        stream.ask_for(self._largest[identity])

    def _upright(self, image: np.ndarray) -> np.ndarray:
        turn = self._description.model.rotation if self._description.model else 0
        return cv2.rotate(image, TURNS[turn]) if turn else image

    def _open_at(self, node: str) -> Stream | None:
        for backend in _backends():
            capture = self._open_capture(node, backend)
            if capture.isOpened():
                self._controls.restore(capture)
                raw = backend == cv2.CAP_V4L2
                return Stream(capture, raw, self._settings.settling_frames, self._settings.attempts)
            capture.release()
        return None

    def _turn(self, knob: Callable[[Properties], bool]) -> bool:
        with self._lock:
            self._open()
            stream = self._required()
            return self._in_driver(lambda: knob(stream.capture))

    def _required(self) -> Stream:
        if self._stream is None:
            raise CameraUnplugged
        return self._stream

    def _in_driver(self, work: Callable[[], Answer], opening: bool = False) -> Answer:
        """Raises CameraFrozen when the driver does not answer; what it held is released when it does at last."""
        seconds = self._settings.open_timeout_seconds if opening else self._settings.read_timeout_seconds
        held = self._stream

        def let_go(late: object) -> None:
            stream = held or (late if isinstance(late, Stream) else None)
            if stream is not None:
                stream.capture.release()

        try:
            return self._driver.do(work, seconds, abandoned=let_go)
        except DriverStuck:
            self._stream = None
            raise CameraFrozen from None

    def _wait_until_back(self) -> None:
        """After a reset the device is enumerated anew, which takes a second or two."""
        until = time.monotonic() + self._settings.back_within_seconds
        while time.monotonic() < until:
            found = self._locate()
            if found is not None and found.video_node is not None:
                return
            time.sleep(0.1)


def list_by_probing(open_capture: OpenCapture | None = None, count: int = 4) -> list[CameraDescription]:
    """Describe the cameras that open by number 0..count-1: for a Windows PC where pyusb finds no libusb. Takes seconds."""
    opener = open_capture or _open_video_capture
    found = []
    for number in range(count):
        capture = opener(str(number), _backends()[0])
        if capture.isOpened():
            found.append(
                CameraDescription(f"uvc:number:{number}", f"摄像头 {number + 1}", "uvc", video_node=str(number))
            )
        capture.release()
    return found


def _backends() -> tuple[int, ...]:
    if sys.platform == "win32":
        return (cv2.CAP_MSMF, cv2.CAP_DSHOW)
    return (cv2.CAP_V4L2,) if sys.platform == "linux" else (cv2.CAP_ANY,)


def _open_video_capture(node: str, backend: int) -> Capture:
    return cv2.VideoCapture(int(node) if node.isdigit() else node, backend)
