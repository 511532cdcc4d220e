"""Reads what stands under red stamps and seals: seen through red light they pale, and blue and black ink stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import cv2
import numpy as np

from kiosk.imaging.view import scaled
from kiosk.reading.reading import Line
from kiosk.reading.recogniser import PAGE_SIDE, detect, in_reading_order, spelled

# What red ink looks like in HSV: hue near red on OpenCV's half circle, and some colour.
RED_HUE = 10
LEAST_SATURATION = 70
# A stamp is at least this share of the page, and stamps are few; a page that is red all over is no stamped page.
LEAST_SHARE = 0.002
MOST_STAMPS = 4
MOST_SHARE = 0.5
# Red print is darker than the paper by less than this in red light.
PALE = 0.85
# Two lines may be one when this much of the smaller lies in the other.
SAME_PLACE = 0.5


def with_text_under_stamps(page: np.ndarray, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines of an upright BGR page and those that show once its stamps are pale; the surer of two readings."""
    known = list(lines)
    for left, top, right, bottom in _stamps(page):
        part = _paled(page[top:bottom, left:right])
        side = round(PAGE_SIDE * max(part.shape[:2]) / max(page.shape[:2]))
        for line in spelled(part, detect(part, max(side, 64))):
            if _is_whole(line, part):
                known = _taken_in(known, Line(line.text, line.box + np.float32([left, top]), line.sure))
    return in_reading_order(known)


def _stamps(page: np.ndarray) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right, bottom of each place round red print, wide enough for the words that run under it."""
    height, width = page.shape[:2]
    scale = 400 / max(height, width)
    hue, saturation, _ = cv2.split(cv2.cvtColor(scaled(page, scale), cv2.COLOR_BGR2HSV))
    red = ((hue < RED_HUE) | (hue > 180 - RED_HUE)) & (saturation > LEAST_SATURATION)
    grown = cv2.dilate(red.astype(np.uint8), np.ones((13, 13), np.uint8))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(grown)
    places = [
        box for box in boxes[1:count] if box[4] >= LEAST_SHARE * red.size and box[2] * box[3] <= MOST_SHARE * red.size
    ]
    for left, top, across, down, _ in sorted(places, key=lambda box: -box[4])[:MOST_STAMPS]:
        reach = 0.5 * max(across, down)
        yield (max(0, int((left - reach) / scale)), max(0, int(top / scale)),
               min(width, int((left + across + reach) / scale)), min(height, int((top + down) / scale)))  # fmt: skip


def _paled(part: np.ndarray) -> np.ndarray:
    """The part as seen through red light, where all that is nearly as light as the paper becomes white."""
    red = part[:, :, 2].astype(np.float32)
    white = max(1.0, PALE * float(np.median(red)))
    return cv2.merge([np.clip(red * (255 / white), 0, 255).astype(np.uint8)] * 3)


def _is_whole(line: Line, part: np.ndarray) -> bool:
    """Whether a line ends inside the part: one that runs out of it was cut in two."""
    left, right = line.box[:, 0].min(), line.box[:, 0].max()
    return bool(left > 2 and right < part.shape[1] - 3)


def _taken_in(known: list[Line], seen: Line) -> list[Line]:
    """A line that was known is replaced by a surer reading of the same place; one that says the same is no news."""
    there = [line for line in known if _overlap(line, seen) >= SAME_PLACE and _alike_or_as_large(line, seen)]
    if any(line.sure >= seen.sure or line.text == seen.text for line in there):
        return known
    if any(seen.text in line.text for line in known):
        return known
    return [line for line in known if all(line is not other for other in there)] + [seen]


def _overlap(first: Line, second: Line) -> float:
    """Which share of the smaller of two upright boxes lies in the other."""
    low = np.maximum(first.box.min(axis=0), second.box.min(axis=0))
    high = np.minimum(first.box.max(axis=0), second.box.max(axis=0))
    return float(np.prod(np.clip(high - low, 0, None))) / max(1e-6, min(_area(first), _area(second)))


def _alike_or_as_large(first: Line, second: Line) -> bool:
    """A word under a stamp lies inside the stamp's box and is another line; a line read twice is as large, or as worded."""
    sizes = sorted((_area(first), _area(second)))
    return sizes[0] > 0.6 * sizes[1] or SequenceMatcher(None, first.text, second.text).ratio() > 0.7


def _area(line: Line) -> float:
    return float(np.prod(np.ptp(line.box, axis=0)))
