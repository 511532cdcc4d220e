"""One open capture: asks for a size and reads sound frames, from the camera's own JPEG where the system hands it out."""

from __future__ import annotations

import time
from typing import Any, Protocol

import cv2
import numpy as np

from kiosk.camera.damage import has_end, is_half_decoded
from kiosk.camera.protocol import CameraFrozen, PictureDamaged

Size = tuple[int, int]
MJPG = cv2.VideoWriter.fourcc(*"MJPG")
#: a read that gave nothing after so long ran into the driver's own limit: the device sends nothing
SILENT_SECONDS = 2.5


class Capture(Protocol):
    """The part of cv2.VideoCapture this room uses."""

    def isOpened(self) -> bool: ...
    def set(self, property_id: int, value: float) -> bool: ...
    def get(self, property_id: int) -> float: ...
    def read(self) -> tuple[bool, Any]: ...
    def release(self) -> None: ...


class ReadFailed(Exception):
    """The capture gave no frame at once: the plug was pulled, or the driver lost the device."""


class Stream:
    """An open capture and the size it sends; not safe for several threads."""

    def __init__(self, capture: Capture, raw: bool, settling_frames: int, attempts: int) -> None:
        """`raw` asks for undecoded JPEG, which V4L2 gives: a torn one is then seen for certain, by its missing end."""
        self.capture = capture
        self.size: Size | None = None
        self.is_fresh = True
        self._asked: Size | None = None
        self._settling_frames, self._attempts = settling_frames, attempts
        self._unsettled = 0
        capture.set(cv2.CAP_PROP_FOURCC, MJPG)
        if raw and int(capture.get(cv2.CAP_PROP_FOURCC)) == MJPG:
            capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)

    def ask_for(self, size: Size) -> Size | None:
        """Ask for a size (width, height) and return what the device made of it.

        Raises ReadFailed where the device refuses while it streams: opened anew it is asked before it streams.
        """
        if self._asked == size:
            return self.size
        self.capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
        self.capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
        given = (int(self.capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(self.capture.get(cv2.CAP_PROP_FRAME_HEIGHT)))
        if given != size and not self.is_fresh:
            raise ReadFailed
        if given != self.size:
            self._unsettled = self._settling_frames
        self._asked, self.size = size, given
        return given

    def read(self) -> np.ndarray:
        """The next sound frame, BGR. Raises ReadFailed, CameraFrozen, PictureDamaged."""
        while self._unsettled > 0:
            self._grab()
            self._unsettled -= 1
        for _ in range(self._attempts):
            image = _decoded(self._grab())
            if image is not None:
                return image
        raise PictureDamaged

    def _grab(self) -> np.ndarray:
        begun, self.is_fresh = time.monotonic(), False
        try:
            worked, image = self.capture.read()
        except cv2.error:
            worked, image = False, None
        if worked and image is not None:
            return image
        raise CameraFrozen if time.monotonic() - begun > SILENT_SECONDS else ReadFailed


def _decoded(given: np.ndarray) -> np.ndarray | None:
    """The picture in what a capture gave; None when it is damaged."""
    if given.ndim == 3 and given.shape[2] == 3:
        return None if is_half_decoded(given) else given
    content = np.ascontiguousarray(given).reshape(-1)
    if not has_end(content):
        return None
    image = cv2.imdecode(content, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    return None if image is None or is_half_decoded(image) else image
