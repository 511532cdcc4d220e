"""Reads QR codes and bar codes on cover sheets and papers, and says where something looks like a code that could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

# Kinds with enough redundancy not to be seen where there is only text.
FORMATS = [
    zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.PDF417,
    zxingcpp.BarcodeFormat.Aztec, zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.Code39,
    zxingcpp.BarcodeFormat.EAN13, zxingcpp.BarcodeFormat.EAN8,
]  # fmt: skip
QR_CODE = "QRCode"
# Finder patterns are looked for in a picture of this size (longer side); fine enough for a code of 2 cm on A4.
LOOK_SIDE = 1600
# A place that looks like a code is looked at again with its side at these lengths, in pixels.
CLOSER_SIDES = (280, 480, 840)
LEAST_SIDE = 24
# More places than this on one page are a printed pattern, not codes.
MOST_PLACES = 4


@dataclass(frozen=True, eq=False)
class Code:
    """A code that was read: its kind (QRCode, Code128, ...), text, and corners float (4, 2) in pixels of the picture."""

    format: str
    text: str
    corners: np.ndarray


@dataclass(frozen=True, eq=False)
class Codes:
    """All that was read, and the corners (4, 2) of each place that has the look of a code and could not be read."""

    found: tuple[Code, ...]
    missed: tuple[np.ndarray, ...]


def read_codes(image: np.ndarray) -> Codes:
    """Read every code on a BGR or grey uint8 picture, first as it is, then closer where something looks like a code."""
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    found, failed = _read(grey)
    if not found and not failed:  # a faint or very large print: once more, evened out and at half the size
        found, failed = _read(_evened(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)), 2.0)
    missed: list[np.ndarray] = []
    for place in [*failed, *_finder_patterns(grey)]:
        if any(_meet(place, code.corners) for code in found) or any(_meet(place, other) for other in missed):
            continue
        closer = _read_closer(grey, place)
        if closer is None:
            missed.append(place)
        else:
            found.append(closer)
    return Codes(tuple(found), tuple(missed))


def _read(grey: np.ndarray, scale: float = 1.0, shift: np.ndarray | float = 0.0) -> tuple[list[Code], list[np.ndarray]]:
    """What zxing reads, and where it sees a square code it cannot decode; corners times `scale` plus `shift`."""
    found: list[Code] = []
    failed: list[np.ndarray] = []
    for seen in zxingcpp.read_barcodes(np.ascontiguousarray(grey), formats=FORMATS, return_errors=True):
        corners = _corners(seen.position) * scale + shift
        if seen.valid and seen.text:
            found.append(Code(_name(seen.format), seen.text, corners))
        elif seen.format == zxingcpp.BarcodeFormat.QRCode:
            failed.append(corners)
    return found, failed


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


def _finder_patterns(grey: np.ndarray) -> list[np.ndarray]:
    """Where OpenCV sees three finder patterns of a QR code."""
    scale = min(1.0, LOOK_SIDE / max(grey.shape))
    seen = grey if scale == 1.0 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    there, quads = cv2.QRCodeDetector().detectMulti(seen)
    if not there or quads is None:
        return []
    likely = [quad.astype(float) / scale for quad in quads if _is_square(quad) and _has_patterns(seen, quad)]
    return likely[:MOST_PLACES]


def _is_square(quad: np.ndarray) -> bool:
    """Patterns put together at random from text make slivers; a code seen aslant is still nearly square."""
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    area = abs(cv2.contourArea(quad.astype(np.float32)))
    return sides.min() >= LEAST_SIDE and sides.max() / sides.min() < 1.6 and area > 0.6 * float(sides.mean()) ** 2


def _has_patterns(grey: np.ndarray, quad: np.ndarray) -> bool:
    """Whether three corners show a finder pattern; answer sheets and tables have squares that do not."""
    side = 320
    target = np.float32([[0, 0], [side, 0], [side, side], [0, side]])
    level = cv2.warpPerspective(grey, cv2.getPerspectiveTransform(quad.astype(np.float32), target), (side, side))
    dark = cv2.threshold(level, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    return sum(_is_pattern(np.diagonal(np.rot90(dark, quarter))) for quarter in range(4)) >= 3


def _is_pattern(diagonal: np.ndarray) -> bool:
    """From the corner inwards a finder pattern is dark 1, light 1, dark 3, light 1 (ISO/IEC 18004); blur moves the edges."""
    starts = np.flatnonzero(np.diff(diagonal.astype(np.int8))) + 1
    runs = np.diff([0, *starts])
    if diagonal[0] == 0:  # the outline lies a little outside the code
        runs = runs[1:]
    if len(runs) < 3:
        return False
    ring, gap, eye = (float(run) for run in runs[:3])
    return 1.5 * ring < eye < 6 * ring and 0.4 * ring < gap < 2.5 * ring


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
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        seen = cv2.resize(part, None, fx=scale, fy=scale, interpolation=way)
        for variant in _variants(seen):
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
