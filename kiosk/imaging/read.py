"""Reads a picture from a file or from bytes as the sensor saw it, and refuses with a sentence what is not a usable picture."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

MAX_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 80_000_000
ALLOWED = "JPG、PNG、BMP、TIFF、WEBP"
#: for a picture that a step failed on; what failed is for the log, not for the person
NOT_PROCESSED = "这张图片处理不了。请重新拍一张；还不行，请把这个文件交给技术人员。"
FORMATS = frozenset({"JPEG", "MPO", "PNG", "BMP", "TIFF", "WEBP"})


class NotAPicture(ValueError):
    """The file cannot be used as a picture; the text is Chinese: what is wrong, what is allowed, what to do."""


class TooManyPixels(NotAPicture):
    """A picture larger than this program decodes."""

    def __init__(self, size: str = "") -> None:
        super().__init__(f"图片太大{size}，最多8000万像素。请把拍摄尺寸调小再试。")


def read_picture(source: Path | str | bytes) -> np.ndarray:
    """Return the picture as BGR uint8 (height, width, 3); an EXIF orientation is not applied. Raises NotAPicture."""
    return read_reduced(source, 1)


def read_reduced(source: Path | str | bytes, times: int) -> np.ndarray:
    """Return the picture `times` (1, 2, 4 or 8) smaller, which a JPEG decodes faster. Raises NotAPicture."""
    content = _content(source)
    picture_size(content)
    flags = {
        1: cv2.IMREAD_COLOR,
        2: cv2.IMREAD_REDUCED_COLOR_2,
        4: cv2.IMREAD_REDUCED_COLOR_4,
        8: cv2.IMREAD_REDUCED_COLOR_8,
    }[times]
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        image = None
    if image is None:
        raise NotAPicture("这个文件已损坏，打不开。请重新拍一张，或另存为JPG图片再试。")
    return image


def picture_size(content: bytes) -> tuple[int, int]:
    """Return (width, height) from the header alone; raises NotAPicture for what may not be decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns in English of what is refused in Chinese below
            with Image.open(io.BytesIO(content)) as header:
                kind, (width, height) = header.format, header.size
    except Image.DecompressionBombError:
        raise TooManyPixels from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise NotAPicture(f"这个文件不是图片。可以用的图片格式：{ALLOWED}。请重新选择图片。") from None
    if kind not in FORMATS:
        raise NotAPicture(f"不支持 {kind} 格式的图片。可以用的图片格式：{ALLOWED}。请另存为JPG再试。")
    if width * height > MAX_PIXELS:
        raise TooManyPixels(f"：{width}×{height}")
    return width, height


def _content(source: Path | str | bytes) -> bytes:
    if isinstance(source, bytes):
        content, length = source, len(source)
    else:
        content, length = _content_of_file(Path(source))
    if length > MAX_BYTES:
        raise NotAPicture(f"图片文件太大：{length // 1048576} MB，最多64 MB。请把拍摄尺寸调小再试。")
    if length == 0:
        raise NotAPicture("这个图片文件是空的。请重新拍一张。")
    return content


def _content_of_file(path: Path) -> tuple[bytes, int]:
    """A file's bytes and their number; no bytes where they are too many."""
    try:
        # A pipe may never end, and a device has no size; ValueError: a name with a zero in it.
        length = path.stat().st_size if path.is_file() else None
        if length is not None:
            return (b"" if length > MAX_BYTES else path.read_bytes()), length
    except (OSError, ValueError):
        pass
    raise NotAPicture(f"打不开图片文件：{path.name}。请检查文件是否还在，再试一次。")
