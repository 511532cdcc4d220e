"""Answers for one picture file what it says: text, paper, fields and codes; a bad file is an answer too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiosk.imaging.file_answer import answer_for
from kiosk.imaging.read import NotAPicture, read_picture
from kiosk.reading.codes import read_codes
from kiosk.reading.photograph import read_photograph
from kiosk.reading.recogniser import CannotRead

NOTHING: dict[str, Any] = {"text": "", "kind": None, "fields": {}, "turn": 0, "codes": []}


def read_file(path: str | Path) -> dict[str, Any]:
    """Return path, text, kind, fields ({name: value, label, trouble}), turn, codes (format, text, corners) and ms.

    A code that is seen and cannot be read has text None. Never raises: a file that is no picture gives its Chinese
    sentence under "error".
    """
    return answer_for(path, NOTHING, _told, (NotAPicture, CannotRead))


def _told(path: Path) -> dict[str, Any]:
    image = read_picture(path)
    reading = read_photograph(image)
    codes = read_codes(image)
    return {
        "text": reading.text,
        "kind": reading.kind,
        "fields": {
            field.name: {"value": field.value, "label": field.label, "trouble": field.trouble}
            for field in reading.fields
        },
        "turn": reading.turn,
        "codes": [
            *({"format": code.format, "text": code.text, "corners": code.corners.tolist()} for code in codes.found),
            *({"format": None, "text": None, "corners": corners.tolist()} for corners in codes.missed),
        ],
    }
