"""Turns a page into a file no heavier than its material may be: coarser first, then smaller; bad lines carry every byte."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.imaging.view import scaled

QUALITY = 85
#: how heavy one page may be, in KiB, by the material's way of capture; a photograph has to stay a photograph
BUDGETS = {
    "id_card": 300, "household_register": 400, "bank_passbook": 350, "photo": 600, "form": 500, "generic": 500,
}  # fmt: skip
_QUALITIES = (85, 75, 65, 55)
_SCALES = (1.0, 0.8, 0.65, 0.5)


def encode_page(page: np.ndarray, quality: int = QUALITY) -> bytes:
    """Return a page (BGR or grey uint8) as JPEG bytes; quality 1..100. Raises ValueError for what is no page."""
    try:
        worked, encoded = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])
    except cv2.error:
        worked = False
    if not worked:
        raise ValueError(f"a page of shape {page.shape} and type {page.dtype} cannot be encoded")
    return encoded.tobytes()


def encode_bitonal(page: np.ndarray) -> bytes:
    """Return a page of nothing but 0 and 255 (height, width) as a PNG of one bit a pixel, a tenth of its JPEG."""
    return cv2.imencode(".png", page, [cv2.IMWRITE_PNG_BILEVEL, 1, cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()


def encode_within(page: np.ndarray, most_bytes: int) -> bytes:
    """Return the finest JPEG of the page that weighs at most `most_bytes`; the smallest one tried when none does."""
    encoded = b""
    for scale in _SCALES:
        smaller = page if scale == 1.0 else scaled(page, scale)
        for quality in _QUALITIES:
            encoded = encode_page(smaller, quality)
            if len(encoded) <= most_bytes:
                return encoded
    return encoded


def budget_of(capture: str) -> int:
    """How many bytes a page of a material captured this way may weigh."""
    return BUDGETS.get(capture, BUDGETS["generic"]) * 1024
