"""Finds the sheet of paper, card or booklet in a picture: propose outlines, weigh the evidence for each, fit the best to the edge."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.imaging.candidates import SEARCH_SIDE, make_work, propose_quickly, propose_thoroughly
from kiosk.imaging.evidence import measure
from kiosk.imaging.geometry import areas, ordered, overlap, share_covered
from kiosk.imaging.judgement import confidence_of, judge
from kiosk.imaging.refine import refine, refine_corners
from kiosk.imaging.view import View, halved, shrunk

FITTING_SIDE = 1700
LEAST_SIDE = 64
# A score above which the quick search's best is taken without looking further.
SURE = 3.0
# Two sheets may touch and overlap a little; what is covered more is another outline of the same sheet.
MOST_COVERED = 0.15
# When an outline is taken for the whole of which a better one is a part: so much larger, holding so much of it, and
# paper in the rest.
MUCH_LARGER, HELD, PAPER_ALL_OVER = 1.15, 0.93, 0.7
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
    desk = Desk(fitting, shrunk(fitting.image, SEARCH_SIDE))
    return [
        Sheet(ordered(fitting.to_picture(_fit_closely(fitting.image, corners))), confidence_of(score))
        for corners, score in desk.outlines(most)
    ]


class Desk:
    """One picture being searched: fitted in `fitting`, searched in `search`, which was made from it."""

    def __init__(self, fitting: View, search: View) -> None:
        self._fitting, self._search = fitting, search
        self._work = make_work(search.image)

    def outlines(self, most: int) -> list[tuple[np.ndarray, float]]:
        """Return corners (4, 2) in pixels of `fitting` with their scores; the long search only where the quick one is in doubt."""
        quads = propose_quickly(self._work)
        found = self._settled(quads, most)
        if found and found[0][1] > SURE:
            return found
        return self._settled(np.concatenate([quads, propose_thoroughly(self._work)]), most)

    def _settled(self, quads: np.ndarray, most: int) -> list[tuple[np.ndarray, float]]:
        """Judge outlines, fit the best of each sheet and its rivals to the edges seen, and judge again."""
        scores = _with_wholes(self._work.paper, quads, judge(measure(self._work, quads)))
        groups = _best_apart(quads, scores, most)
        fitted = (self._best_of(rivals) for rivals in groups)
        return sorted((one for one in fitted if one[1] > 0), key=lambda one: -one[1])

    def _best_of(self, rivals: list[np.ndarray]) -> tuple[np.ndarray, float]:
        near = np.array([_fit_roughly(self._fitting.image, self._search.to_picture(quad)) for quad in rivals])
        scores = judge(measure(self._work, self._search.from_picture(near)))
        best = int(np.argmax(scores))
        return near[best], float(scores[best])


def _with_wholes(paper: np.ndarray, quads: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Put an outline before a better one that is only a part of it: the coloured half of a cover, the card on a form.

    It must be likely by itself, hold the better one, and be paper by the network's map in all the rest of it.
    """
    if len(scores) == 0:
        return scores
    best = int(np.argmax(scores))
    sizes = areas(quads)
    larger = np.flatnonzero((scores > 0) & (sizes > MUCH_LARGER * sizes[best]))
    wholes = [place for place in larger if _is_whole(paper, quads[place], quads[best])]
    if not wholes:
        return scores
    raised = scores.copy()
    raised[max(wholes, key=lambda place: scores[place])] = scores[best] + 1e-3
    return raised


def _is_whole(paper: np.ndarray, whole: np.ndarray, part: np.ndarray) -> bool:
    if share_covered(part, whole) < HELD:
        return False
    rest = cv2.fillConvexPoly(np.zeros(paper.shape, np.uint8), np.rint(whole).astype(np.int32), 1)
    cv2.fillConvexPoly(rest, np.rint(part).astype(np.int32), 0)
    return bool(rest.any()) and float(paper[rest > 0].mean()) > PAPER_ALL_OVER


def _best_apart(quads: np.ndarray, scores: np.ndarray, most: int) -> list[list[np.ndarray]]:
    """Return, best first, outlines of each sheet that score above 0: the best, and its near rivals for the same sheet.

    What lies over a better outline is left out.
    """
    chosen: list[list[np.ndarray]] = []
    lowest: list[float] = []
    for place in np.argsort(-scores):
        if scores[place] <= 0:
            break
        over = [number for number, group in enumerate(chosen) if share_covered(quads[place], group[0]) >= MOST_COVERED]
        if not over and len(chosen) < most:
            chosen.append([quads[place]])
            lowest.append(scores[place] - NEARLY)
        elif over and scores[place] > lowest[over[0]] and _is_rival(quads[place], chosen[over[0]]):
            chosen[over[0]].append(quads[place])
    return chosen


def _is_rival(quad: np.ndarray, group: list[np.ndarray]) -> bool:
    return len(group) < RIVALS and overlap(quad, group[0]) > SAME_SHEET


def _fit_roughly(image: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Fit the sides far enough to catch the error of a rough outline."""
    return refine(image, corners, reach=max(4.0, max(image.shape[:2]) * 0.010))


def _fit_closely(image: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Fit the sides once more, closely, then the corners one by one."""
    side = max(image.shape[:2])
    corners = refine(image, corners, reach=max(2.5, side * 0.0035))
    return refine_corners(image, corners, reach=max(4.0, side * 0.010))
