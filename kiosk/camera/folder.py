"""A camera that takes its pictures from a folder, for flatbed and sheet-fed scanners that drop files there."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from kiosk.camera.damage import is_half_decoded
from kiosk.camera.protocol import (
    PREVIEW_MAX_WIDTH,
    CameraDescription,
    CameraUnplugged,
    Frame,
    NothingToRead,
    PictureDamaged,
)

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})
READ_FOLDER = "已读取"
UNREADABLE_FOLDER = "打不开"


class FolderCamera:
    """A Camera over a folder: a still is the oldest unread picture, which then moves to the sub-folder 已读取."""

    def __init__(
        self,
        folder: Path,
        settle_seconds: float = 1.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """A file counts as complete when it has not changed for `settle_seconds`."""
        self._folder = folder
        self._settle_seconds = settle_seconds
        self._clock = clock

    def describe(self) -> CameraDescription:
        """Describe the folder; its identity is its path."""
        place = str(self._folder.absolute())
        identity = f"folder:{hashlib.sha256(place.encode()).hexdigest()[:12]}"
        return CameraDescription(identity, f"文件夹 {self._folder.name}", "folder", video_node=place)

    def open(self) -> None:
        """Raises CameraUnplugged when the folder is not there."""
        if not self._folder.is_dir():
            raise CameraUnplugged(f"找不到图片文件夹：{self._folder}。请检查扫描仪的保存位置设置。")

    def close(self) -> None:
        """Nothing is held."""

    def preview(self) -> Frame:
        """Return the oldest unread picture, small, and leave it unread; raises CameraTrouble as `still` does."""
        image = self._read(self._oldest())
        scale = PREVIEW_MAX_WIDTH / image.shape[1]
        if scale < 1:
            size = (PREVIEW_MAX_WIDTH, max(1, round(image.shape[0] * scale)))
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        return Frame(image, self._clock())

    def still(self) -> Frame:
        """Return the oldest unread picture and mark it read.

        Raises CameraUnplugged (no folder), NothingToRead (no new picture) or PictureDamaged (moved to 打不开).
        """
        path = self._oldest()
        image = self._read(path)
        self._move(path, READ_FOLDER)
        return Frame(image, self._clock())

    def count_unread(self) -> int:
        """Return how many complete pictures wait."""
        return len(self._unread())

    def _oldest(self) -> Path:
        unread = self._unread()
        if not unread:
            raise NothingToRead
        return unread[0]

    def _unread(self) -> list[Path]:
        self.open()
        now, aged = time.time(), []
        for entry in os.scandir(self._folder):
            if entry.is_file() and Path(entry.name).suffix.lower() in SUFFIXES:
                changed = entry.stat().st_mtime
                if now - changed >= self._settle_seconds:
                    aged.append((changed, entry.name))
        return [self._folder / name for _, name in sorted(aged)]

    def _read(self, path: Path) -> np.ndarray:
        content = np.frombuffer(path.read_bytes(), np.uint8)
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        try:
            image = cv2.imdecode(content, flags) if content.size else None
        except cv2.error:
            image = None
        if image is None or is_half_decoded(image):
            self._move(path, UNREADABLE_FOLDER)
            raise PictureDamaged(f"图片打不开：{path.name}，已移到“{UNREADABLE_FOLDER}”文件夹。请把这一张重新扫描。")
        return image

    def _move(self, path: Path, folder: str) -> None:
        target = self._folder / folder
        target.mkdir(exist_ok=True)
        stamp = self._clock().strftime("%Y%m%d%H%M%S")
        free = target / path.name
        if free.exists():
            free = target / f"{path.stem}_{stamp}_{time.monotonic_ns()}{path.suffix}"
        path.replace(free)
