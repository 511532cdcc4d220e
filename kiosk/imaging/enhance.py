"""Makes a straightened page even and white without losing what is on it: stamps stay red, pencil stays."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

PAPER_WHITE = 246.0
# A page is never brightened more than this: what is darker than that is dark paper or a picture, not shade.
MOST_GAIN = 2.2


def enhance(page: np.ndarray, mode: Literal["colour", "grey"] = "colour") -> np.ndarray:
    """Return the page (BGR uint8) with its light evened out; BGR for 'colour', (height, width) for 'grey'."""
    light = paper_light(page)
    gain = np.clip(PAPER_WHITE / np.maximum(light, 1.0), 1.0, MOST_GAIN)
    gain = cv2.resize(gain.astype(np.float32), (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    if mode == "grey":
        return cv2.multiply(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), gain, dtype=cv2.CV_8U)
    return cv2.multiply(page, cv2.merge([gain] * 3), dtype=cv2.CV_8U)


def paper_light(page: np.ndarray) -> np.ndarray:
    """Estimate how bright blank paper would be everywhere: float32, about 160 px along the longer side, very smooth."""
    scale = 160 / max(page.shape[:2])
    size = (max(8, round(page.shape[1] * scale)), max(8, round(page.shape[0] * scale)))
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA).max(axis=2)
    lightest = cv2.dilate(cv2.medianBlur(small, 3), np.ones((11, 11), np.uint8))
    floor = np.float32(np.percentile(lightest, 50)) * 0.6  # under a picture the paper is as bright as around it
    return cv2.GaussianBlur(np.maximum(lightest.astype(np.float32), floor), (0, 0), 9)
