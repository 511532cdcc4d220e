"""A camera that takes its pictures from a folder, for flatbed and sheet-fed scanners that drop files there."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from kiosk.camera.damage import is_half_decoded
from kiosk.camera.protocol import (
    PREVIEW_MAX_WIDTH,
    CameraDescription,
    CameraUnplugged,
    Frame,
    NothingToRead,
    PictureDamaged,
)
from kiosk.imaging.read import NotAPicture, TooManyPixels, picture_size

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})
TIFF = (b"II*\0", b"MM\0*")
BEGINNINGS = (b"\xff\xd8", b"\x89PNG", b"BM", *TIFF)
READ_FOLDER = "已读取"
UNREADABLE_FOLDER = "打不开"
#: a scanner over a bad line pauses while it writes; so long is a file that cannot be decoded taken for unfinished
UNFINISHED_SECONDS = 20.0


class NotYetWhole(Exception):
    """The file is still being written, or held by the program that writes it."""


class FolderCamera:
    """A Camera over a folder and its sub-folders: a still is the oldest unread page, and a file whose pages are all read
    moves to the sub-folder 已读取. A path that ends like a picture is a single file that a scanner writes again and again.
    """

    def __init__(
        self,
        place: Path,
        settle_seconds: float = 1.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """A file counts as complete when it has not changed for `settle_seconds`."""
        self._single = place if place.suffix.lower() in SUFFIXES and not place.is_dir() else None
        self._folder = place.parent if self._single else place
        self._place = place
        self._settle_seconds = settle_seconds
        self._clock = clock
        self._pages_read: dict[tuple[Path, float], int] = {}

    def describe(self) -> CameraDescription:
        """Describe the folder; its identity is its path."""
        place = str(self._place.absolute())
        identity = f"folder:{hashlib.sha256(place.encode()).hexdigest()[:12]}"
        return CameraDescription(identity, f"文件夹 {self._folder.name}", "folder", video_node=place)

    def open(self) -> None:
        """Raises CameraUnplugged when the folder is not there."""
        if not self._folder.is_dir():
            raise CameraUnplugged(f"找不到图片文件夹：{self._folder}。请检查扫描仪的保存位置设置。")

    def close(self) -> None:
        """Nothing is held."""

    def preview(self) -> Frame:
        """Return the oldest unread page, small, and leave it unread; raises CameraTrouble as `still` does."""
        image = self._oldest()[0]
        scale = PREVIEW_MAX_WIDTH / image.shape[1]
        if scale < 1:
            size = (PREVIEW_MAX_WIDTH, max(1, round(image.shape[0] * scale)))
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        return Frame(image, self._clock())

    def still(self) -> Frame:
        """Return the oldest unread page and mark it read.

        Raises CameraUnplugged (no folder), NothingToRead (no new picture) or PictureDamaged (moved to 打不开).
        """
        image, path, changed, pages = self._oldest()
        done = self._pages_read[path, changed] = self._pages_read.get((path, changed), 0) + 1
        if done >= pages:
            self._move(path, changed, READ_FOLDER)
        return Frame(image, self._clock())

    def controls(self) -> None:
        """A folder has no knobs."""

    def count_unread(self) -> int:
        """Return how many complete files wait."""
        return sum(1 for _ in self._unread())

    def _oldest(self) -> tuple[np.ndarray, Path, float, int]:
        """The first page that is whole, its file, when that changed, and how many pages it has."""
        for changed, path in self._unread():
            try:
                image, pages = self._read(path, changed)
            except NotYetWhole:
                continue
            return image, path, changed, pages
        raise NothingToRead

    def _unread(self) -> list[tuple[float, Path]]:
        self.open()
        aged = []
        for path in self._files():
            try:
                found = path.stat()
            except OSError:
                continue
            changed = found.st_mtime
            if not stat.S_ISREG(found.st_mode):  # a pipe would never end
                continue
            if _age_of(changed) >= self._settle_seconds and self._pages_read.get((path, changed), 0) >= 0:
                aged.append((changed, path))
        return sorted(aged)

    def _files(self) -> Iterator[Path]:
        if self._single is not None:
            yield self._single
            return
        for folder, below, names in os.walk(self._folder):
            below[:] = [name for name in below if name not in (READ_FOLDER, UNREADABLE_FOLDER) and name[0] != "."]
            yield from (Path(folder, name) for name in names if _is_picture(name))

    def _read(self, path: Path, changed: float) -> tuple[np.ndarray, int]:
        try:
            content = path.read_bytes()
        except OSError:  # on Windows the program that writes a file keeps others out
            raise NotYetWhole from None
        if _is_too_large(content):
            self._move(path, changed, UNREADABLE_FOLDER)
            raise PictureDamaged(
                f"图片太大：{path.name}，已移到“{UNREADABLE_FOLDER}”文件夹。请把扫描仪调到300 dpi，把这一张重新扫描。"
            )
        pages = _count_pages(content)
        image = _page_of(content, min(self._pages_read.get((path, changed), 0), pages - 1))
        if image is not None:
            return image, pages
        if _begins_like_a_picture(content) and _age_of(changed) < UNFINISHED_SECONDS:
            raise NotYetWhole
        self._move(path, changed, UNREADABLE_FOLDER)
        raise PictureDamaged(f"图片打不开：{path.name}，已移到“{UNREADABLE_FOLDER}”文件夹。请把这一张重新扫描。")

    def _move(self, path: Path, changed: float, folder: str) -> None:
        """A file that cannot be moved is remembered as read, so that it does not come a second time."""
        target = self._folder / folder
        free = target / path.name
        try:
            target.mkdir(exist_ok=True)
            if free.exists():
                stamp = self._clock().strftime("%Y%m%d%H%M%S")
                free = target / f"{path.stem}_{stamp}_{time.monotonic_ns()}{path.suffix}"
            path.replace(free)
            self._pages_read.pop((path, changed), None)
        except OSError:
            self._pages_read[path, changed] = -1


def _age_of(changed: float) -> float:
    """Seconds since a change; an old PC whose clock fell back sees files from the future, which must not wait till then."""
    return abs(time.time() - changed)


def _is_picture(name: str) -> bool:
    return name[0] not in ".~" and Path(name).suffix.lower() in SUFFIXES


def _begins_like_a_picture(content: bytes) -> bool:
    return not content or content.startswith(BEGINNINGS)


def _is_too_large(content: bytes) -> bool:
    try:
        picture_size(content)
    except TooManyPixels:
        return True
    except NotAPicture:  # told when it is decoded, or not yet whole
        return False
    return False


def _count_pages(content: bytes) -> int:
    """Scanners put a stack of sheets into one TIFF; everything else has one page."""
    if not content.startswith(TIFF):
        return 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of torn files, which are told when they are decoded
            with Image.open(io.BytesIO(content)) as picture:
                return int(getattr(picture, "n_frames", 1))
    except Exception:  # a torn file fails in any way it likes
        return 1


def _page_of(content: bytes, number: int) -> np.ndarray | None:
    """Decode one page, BGR; None when that cannot be done, or the lower part is missing."""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    packed = np.frombuffer(content, np.uint8)
    try:
        if number == 0:
            image = cv2.imdecode(packed, flags) if packed.size else None
        else:
            worked, found = cv2.imdecodemulti(packed, flags, None, (number, number + 1))
            image = found[0] if worked and found else None
    except cv2.error:
        return None
    return None if image is None or is_half_decoded(image) else image
