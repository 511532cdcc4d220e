"""Estimates how blurred a sheet is from the steepness of its own edges, whatever their contrast; blank paper has no opinion."""

from __future__ import annotations

import cv2
import numpy as np

TILE = 144
REACH = 11
LEAST_CONTRAST = 26
LEAST_POINTS = 24
# The steepest point of an edge can make up the contrast within twice the reach; what is flatter only lies beside one.
BESIDE = 2 * REACH
# The slope of a step of height h blurred by a Gaussian of sigma s is h / (s * sqrt(2 pi)) at its steepest.
STEEPEST = 0.399
# A sheet of which a fifth is out of focus is unreadable there, however sharp the rest.
WORST_COUNTS = 2 / 3


def blur_of(image: np.ndarray, corners: np.ndarray) -> float | None:
    """Return the blur as the sigma of a Gaussian in pixels of the BGR picture; None when there is no edge to judge by.

    Tiles are taken from all over the sheet and along its sides; each gives the sigma of its sharper edges, and the
    sheet is as blurred as most of its tiles, or two thirds as blurred as its worst fifth.
    """
    found = []
    for x, y in _tile_places(image.shape, corners):
        tile = image[y : y + TILE, x : x + TILE]
        sigma = _blur_of_tile(cv2.cvtColor(tile, cv2.COLOR_BGR2GRAY))
        if sigma is not None:
            found.append(sigma)
    return float(max(np.median(found), np.percentile(found, 80) * WORST_COUNTS)) if found else None


def _tile_places(shape: tuple[int, ...], corners: np.ndarray) -> list[tuple[int, int]]:
    """Return the upper left corners of tiles: a grid over the sheet, then the middles of its sides."""
    steps = (0.2, 0.4, 0.6, 0.8)
    grid = [(across, down) for across in steps for down in steps] + [(0.5, 0.0), (0.5, 1.0), (0.0, 0.5), (1.0, 0.5)]
    places = []
    for across, down in grid:
        top = corners[0] * (1 - across) + corners[1] * across
        bottom = corners[3] * (1 - across) + corners[2] * across
        x, y = top * (1 - down) + bottom * down - TILE / 2
        places.append((int(np.clip(x, 0, max(0, shape[1] - TILE))), int(np.clip(y, 0, max(0, shape[0] - TILE)))))
    return list(dict.fromkeys(places))


def _blur_of_tile(grey: np.ndarray) -> float | None:
    grey = cv2.GaussianBlur(grey, (0, 0), 0.5)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    slope = cv2.magnitude(across, down)
    kernel = np.ones((REACH, REACH), np.uint8)
    contrast = cv2.subtract(cv2.dilate(grey, kernel), cv2.erode(grey, kernel))
    steepest = cv2.dilate(slope, np.ones((5, 5), np.uint8))
    chosen = (slope >= steepest) & (contrast > max(LEAST_CONTRAST, 0.4 * float(contrast.max())))
    chosen &= slope * BESIDE >= contrast
    if np.count_nonzero(chosen) < LEAST_POINTS:
        return None
    sigmas = STEEPEST * contrast[chosen] / np.maximum(slope[chosen], 0.1)
    return float(np.percentile(sigmas, 30))
