"""Answers for one picture file where the sheet lies and what is wrong with the picture; a bad file is an answer too."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kiosk.imaging.page import find_sheets
from kiosk.imaging.quality import assess
from kiosk.imaging.read import NOT_PROCESSED, NotAPicture, read_picture

log = logging.getLogger(__name__)


def scan_picture(path: str | Path) -> dict[str, Any]:
    """Return path, corners (four [x, y] in the file's pixels TL, TR, BR, BL, or None), quality, and ms including decoding.

    `sheets` has the corners of every sheet, the main one first; `quality` speaks of the main one.

    Never raises: a file that is no picture gives corners None and its Chinese sentence under "error".
    """
    started = time.perf_counter()
    answer: dict[str, Any] = {"path": str(path), "corners": None, "sheets": [], "quality": []}
    try:
        image = read_picture(Path(path))
        sheets = find_sheets(image)
        answer["sheets"] = [sheet.corners.tolist() for sheet in sheets]
        answer["corners"] = answer["sheets"][0] if sheets else None
        found = assess(image, sheets[0] if sheets else None, still_width=image.shape[1])
        answer["quality"] = [asdict(finding) for finding in found]
    except NotAPicture as refusal:
        answer["error"] = str(refusal)
    except Exception:
        log.info("a picture could not be processed", exc_info=True)
        answer["error"] = NOT_PROCESSED
    answer["ms"] = round((time.perf_counter() - started) * 1000, 1)
    return answer
