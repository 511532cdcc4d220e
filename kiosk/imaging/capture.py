"""The one thing the kiosk asks of this room: from a frame to a page fit to be kept, or to what the person should do."""

from __future__ import annotations

import time
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.imaging.enhance import enhance
from kiosk.imaging.page import Sheet, find_sheet
from kiosk.imaging.quality import Finding, assess
from kiosk.imaging.rectify import rectify


@dataclass(frozen=True, eq=False)
class Capture:
    """What came of a frame: the sheet and its page (BGR uint8) if there is one, the findings, how long it took in ms."""

    sheet: Sheet | None
    findings: tuple[Finding, ...]
    page: np.ndarray | None
    acceptable: bool
    ms: float


def process(image: np.ndarray) -> Capture:
    """Find, judge, straighten and even out the sheet in a BGR uint8 picture; acceptable when nothing found blocks."""
    started = time.perf_counter()
    sheet = find_sheet(image)
    findings = tuple(assess(image, sheet))
    page = None if sheet is None else enhance(rectify(image, sheet.corners))
    acceptable = page is not None and not any(finding.blocking for finding in findings)
    return Capture(sheet, findings, page, acceptable, (time.perf_counter() - started) * 1000)


def encode_page(page: np.ndarray, quality: int = 85) -> bytes:
    """Return a page (BGR or grey uint8) as JPEG bytes; quality 1..100."""
    worked, encoded = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not worked:
        raise ValueError(f"a page of shape {page.shape} and type {page.dtype} cannot be encoded")
    return encoded.tobytes()
