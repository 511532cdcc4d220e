"""Finds the sheet of paper, card or booklet in a picture: propose outlines, weigh the evidence for each, fit the best to the edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kiosk.imaging.candidates import make_work, propose
from kiosk.imaging.evidence import measure
from kiosk.imaging.geometry import ordered
from kiosk.imaging.judgement import confidence_of, judge
from kiosk.imaging.refine import refine, refine_corners
from kiosk.imaging.view import halved, shrunk

SEARCH_SIDE = 448
FITTING_SIDE = 1700
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
    fitting = halved(image, FITTING_SIDE)
    search = shrunk(fitting.image, SEARCH_SIDE)
    work = make_work(search.image)
    quads = propose(work)
    if len(quads) == 0:
        return None
    scores = judge(measure(work, quads))
    best = int(np.argmax(scores))
    if scores[best] <= 0:
        return None
    corners = _fit_to_edge(fitting.image, search.to_picture(quads[best]))
    return Sheet(ordered(fitting.to_picture(corners)), confidence_of(scores))


def _fit_to_edge(image: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Fit the sides far enough to catch a rough outline's error, then closely, then the corners one by one."""
    side = max(image.shape[:2])
    corners = refine(image, corners, reach=max(4.0, side * 0.010))
    corners = refine(image, corners, reach=max(2.5, side * 0.0035))
    return refine_corners(image, corners, reach=max(4.0, side * 0.010))
