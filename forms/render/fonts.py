"""The type on the paper: which font has a character, which characters none has, and where a Chinese line breaks.

What can be printed is counted block by block in fonts/README.md and fonts/rare/COVERAGE.txt. What has no ink of its own
is left out of the print: variation selectors (an IVS asks for one shape of a character; the font's own shape is printed),
joiners, marks of direction and the other default-ignorable code points of UAX #44, control signs, and combining marks no
font has. Every other character no font has is printed as 〓 and named at the foot of the sheet.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from forms.render.faces import FONT_CHAIN, FONT_FOLDER, FontFiles, Weight, body_weights, rare_weight

__all__ = [
    "FONT_CHAIN",
    "FONT_FOLDER",
    "STAND_IN",
    "FontFiles",
    "Weight",
    "advance",
    "break_lines",
    "em_shares",
    "line_spans",
    "may_break",
    "missing_characters",
    "printable",
    "text_width",
    "weight_for",
    "weights",
]

# 〓 (geta) is the printer's own sign for "this type is not in the case": seen at once, never taken for a character.
STAND_IN = "〓"

_CANNOT_START = frozenset("、，。；：？！）】》〉」』〕”’…—·％℃,.;:?!)]}%~～—")
_CANNOT_END = frozenset("（【《〈「『〔“‘([{□")
# Default_Ignorable_Code_Point (UAX #44).
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def weights(bold: bool) -> tuple[Weight, ...]:
    """The body type, in the order it is asked."""
    return body_weights(bold)


# Only what a font has is remembered, so that a text of a million code points nobody has leaves nothing behind.
_found: dict[tuple[str, bool], Weight] = {}


def weight_for(character: str, bold: bool = False) -> Weight | None:
    """The first font that has `character`, None when none has. A rare one has no bold but where it looks like the body."""
    found = _found.get((character, bold))
    if found is None:
        code = ord(character)
        found = next((weight for weight in weights(bold) if code in weight.characters), None) or rare_weight(code, bold)
        if found:
            _found[character, bold] = found
    return found


def missing_characters(text: str) -> str:
    """The characters of `text` that no font has, each once, in order; empty when everything can be printed.

    A screen asks this before it prints a name: a box in place of a character makes the paper invalid.
    """
    return "".join(sign for sign in dict.fromkeys(text) if _SHOWN[ord(sign)] == STAND_IN != sign)


def printable(text: str) -> str:
    """`text` with 〓 where no font has the character and every kind of blank but a line feed made a space.

    What has no ink of its own is gone.
    """
    return text.translate(_SHOWN)


class _Shown(dict[int, str]):
    """What stands on the paper for each code point, found when it is first met."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        shown = _shown(sign)
        if shown == sign:
            self[code] = shown
        return shown


def _shown(sign: str) -> str:
    if sign.isspace():
        return sign if sign in "\n　" else " "
    if _IGNORABLE.match(sign) or unicodedata.category(sign) == "Cc":
        return ""
    if weight_for(sign) and weight_for(sign, True):
        return sign
    return "" if unicodedata.combining(sign) or unicodedata.category(sign) == "Me" else STAND_IN


_SHOWN = _Shown()


class _EmShares(dict[str, float]):
    """How wide each character is, in ems."""

    def __init__(self, bold: bool):
        super().__init__()
        self._bold = bold

    def __missing__(self, character: str) -> float:
        weight = weight_for(character, self._bold)
        if not printable(character):
            return 0.0
        if weight is None:
            return 1.0
        share = self[character] = weight.advances.get(ord(character), weight.default_advance) / 1000
        return share


_EM_SHARES = {False: _EmShares(False), True: _EmShares(True)}


def em_shares(bold: bool = False) -> Mapping[str, float]:
    """The width of every character in ems; asked by the character."""
    return _EM_SHARES[bold]


def advance(character: str, size: float, bold: bool = False) -> float:
    """The width of one character in points at `size` points."""
    return _EM_SHARES[bold][character] * size


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of `text` in points at `size` points."""
    return sum(map(_EM_SHARES[bold].__getitem__, text)) * size


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between two neighbours: not before 。 nor after （, never inside a word or a number."""
    if after in _CANNOT_START or before in _CANNOT_END or after == " ":
        return False
    return not (_is_latin(before) and _is_latin(after))


def _is_latin(sign: str) -> bool:
    return "!" <= sign <= "~"


def line_spans(
    text: str, advances: Sequence[float], room: float, glued: frozenset[int] = frozenset()
) -> list[tuple[int, int]]:
    """Where each line of `text` starts and ends. `advances` and `room` are in points.

    `glued` names places where no line may end. A piece wider than `room` is cut at the edge: nothing runs off.
    """
    spans: list[tuple[int, int]] = []
    start, last_break, width = 0, 0, 0.0
    at = 0
    while at < len(text):
        if text[at] == "\n":
            spans.append((start, at))
            start = last_break = at = at + 1
            width = 0.0
            continue
        if at > start and at not in glued and may_break(text[at - 1], text[at]):
            last_break = at
        # A blank may hang over the edge: it is not seen.
        if width + advances[at] > room + 0.01 and at > start and text[at] != " ":
            end = last_break if last_break > start else at
            spans.append((start, end))
            start = last_break = _skip_blanks(text, end)
            at = max(start, end)
            width = 0.0
            continue
        width += advances[at]
        at += 1
    return [*spans, (start, len(text))]


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def break_lines(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """`text` in lines no wider than `room` points at `size` points; characters no font has stand as 〓."""
    shown = printable(text)
    advances = [advance(sign, size, bold) for sign in shown]
    return [shown[start:end].rstrip(" ") for start, end in line_spans(shown, advances, room)]
