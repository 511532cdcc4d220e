"""Lays the lines of an upright page out as labels and values, and finds the value that stands right of or below a label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kiosk.reading.reading import Line


@dataclass(frozen=True)
class Piece:
    """A label, or what stands between labels: its text without blanks and where it lies on the levelled page, in pixels."""

    text: str
    label: str | None
    left: float
    right: float
    top: float
    bottom: float
    sure: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Value:
    """What stands at a label; `sure` is that of its least sure line."""

    text: str
    sure: float


def compact(text: str) -> str:
    """Half-width, without blanks: 姓 名 and 姓名 are one label."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def pieces_of(lines: Iterable[Line], labels: Sequence[str]) -> list[Piece]:
    """Cut lines at the labels inside them (民族汉, 性别女民族汉): boxes are shared out by the number of characters."""
    lines = list(lines)
    slope = _slope(lines)
    return [piece for line in lines for piece in _cut(line, slope, _label_pattern(tuple(labels)))]


def value_at(pieces: Sequence[Piece], label: str) -> Value | None:
    """What stands right of a label up to the next one, else below it; None when the label or its value is missing."""
    place = next((piece for piece in pieces if piece.label == label), None)
    if place is None:
        return None
    found = _right_of(pieces, place) or _below(pieces, place)
    return _joined(found) if found else None


def paragraph_at(pieces: Sequence[Piece], label: str) -> Value | None:
    """As value_at, and the lines that go on below its first one (an address)."""
    place = next((piece for piece in pieces if piece.label == label), None)
    found = [] if place is None else _right_of(pieces, place) or _below(pieces, place)
    while found and (following := _continuation(pieces, found[-1], found[0])):
        found = [*found, following]
    return _joined(found) if found else None


def _joined(found: Sequence[Piece]) -> Value:
    return Value("".join(piece.text for piece in found), min(piece.sure for piece in found))


def _right_of(pieces: Sequence[Piece], place: Piece) -> list[Piece]:
    """The values of a label's row, up to the next label; what is much larger or smaller is a stamp lying over it."""
    row = [
        piece
        for piece in pieces
        if piece.left > place.left
        and abs(piece.middle - place.middle) < 0.6 * max(place.height, min(piece.height, 1.5 * place.height))
        and 0.5 < piece.height / max(place.height, 1) < 2.2
    ]
    found: list[Piece] = []
    for piece in sorted(row, key=lambda piece: piece.left):
        if piece.label is not None:
            break
        found.append(piece)
    return found


def _below(pieces: Sequence[Piece], place: Piece) -> list[Piece]:
    """The nearest piece under a label, when it is a value."""
    under = [
        piece
        for piece in pieces
        if piece.left < place.right
        and piece.right > place.left
        and 0 < piece.middle - place.middle < 2.6 * place.height
    ]
    nearest = min(under, key=lambda piece: piece.middle, default=None)
    return [] if nearest is None or nearest.label is not None else [nearest]


def _continuation(pieces: Sequence[Piece], last: Piece, first: Piece) -> Piece | None:
    """The next line of a paragraph: close below, beginning where the first line begins, and no label's row."""
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        drop = piece.middle - last.middle
        begins = abs(piece.left - first.left) < 1.5 * first.height
        if begins and 0.5 * last.height < drop < 2.2 * last.height:
            alike = 0.6 < piece.height / max(first.height, 1) < 1.6
            return piece if alike and not _in_a_labels_row(pieces, piece) else None
    return None


def _in_a_labels_row(pieces: Sequence[Piece], piece: Piece) -> bool:
    return any(
        other.label is not None and abs(other.middle - piece.middle) < 0.6 * piece.height and other.left <= piece.left
        for other in pieces
    )


@lru_cache(maxsize=16)
def _label_pattern(labels: tuple[str, ...]) -> re.Pattern[str]:
    """The labels, longest first, so that 户主姓名 is not taken for 姓名."""
    return re.compile("(" + "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True)) + ")[:：]?")


def _slope(lines: Sequence[Line]) -> float:
    """How far the text descends per pixel to the right; the middle one of its lines, 0 for a page without."""
    slopes = [
        float((line.box[1, 1] - line.box[0, 1]) / (line.box[1, 0] - line.box[0, 0]))
        for line in lines
        if line.box[1, 0] - line.box[0, 0] > 2 * abs(line.box[3, 1] - line.box[0, 1])
    ]
    return float(np.median(slopes)) if slopes else 0.0


def _cut(line: Line, slope: float, pattern: re.Pattern[str]) -> list[Piece]:
    text = compact(line.text)
    left, right = float(line.box[:, 0].min()), float(line.box[:, 0].max())
    heights = line.box[:, 1] - slope * line.box[:, 0]
    across = (right - left) / max(1, len(text))
    cuts: list[tuple[int, int, str | None]] = []
    behind = 0
    for found in pattern.finditer(text):
        cuts += [(behind, found.start(), None), (found.start(), found.end(), found[1])]
        behind = found.end()
    cuts.append((behind, len(text), None))
    return [
        Piece(text[start:end], label, left + start * across, left + end * across,
              float(heights.min()), float(heights.max()), line.sure)
        for start, end, label in cuts
        if end > start
    ]  # fmt: skip
