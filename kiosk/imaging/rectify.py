"""Straightens a sheet: undoes the perspective, with the true proportions of the paper."""

from __future__ import annotations

import math
from typing import Literal

import cv2
import numpy as np

Shape = Literal["a4", "card", "other"]

A4_MM = (210.0, 297.0)
CARD_MM = (85.6, 54.0)
# How far the estimated proportion may be from a known paper's to be taken for it.
TOLERANCE = 0.04
# Booklets and A5 have nearly A4's proportions; a sheet of A4 fills at least this share of a picture.
A4_LEAST_SHARE = 0.2
# A sheet of unknown size is taken to be at least half as finely seen as a booklet of this length, in millimetres.
OTHER_LONG_SIDE_MM = 148.0
# A document camera looks down through a lens of about this focal length, in picture diagonals.
FOCAL_IN_DIAGONALS = 0.9
LONGEST_PIXELS = 6000


def rectify(image: np.ndarray, corners: np.ndarray, dpi: int = 200, kind: Shape | None = None) -> np.ndarray:
    """Return the sheet inside corners (4, 2: TL, TR, BR, BL) as an upright BGR page.

    A4 and ID-1 cards come out at their true size at `dpi`; other sheets at the resolution of the picture. `kind` says
    what the sheet is; None lets the proportions decide. Raises ValueError when the corners enclose nothing.
    """
    quad = np.asarray(corners, np.float32).reshape(4, 2)
    if abs(cv2.contourArea(quad)) < 16:
        raise ValueError("the corners enclose no area")
    kind = kind or shape_of(quad, image.shape)
    width, height = _page_pixels(quad, image.shape, kind, dpi)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(quad, target)
    shrink = np.linalg.norm(quad[1] - quad[0]) / width
    if shrink > 1.8:  # warping skips pixels when it shrinks much; soften first
        image = cv2.GaussianBlur(image, (0, 0), 0.35 * float(shrink))
    return cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def shape_of(corners: np.ndarray, image_shape: tuple[int, ...]) -> Shape:
    """Say what paper has such corners in a picture of shape (height, width, ...), by its proportions and its size in the picture."""
    proportion = true_proportion(corners, image_shape)
    ratio = max(proportion, 1 / proportion)
    away_a4 = abs(math.log(ratio / (A4_MM[1] / A4_MM[0])))
    away_card = abs(math.log(ratio / (CARD_MM[0] / CARD_MM[1])))
    if min(away_a4, away_card) > TOLERANCE:
        return "other"
    if away_card <= away_a4:
        return "card"
    share = cv2.contourArea(np.asarray(corners, np.float32)) / (image_shape[0] * image_shape[1])
    return "a4" if share >= A4_LEAST_SHARE else "other"


def true_proportion(corners: np.ndarray, image_shape: tuple[int, ...]) -> float:
    """Estimate width / height of the rectangle seen as corners (TL, TR, BR, BL), assuming the lens of a document camera."""
    height, width = image_shape[:2]
    focal = FOCAL_IN_DIAGONALS * math.hypot(width, height)
    quad = np.asarray(corners, float).reshape(4, 2) - np.array([width / 2, height / 2])
    matrix = cv2.getPerspectiveTransform(
        np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32), (quad / focal).astype(np.float32)
    )
    across, down = np.linalg.norm(matrix[:, 0]), np.linalg.norm(matrix[:, 1])
    return float(across / max(down, 1e-9))


def _page_pixels(quad: np.ndarray, image_shape: tuple[int, ...], kind: Shape, dpi: int) -> tuple[int, int]:
    proportion = true_proportion(quad, image_shape)
    if kind != "other":
        short, long = sorted(A4_MM if kind == "a4" else CARD_MM)
        millimetres = (long, short) if proportion > 1 else (short, long)
        return round(millimetres[0] * dpi / 25.4), round(millimetres[1] * dpi / 25.4)
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    longest = float(max(sides.max(), OTHER_LONG_SIDE_MM * dpi / 25.4 * 0.5))
    longest = min(longest, LONGEST_PIXELS)
    width, height = (longest, longest / proportion) if proportion > 1 else (longest * proportion, longest)
    return max(8, round(width)), max(8, round(height))
