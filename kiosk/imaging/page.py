"""Finds the sheet of paper, card or booklet in a picture: propose outlines, weigh the evidence for each, fit the best to the edge."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.imaging.candidates import make_work, propose
from kiosk.imaging.evidence import measure
from kiosk.imaging.geometry import ordered
from kiosk.imaging.judgement import confidence_of, judge
from kiosk.imaging.refine import refine, refine_corners

SEARCH_SIDE = 448
FITTING_SIDE = 1280
LEAST_SIDE = 32


@dataclass(frozen=True, eq=False)
class Sheet:
    """Where the sheet lies: corners float (4, 2), TL, TR, BR, BL as seen, in pixels of the picture; confidence 0..1."""

    corners: np.ndarray
    confidence: float


def find_sheet(image: np.ndarray) -> Sheet | None:
    """Return the main sheet in a BGR uint8 picture, or None when the desk is empty. Corners may lie just outside."""
    if min(image.shape[:2]) < LEAST_SIDE:
        return None
    fitting, fitting_scale = _shrunk(image, FITTING_SIDE)
    search, search_scale = _shrunk(fitting, SEARCH_SIDE)
    work = make_work(search)
    quads = propose(work)
    if len(quads) == 0:
        return None
    scores = judge(measure(work, quads))
    best = int(np.argmax(scores))
    if scores[best] <= 0:
        return None
    rough = (quads[best] + 0.5) / search_scale - 0.5
    corners = _fit_to_edge(fitting, rough)
    return Sheet(ordered((corners + 0.5) / fitting_scale - 0.5), confidence_of(scores))


def _shrunk(image: np.ndarray, longest: int) -> tuple[np.ndarray, float]:
    """Return the picture with its longer side at most `longest`, and the scale applied."""
    scale = min(1.0, longest / max(image.shape[:2]))
    if scale == 1.0:
        return image, 1.0
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA), scale


def _fit_to_edge(image: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Fit the sides far enough to catch a rough outline's error, then closely, then the corners one by one."""
    lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB)
    side = max(image.shape[:2])
    corners = refine(lab, corners, reach=max(4.0, side * 0.010))
    corners = refine(lab, corners, reach=max(2.5, side * 0.0035))
    return refine_corners(lab, corners, reach=max(4.0, side * 0.010))
