"""Finds how a page must be turned to stand upright, by its text: which way lines run, and which way they can be read."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.reading.reading import Turn
from kiosk.reading.recogniser import detect, spell

# Text is looked for coarsely: only the longest lines are needed.
LOOK_SIDE = 736
LINES_TO_READ = 8
# Reading stops when one way gives so many characters more than the other.
CLEAR_LEAD = 10.0
# Where lines run both ways, with at least this share the other way, reading decides instead of their length.
MIXED = 0.3
# A box this many times longer than high (or higher than long) shows which way its line runs.
LONG = 1.6
_ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def turn_of(page: np.ndarray) -> Turn:
    """Return the degrees clockwise that set a BGR page upright; 0 for a page without text."""
    return turn_of_boxes(page, detect(page, LOOK_SIDE))


def turn_of_boxes(page: np.ndarray, boxes: np.ndarray) -> Turn:
    """The same, for a page whose text boxes (n, 4, 2) are known."""
    if len(boxes) == 0:
        return 0
    across, down = _sides(boxes)
    level, upended = _weight(across / down, across), _weight(down / across, down)
    if min(level, upended) > MIXED * max(level, upended):  # columns of an answer sheet look like lines on their side
        ways = [_best_of(page, boxes, across / down, (0, 180)), _best_of(page, boxes, down / across, (90, 270))]
        return max(ways, key=lambda way: way[1])[0]
    if upended > level:
        return _best_of(page, boxes, down / across, (90, 270))[0]
    return _best_of(page, boxes, across / down, (0, 180))[0]


def turned(page: np.ndarray, turn: Turn) -> np.ndarray:
    """Return the page turned clockwise."""
    return page if turn == 0 else cv2.rotate(page, _ROTATIONS[turn])


def _sides(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how long each box is across and down the page, at least one pixel."""
    across = np.linalg.norm(boxes[:, 1] - boxes[:, 0], axis=1)
    down = np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)
    return np.maximum(across, 1), np.maximum(down, 1)


def _weight(proportions: np.ndarray, lengths: np.ndarray) -> float:
    return float(lengths[proportions > LONG].sum())


def _best_of(
    page: np.ndarray, boxes: np.ndarray, proportions: np.ndarray, turns: tuple[Turn, Turn]
) -> tuple[Turn, float]:
    """Which of two turns makes the longest lines legible, and how legible; read line by line, until that is clear."""
    first, second = 0.0, 0.0
    lengths = np.linalg.norm(boxes[:, 2] - boxes[:, 0], axis=1)
    for box in boxes[np.argsort(-proportions * lengths)[:LINES_TO_READ]]:
        first += _legible(page, box, turns[0])
        second += _legible(page, box, turns[1])
        if abs(first - second) >= CLEAR_LEAD:
            break
    return (turns[0], first) if first >= second else (turns[1], second)


def _legible(page: np.ndarray, box: np.ndarray, turn: Turn) -> float:
    """How much of a line can be read when the page is turned so: characters, weighed by how sure they are."""
    ((text, sure),) = spell(page, [np.roll(box, turn // 90, axis=0)])
    return len(text) * sure**3
