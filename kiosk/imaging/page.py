"""Finds the sheet of paper, card or booklet in a picture: propose outlines, weigh the evidence for each, fit the best to the edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kiosk.imaging.candidates import SEARCH_SIDE, Work, make_work, propose_quickly, propose_thoroughly
from kiosk.imaging.evidence import measure
from kiosk.imaging.geometry import ordered, overlap, share_covered
from kiosk.imaging.judgement import confidence_of, judge
from kiosk.imaging.refine import refine, refine_corners
from kiosk.imaging.view import halved, shrunk

FITTING_SIDE = 1700
LEAST_SIDE = 32
# A score above which the quick search's best is taken without looking further.
SURE = 3.0
# Two sheets may touch and overlap a little; what is covered more is another outline of the same sheet.
MOST_COVERED = 0.15
# Outlines that score within so much of the best one of the same sheet are fitted to the edge too, and judged again.
NEARLY, RIVALS, SAME_SHEET = 2.0, 4, 0.8


@dataclass(frozen=True, eq=False)
class Sheet:
    """Where the sheet lies: corners float (4, 2), TL, TR, BR, BL as seen, in pixels of the picture; confidence 0..1."""

    corners: np.ndarray
    confidence: float


def find_sheet(image: np.ndarray) -> Sheet | None:
    """Return the main sheet in a BGR uint8 picture, or None when the desk is empty. Corners may lie just outside."""
    found = find_sheets(image, most=1)
    return found[0] if found else None


def find_sheets(image: np.ndarray, most: int = 8) -> list[Sheet]:
    """Return the sheets in a BGR uint8 picture, the main one first, at most `most`; none of them over another."""
    if min(image.shape[:2]) < LEAST_SIDE:
        return []
    fitting = halved(image, FITTING_SIDE)
    search = shrunk(fitting.image, SEARCH_SIDE)
    work = make_work(search.image)
    found = []
    for rivals, score in _best_apart(*_candidates(work), most):
        fitted = np.array([_fit_to_edge(fitting.image, search.to_picture(quad)) for quad in rivals])
        best = int(np.argmax(judge(measure(work, search.from_picture(fitted))))) if len(fitted) > 1 else 0
        found.append(Sheet(ordered(fitting.to_picture(fitted[best])), confidence_of(score)))
    return found


def _candidates(work: Work) -> tuple[np.ndarray, np.ndarray]:
    """Return quads (n, 4, 2) with their scores (n,); the long search is made only when the quick one leaves a doubt."""
    quads = propose_quickly(work)
    scores = judge(measure(work, quads))
    if len(scores) and scores.max() > SURE:
        return quads, scores
    further = propose_thoroughly(work)
    return np.concatenate([quads, further]), np.concatenate([scores, judge(measure(work, further))])


def _best_apart(quads: np.ndarray, scores: np.ndarray, most: int) -> list[tuple[list[np.ndarray], float]]:
    """Return, best first, outlines of each sheet that score above 0: the best, and its near rivals for the same sheet.

    What lies over a better outline is left out.
    """
    chosen: list[tuple[list[np.ndarray], float]] = []
    for place in np.argsort(-scores):
        if scores[place] <= 0:
            break
        above = next((group for group in chosen if share_covered(quads[place], group[0][0]) >= MOST_COVERED), None)
        if above is None and len(chosen) < most:
            chosen.append(([quads[place]], float(scores[place])))
        elif above and _rival(quads[place], float(scores[place]), *above):
            above[0].append(quads[place])
    return chosen


def _rival(quad: np.ndarray, score: float, others: list[np.ndarray], best: float) -> bool:
    """Say whether an outline is nearly as good as the best of the same sheet, and another than those kept already."""
    return len(others) < RIVALS and score > best - NEARLY and overlap(quad, others[0]) > SAME_SHEET


def _fit_to_edge(image: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Fit the sides far enough to catch a rough outline's error, then closely, then the corners one by one."""
    side = max(image.shape[:2])
    corners = refine(image, corners, reach=max(4.0, side * 0.010))
    corners = refine(image, corners, reach=max(2.5, side * 0.0035))
    return refine_corners(image, corners, reach=max(4.0, side * 0.010))
