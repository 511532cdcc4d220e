"""The one thing the kiosk asks of this room: from a frame to a page fit to be kept, or to what the person should do."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from kiosk.imaging.enhance import Mode, enhance
from kiosk.imaging.page import Sheet, find_sheet, find_sheets
from kiosk.imaging.quality import Finding, assess
from kiosk.imaging.rectify import rectify, shape_of

#: a card is written small and read by machine; A4 as archives want it (DA/T 31-2017: at least 200)
DPI = {"card": 300, "a4": 200, "other": 200}


@dataclass(frozen=True, eq=False)
class Capture:
    """What came of a frame: the sheet and its page (BGR uint8) if there is one, the findings, how long it took in ms."""

    sheet: Sheet | None
    findings: tuple[Finding, ...]
    page: np.ndarray | None
    acceptable: bool
    ms: float


def process(image: np.ndarray, mode: Mode = "colour") -> Capture:
    """Find, judge, straighten and even out the sheet in a BGR uint8 picture; acceptable when nothing found blocks."""
    started = time.perf_counter()
    return _captured(image, find_sheet(image), mode, started)


def process_each(image: np.ndarray, mode: Mode = "colour") -> list[Capture]:
    """Do the same for every sheet in the picture, the main one first, as when both sides of a card lie side by side."""
    started = time.perf_counter()
    return [_captured(image, sheet, mode, started) for sheet in find_sheets(image)]


def _captured(image: np.ndarray, sheet: Sheet | None, mode: Mode, started: float) -> Capture:
    findings = tuple(assess(image, sheet, still_width=image.shape[1]))
    page = None if sheet is None else enhance(straightened(image, sheet), mode)
    acceptable = page is not None and not any(finding.blocking for finding in findings)
    return Capture(sheet, findings, page, acceptable, (time.perf_counter() - started) * 1000)


def straightened(image: np.ndarray, sheet: Sheet) -> np.ndarray:
    """Return the sheet as an upright BGR page, as fine as its kind of paper needs."""
    kind = shape_of(sheet.corners, image.shape)
    return rectify(image, sheet.corners, DPI[kind], kind)
