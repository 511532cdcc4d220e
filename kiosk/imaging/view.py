"""A picture made smaller for the steps that need not see every pixel; halving again and again costs next to nothing."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, eq=False)
class View:
    """A smaller copy, BGR uint8, and how many of its pixels stand for one of the picture (at most 1)."""

    image: np.ndarray
    scale: float

    def to_picture(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 2) of the view in pixels of the picture."""
        return (points + 0.5) / self.scale - 0.5

    def from_picture(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 2) of the picture in pixels of the view."""
        return (points + 0.5) * self.scale - 0.5


def halved(image: np.ndarray, longest: int) -> View:
    """Halve until the longer side is at most `longest`, or nothing would be left; an odd last row or column is left out."""
    scale = 1.0
    while max(image.shape[:2]) > longest and min(image.shape[:2]) > 1:
        height, width = image.shape[0] // 2, image.shape[1] // 2
        image = cv2.resize(image[: height * 2, : width * 2], (width, height), interpolation=cv2.INTER_AREA)
        scale /= 2
    return View(image, scale)


def shrunk(image: np.ndarray, longest: int) -> View:
    """Make the longer side exactly `longest`, or leave a picture that is smaller as it is."""
    near = halved(image, 2 * longest)
    scale = min(1.0, longest / max(near.image.shape[:2]))
    if scale == 1.0:
        return near
    return View(scaled(near.image, scale), near.scale * scale)


def scaled(image: np.ndarray, scale: float) -> np.ndarray:
    """Make a picture smaller (averaged) or larger (smoothly); a strip keeps at least one pixel."""
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def lightest(image: np.ndarray) -> np.ndarray:
    """The strongest channel of every pixel, uint8 (height, width)."""
    blue, green, red = cv2.split(image)
    return cv2.max(cv2.max(blue, green), red)


def darkest(image: np.ndarray) -> np.ndarray:
    """The weakest channel of every pixel, uint8 (height, width)."""
    blue, green, red = cv2.split(image)
    return cv2.min(cv2.min(blue, green), red)
