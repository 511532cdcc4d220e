"""Finds QR codes by the three eyes in their corners, even where the rest of the code is spoilt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import cv2
import numpy as np

from kiosk.imaging.view import scaled

# Looked for in a picture of this size (longer side): fine enough for a code of 2 cm on A4.
LOOK_SIDE = 1600
# An eye is 7 modules wide, dark, with a ring of light and 3 dark modules in it (ISO/IEC 18004); blur moves the edges.
EYE_TO_PUPIL = (1.7, 3.2)
LEAST_EYE = 8
# More eyes than this on a page are a printed pattern.
MOST_EYES = 16


@dataclass(frozen=True, eq=False)
class _Eye:
    centre: np.ndarray
    size: float


def finder_patterns(grey: np.ndarray) -> list[np.ndarray]:
    """Return the corners float (4, 2) of every place with the three eyes of a QR code, in pixels of the picture."""
    scale = min(1.0, LOOK_SIDE / max(grey.shape))
    seen = grey if scale == 1.0 else scaled(grey, scale)
    eyes = list(_eyes(seen))
    return [] if len(eyes) > MOST_EYES else [corners / scale for corners in _squares(eyes)]


def _eyes(grey: np.ndarray) -> Iterator[_Eye]:
    """Dark squares with a light square in them with a dark square in it, all round one centre."""
    dark = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _odd(max(grey.shape) // 8), 12
    )
    outlines, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    for place, outline in enumerate(outlines):
        ring = tree[0, place, 2]
        pupil = tree[0, ring, 2] if ring >= 0 else -1
        if pupil < 0:
            continue
        outer, inner = (cv2.minAreaRect(contour) for contour in (outline, outlines[pupil]))
        if _is_eye(outer, inner):
            yield _Eye(np.array(outer[0]), float(np.mean(outer[1])))


def _is_eye(outer: cv2.typing.RotatedRect, inner: cv2.typing.RotatedRect) -> bool:
    sizes = [max(1e-6, float(np.mean(rectangle[1]))) for rectangle in (outer, inner)]
    square = all(max(rectangle[1]) < 1.5 * min(rectangle[1]) for rectangle in (outer, inner))
    concentric = np.linalg.norm(np.subtract(outer[0], inner[0])) < 0.12 * sizes[0]
    return bool(
        square and concentric and sizes[0] >= LEAST_EYE and EYE_TO_PUPIL[0] < sizes[0] / sizes[1] < EYE_TO_PUPIL[1]
    )


def _squares(eyes: Sequence[_Eye]) -> Iterator[np.ndarray]:
    """The codes that three alike eyes stand in the corners of, each once."""
    for corner, right, below in permutations(eyes, 3):
        across, down = right.centre - corner.centre, below.centre - corner.centre
        if across[0] * down[1] - across[1] * down[0] <= 0 or not _at_right_angle(across, down):
            continue
        sizes = [eye.size for eye in (corner, right, below)]
        leg = float(np.linalg.norm(across))
        if max(sizes) < 1.5 * min(sizes) and 1.6 < leg / np.mean(sizes) < 13:
            yield _outline(corner.centre, across, down, rim=float(np.mean(sizes)) / 2 / leg)


def _at_right_angle(across: np.ndarray, down: np.ndarray) -> bool:
    lengths = sorted((float(np.linalg.norm(across)), float(np.linalg.norm(down))))
    cosine = abs(float(across @ down)) / max(1e-6, lengths[0] * lengths[1])
    return cosine < 0.3 and lengths[1] < 1.4 * lengths[0]


def _outline(corner: np.ndarray, across: np.ndarray, down: np.ndarray, rim: float) -> np.ndarray:
    """The code reaches half an eye beyond the centres of its eyes."""
    reach = ((-rim, -rim), (1 + rim, -rim), (1 + rim, 1 + rim), (-rim, 1 + rim))
    return np.array([corner + right * across + below * down for right, below in reach])


def _odd(number: int) -> int:
    return max(3, number | 1)
