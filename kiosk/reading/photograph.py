"""Reads a photograph: the sheet cut out and straightened first, then whatever text the picture shows besides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from kiosk.imaging.page import find_sheet
from kiosk.imaging.rectify import rectify
from kiosk.reading.paper import read_page
from kiosk.reading.reading import Line, Reading
from kiosk.reading.recogniser import detect, spelled
from kiosk.reading.upright import turn_of_boxes

# A card's small print needs more than the 200 dpi a page is kept at.
READING_DPI = 300
# Text beside the sheet is looked for in a picture of this size (longer side).
BESIDES_SIDE = 1280
# A place of the picture is read already when this share of it lies inside a line of the sheet.
COVERED = 0.5


def read_photograph(image: np.ndarray) -> Reading:
    """Return what a BGR photograph says, boxes in its own pixels: the sheet's text first, then text beside the sheet.

    Kind, turn and fields are the sheet's; a picture in which no sheet is found is read whole. Raises CannotRead.
    """
    sheet = find_sheet(image)
    if sheet is None:
        return read_page(image)
    page = rectify(image, sheet.corners, dpi=READING_DPI)
    reading = read_page(page)
    lines = [replace(line, box=_onto(line.box, page, sheet.corners)) for line in reading.lines]
    return replace(reading, lines=(*lines, *_besides(image, lines)))


def _onto(box: np.ndarray, page: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Where a box of the page lies in the picture it was cut from."""
    height, width = page.shape[:2]
    outline = np.float32([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
    matrix = cv2.getPerspectiveTransform(outline, np.float32(corners))
    return cv2.perspectiveTransform(np.float32(box)[None], matrix)[0]


def _besides(image: np.ndarray, known: Sequence[Line]) -> tuple[Line, ...]:
    """Lines at places of the picture where nothing was read yet: other sheets, or print the outline cut off."""
    boxes = detect(image, min(BESIDES_SIDE, max(image.shape[:2])))
    read = np.zeros(image.shape[:2], np.uint8)
    for line in known:
        cv2.fillConvexPoly(read, np.round(line.box).astype(np.int32), 1)
    unread = np.array([box for box in boxes if _share_read(read, box) < COVERED], np.float32).reshape(-1, 4, 2)
    turn = turn_of_boxes(image, unread)
    return spelled(image, np.roll(unread, turn // 90, axis=1))


def _share_read(read: np.ndarray, box: np.ndarray) -> float:
    """Which share of a box lies on places marked as read."""
    x, y, width, height = cv2.boundingRect(np.round(box).astype(np.int32))
    top, left = max(0, y), max(0, x)
    part = read[top : y + height, left : x + width]
    inside = np.zeros(part.shape, np.uint8)
    cv2.fillConvexPoly(inside, np.round(box - [left, top]).astype(np.int32), 1)
    return float((part & inside).sum() / max(1, inside.sum()))
