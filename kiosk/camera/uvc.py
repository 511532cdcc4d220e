"""Takes pictures from a USB video camera by OpenCV, and tells unplugged, busy, frozen and half-decoded apart."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from kiosk.camera.damage import is_half_decoded
from kiosk.camera.discovery import find_camera
from kiosk.camera.protocol import (
    PREVIEW_MAX_WIDTH,
    CameraBusy,
    CameraDescription,
    CameraFrozen,
    CameraUnplugged,
    Frame,
    PictureDamaged,
)


class Capture(Protocol):
    """The part of cv2.VideoCapture this room uses."""

    def isOpened(self) -> bool: ...
    def set(self, property_id: int, value: float) -> bool: ...
    def get(self, property_id: int) -> float: ...
    def read(self) -> tuple[bool, Any]: ...
    def release(self) -> None: ...


OpenCapture = Callable[[str, int], Capture]
Size = tuple[int, int]


@dataclass(frozen=True)
class UvcSettings:
    """How a USB video camera is driven."""

    #: sizes (width, height) tried for a still picture, largest first
    still_sizes: tuple[Size, ...] = (
        (4608, 3456), (4208, 3120), (4160, 3120), (3840, 2880), (3840, 2160), (3264, 2448),
        (2592, 1944), (2048, 1536), (1920, 1080), (1600, 1200), (1280, 960), (1280, 720),
    )  # fmt: skip
    #: size asked for the live view
    preview_size: Size = (1280, 960)
    #: frames thrown away after a change of size, while the exposure settles
    settling_frames: int = 3
    #: a read that takes longer means that the device has frozen
    read_timeout_seconds: float = 5.0
    #: damaged frames taken again before giving up
    attempts: int = 3


class UvcCamera:
    """A Camera on a USB video device; safe to call from several threads, one call at a time."""

    def __init__(
        self,
        description: CameraDescription,
        settings: UvcSettings | None = None,
        open_capture: OpenCapture | None = None,
        locate: Callable[[CameraDescription], str | None] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`locate` returns the video node where the camera is now, None when it is gone; nodes change on replugging."""
        self._description = description
        self._settings = settings or UvcSettings()
        self._open_capture = open_capture or _open_video_capture
        self._locate = locate or _current_node
        self._clock = clock
        self._capture: Capture | None = None
        self._size: Size | None = None
        self._largest: Size | None = None
        self._lock = threading.RLock()

    def describe(self) -> CameraDescription:
        """Return the description this camera was made with."""
        return self._description

    def open(self) -> None:
        """Open the device; raises CameraUnplugged when it is gone, CameraBusy when it will not open."""
        with self._lock:
            if self._capture is not None:
                return
            node = self._locate(self._description)
            if node is None:
                raise CameraUnplugged
            for backend in _backends():
                capture = self._open_capture(node, backend)
                if capture.isOpened():
                    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
                    self._capture, self._size = capture, None
                    return
                capture.release()
            raise CameraBusy

    def close(self) -> None:
        """Release the device."""
        with self._lock:
            if self._capture is not None:
                self._capture.release()
            self._capture, self._size = None, None

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

    def _take(self, choose_size: Callable[[], None]) -> np.ndarray:
        """Read one sound frame; a device that fails is reopened once."""
        self.open()
        try:
            choose_size()
            return self._read_sound_frame()
        except (CameraUnplugged, PictureDamaged):
            self.close()
        self.open()
        choose_size()
        return self._read_sound_frame()

    def _be_quick(self) -> None:
        self._ask_for(self._settings.preview_size)

    def _be_large(self) -> None:
        """Choose the largest size that the device accepts; found once, then remembered."""
        if self._largest is not None:
            self._ask_for(self._largest)
            return
        for size in self._settings.still_sizes:
            if self._ask_for(size) == size:
                break
        self._largest = self._size

    def _ask_for(self, size: Size) -> Size:
        """Ask for a size and return what the device made of it."""
        capture = self._capture
        if capture is None:
            raise CameraUnplugged
        if self._size == size:
            return size
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
        given = (int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)))
        if given != self._size:
            self._size = given
            self._unsettled = self._settings.settling_frames
        return given

    _unsettled = 0

    def _read_sound_frame(self) -> np.ndarray:
        while self._unsettled > 0:
            self._read()
            self._unsettled -= 1
        for _ in range(self._settings.attempts):
            image = self._read()
            if not is_half_decoded(image):
                return image
        raise PictureDamaged

    def _read(self) -> np.ndarray:
        """Read one frame in a thread of its own, because a frozen device blocks for ever inside the driver."""
        capture = self._capture
        if capture is None:
            raise CameraUnplugged
        answer: list[tuple[bool, Any]] = []
        given_up = threading.Event()
        reader = threading.Thread(target=_read_into, args=(capture, answer, given_up), daemon=True)
        reader.start()
        reader.join(self._settings.read_timeout_seconds)
        if not answer:
            given_up.set()
            self._capture, self._size = None, None
            raise CameraFrozen
        worked, image = answer[0]
        if not worked or image is None:
            raise CameraUnplugged if self._locate(self._description) is None else PictureDamaged
        return image


def _read_into(capture: Capture, answer: list[tuple[bool, Any]], given_up: threading.Event) -> None:
    try:
        answer.append(capture.read())
    except cv2.error:
        answer.append((False, None))
    if given_up.is_set():
        capture.release()


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


def wait_until_back(camera: UvcCamera, seconds: float, pause: float = 0.5) -> bool:
    """Try to open an unplugged camera until it is back or the time is over; True when it is open."""
    until = time.monotonic() + seconds
    while True:
        try:
            camera.open()
            return True
        except (CameraUnplugged, CameraBusy):
            if time.monotonic() >= until:
                return False
            time.sleep(pause)


def _backends() -> tuple[int, ...]:
    if sys.platform == "win32":
        return (cv2.CAP_MSMF, cv2.CAP_DSHOW)
    return (cv2.CAP_V4L2,) if sys.platform == "linux" else (cv2.CAP_ANY,)


def _open_video_capture(node: str, backend: int) -> Capture:
    return cv2.VideoCapture(int(node) if node.isdigit() else node, backend)


def _current_node(description: CameraDescription) -> str | None:
    """Look the camera up anew; a node named by hand counts while it exists."""
    found = find_camera(description.identity)
    if found is not None and found.video_node is not None:
        return found.video_node
    node = description.video_node
    return node if node and (node.isdigit() or Path(node).exists()) else None
