"""Answers for one picture file where the sheet lies and what is wrong with the picture; a bad file is an answer too."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from kiosk.imaging.file_answer import answer_for
from kiosk.imaging.page import find_sheets
from kiosk.imaging.quality import assess
from kiosk.imaging.read import read_picture

NOTHING: dict[str, Any] = {"corners": None, "sheets": [], "quality": []}


def scan_picture(path: str | Path) -> dict[str, Any]:
    """Return path, corners (four [x, y] in the file's pixels TL, TR, BR, BL, or None), quality, and ms including decoding.

    `sheets` has the corners of every sheet, the main one first; `quality` speaks of the main one.

    Never raises: a file that is no picture gives corners None and its Chinese sentence under "error".
    """
    return answer_for(path, NOTHING, _told)


def _told(path: Path) -> dict[str, Any]:
    image = read_picture(path)
    sheets = find_sheets(image)
    corners = [sheet.corners.tolist() for sheet in sheets]
    found = assess(image, sheets[0] if sheets else None, still_width=image.shape[1])
    return {
        "corners": corners[0] if corners else None,
        "sheets": corners,
        "quality": [asdict(finding) for finding in found],
    }
