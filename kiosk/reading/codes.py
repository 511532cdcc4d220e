"""Reads QR codes and bar codes on cover sheets and papers, and says where something looks like a code that could not be read."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import zxingcpp

from kiosk.imaging.view import scaled
from kiosk.reading.finder_patterns import finder_patterns
from kiosk.reading.reading import Code, Codes

# Kinds with enough redundancy not to be seen where there is only text.
FORMATS = [
    zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.PDF417,
    zxingcpp.BarcodeFormat.Aztec, zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.Code39,
    zxingcpp.BarcodeFormat.EAN13, zxingcpp.BarcodeFormat.EAN8,
]  # fmt: skip
QR_CODE = "QRCode"
# A place that looks like a code is looked at again with its side at these lengths, in pixels.
CLOSER_SIDES = (280, 480, 840)
# Half-read places are looked at again, but only so many: an answer sheet has dozens.
MOST_FAINT = 2


def read_codes(image: np.ndarray) -> Codes:
    """Read every code on a BGR or grey uint8 picture, first as it is, then closer where something looks like a code."""
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    places = finder_patterns(grey)
    found, faint = _read(grey)
    if not found and not places and not faint:  # a poor or very large print: once more, evened out, at half the size
        half = _evened(scaled(grey, 0.5))
        found, faint = _read(half, 2.0)
    missed: list[np.ndarray] = []
    for place, is_code in [*((place, True) for place in places), *((place, False) for place in faint[:MOST_FAINT])]:
        if any(_meet(place, other) for other in [*(code.corners for code in found), *missed]):
            continue
        closer = _read_closer(grey, place)
        if closer is not None:
            found.append(closer)
        elif is_code:
            missed.append(place)
    return Codes(tuple(found), tuple(missed))


def _read(grey: np.ndarray, scale: float = 1.0, shift: np.ndarray | float = 0.0) -> tuple[list[Code], list[np.ndarray]]:
    """What zxing reads, and the places it half reads (often no code: answer sheets); corners times `scale` plus `shift`."""
    seen = zxingcpp.read_barcodes(np.ascontiguousarray(grey), formats=FORMATS, return_errors=True)
    placed = [(code, _corners(code.position) * scale + shift) for code in seen]
    found = [Code(_name(code.format), code.text, corners) for code, corners in placed if code.valid and code.text]
    return found, [
        corners for code, corners in placed if not code.valid and code.format == zxingcpp.BarcodeFormat.QRCode
    ]


def _name(kind: zxingcpp.BarcodeFormat) -> str:
    """QRCode, Code128: the same words on every version of the library."""
    return str(kind).replace("BarcodeFormat.", "").replace(" ", "")


def _corners(position: zxingcpp.Position) -> np.ndarray:
    return np.array(
        [
            (point.x, point.y)
            for point in (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
        ],
        float,
    )


def _meet(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two places are one: the middle of either lies in the other."""
    return _inside(first.mean(axis=0), second) or _inside(second.mean(axis=0), first)


def _inside(point: np.ndarray, place: np.ndarray) -> bool:
    hull = cv2.convexHull(place.astype(np.float32))
    return cv2.pointPolygonTest(hull, (float(point[0]), float(point[1])), False) >= 0


def _read_closer(grey: np.ndarray, place: np.ndarray) -> Code | None:
    """Look at a place at several sizes, as it is, evened out, sharpened and in black and white, with either reader."""
    left, top, width, height = cv2.boundingRect(place.astype(np.float32))
    margin = round(0.3 * max(width, height))
    left, top = max(0, left - margin), max(0, top - margin)
    part = grey[top : top + height + 2 * margin, left : left + width + 2 * margin]
    for side in CLOSER_SIDES:
        scale = side / max(width, height, 1)
        for variant in _variants(scaled(part, scale)):
            found, _ = _read(variant, 1 / scale, np.array([left, top], float))
            if found:
                return found[0]
            text = _by_opencv(variant)
            if text:
                return Code(QR_CODE, text, place)
    return None


def _variants(grey: np.ndarray) -> Iterator[np.ndarray]:
    yield grey
    even = _evened(grey)
    yield even
    yield cv2.addWeighted(even, 2.5, cv2.GaussianBlur(even, (0, 0), 3), -1.5, 0)
    yield cv2.threshold(even, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]


def _evened(grey: np.ndarray) -> np.ndarray:
    return cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey)


def _by_opencv(grey: np.ndarray) -> str:
    try:
        return cv2.QRCodeDetector().detectAndDecode(grey)[0]
    except cv2.error:  # it trips over some half-seen codes
        return ""
