"""Makes a straightened page even and white without losing what is on it: stamps stay red, pencil and photographs stay."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from kiosk.imaging.view import halved, lightest

Mode = Literal["colour", "grey", "bitonal"]

PAPER_WHITE = 246.0
# A page is never brightened more than this: what is darker than that is dark paper or a picture, not shade.
MOST_GAIN = 2.2
# A page of which less than this share is about as light as its lightest parts is a photograph: it has no paper to whiten.
LEAST_PAPER = 0.22
# A cast weaker than this share comes from the lamp or the camera and goes; a stronger one is the colour of the paper.
MOST_CAST = 0.16
# From here up a page's own grain is pressed towards white; ink, pencil and stamps lie below.
WHITE_FROM, WHITE_AT = 214, 246
LIGHT_SIDE = 160
# Sauvola's rule: a point is ink when darker than the mean around it by this share, more where the page is restless.
# Of an evenly lit page, what is darker than SURELY_INK is ink however even it is: black bars stay black.
INK_DEPTH, INK_RANGE, SURELY_INK = 0.22, 128.0, 80.0


def enhance(page: np.ndarray, mode: Mode = "colour") -> np.ndarray:
    """Return the page (BGR uint8) with its light evened out: BGR for 'colour', else (height, width), 0 or 255 in 'bitonal'."""
    small = _small(page)
    if not is_paper(small):
        return page if mode == "colour" else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    even = _even(page, paper_light(small), paper_cast(small))
    if mode == "colour":
        return even
    grey = cv2.cvtColor(even, cv2.COLOR_BGR2GRAY)
    return grey if mode == "grey" else bitonal(grey)


def is_paper(page: np.ndarray) -> bool:
    """Say whether a page (BGR, small) is paper with something on it, not one photograph from edge to edge."""
    light = lightest(page)
    return float(np.mean(light > 0.72 * np.percentile(light, 98))) >= LEAST_PAPER


def paper_light(page: np.ndarray) -> np.ndarray:
    """Estimate how bright blank paper would be everywhere on a small page: uint8 of its size, very smooth."""
    paper = cv2.dilate(cv2.medianBlur(lightest(page), 3), np.ones((11, 11), np.uint8))
    floor = float(np.percentile(paper, 50)) * 0.6  # under a picture the paper is as bright as around it
    smooth = cv2.GaussianBlur(np.maximum(paper.astype(np.float32), floor), (0, 0), 9)
    return np.clip(smooth, PAPER_WHITE / MOST_GAIN, PAPER_WHITE).round().astype(np.uint8)


def paper_cast(page: np.ndarray) -> np.ndarray:
    """Return how strong blank paper is in blue, green and red against its strongest, (3,) 0..1; ones for coloured paper."""
    light = lightest(page)
    paper = np.median(page[light >= np.percentile(light, 60)].reshape(-1, 3), axis=0)
    cast = paper / max(1.0, float(paper.max()))
    return cast if cast.min() >= 1 - MOST_CAST else np.ones(3)


def bitonal(grey: np.ndarray) -> np.ndarray:
    """Return ink 0 and paper 255 of an evenly lit grey page, by Sauvola's local threshold (Pattern Recognition 33, 2000)."""
    side = max(15, round(max(grey.shape) / 90)) | 1
    values = grey.astype(np.float32)
    mean = cv2.blur(values, (side, side))
    spread = cv2.sqrt(cv2.max(cv2.blur(values * values, (side, side)) - mean * mean, 0))
    limit = cv2.max(mean * (1 + INK_DEPTH * (spread / INK_RANGE - 1)), SURELY_INK)
    return cv2.compare(values, limit, cv2.CMP_GT).reshape(grey.shape)


def _small(page: np.ndarray) -> np.ndarray:
    near = halved(page, 4 * LIGHT_SIDE).image
    scale = LIGHT_SIDE / max(near.shape[:2])
    size = (max(8, round(near.shape[1] * scale)), max(8, round(near.shape[0] * scale)))
    return cv2.resize(near, size, interpolation=cv2.INTER_AREA)


def _even(page: np.ndarray, light: np.ndarray, cast: np.ndarray) -> np.ndarray:
    """Divide by the light, channel by channel, and press the paper's grain towards white; both by table and whole numbers, being done per pixel."""
    size = (page.shape[1], page.shape[0])
    coloured = (light[..., None] * cast).round().astype(np.uint8)
    everywhere = cv2.resize(coloured, size, interpolation=cv2.INTER_LINEAR)
    return cv2.LUT(cv2.divide(page, everywhere, scale=PAPER_WHITE), _WHITENING)


def _whitening() -> np.ndarray:
    """The table 0..255 to 0..255: the same below WHITE_FROM, 255 from WHITE_AT on, smoothly in between."""
    level = np.arange(256, dtype=np.float64)
    reach = np.clip((level - WHITE_FROM) / (WHITE_AT - WHITE_FROM), 0, 1)
    lifted = WHITE_FROM + (255 - WHITE_FROM) * (reach * reach * (1 - reach) * 0.2 + reach)
    return np.where(level < WHITE_FROM, level, lifted).round().clip(0, 255).astype(np.uint8)


_WHITENING = _whitening()
