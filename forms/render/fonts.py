"""The type on the paper: which fonts there are, which characters none of them has, and where a Chinese line breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT_FOLDER = Path(__file__).with_name("fonts")

# 〓 (geta) is the printer's own sign for "this type is not in the case": seen at once, never taken for a character.
STAND_IN = "〓"

_CANNOT_START = frozenset("、，。；：？！）】》〉」』〕”’…—·％℃,.;:?!)]}%~～—")
_CANNOT_END = frozenset("（【《〈「『〔“‘([{□")


@dataclass(frozen=True)
class FontFiles:
    """One family on disk, in the two weights the sheets use."""

    name: str
    regular: str
    bold: str


# Asked in this order for every character. A rare-character family (扩展汉字) is added by one line here.
FONT_CHAIN: tuple[FontFiles, ...] = (FontFiles("NotoSansSC", "NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"),)


@dataclass(frozen=True)
class Weight:
    """One registered font: its name for the canvas, what it has, and how wide each character is (1/1000 em)."""

    name: str
    characters: frozenset[int]
    advances: dict[int, float]
    default_advance: float


_registering = Lock()


@cache
def _parsed_chain() -> dict[bool, tuple[Weight, ...]]:
    return {
        False: tuple(_register(family.name, family.regular) for family in FONT_CHAIN),
        True: tuple(_register(family.name + "-Bold", family.bold) for family in FONT_CHAIN),
    }


def weights(bold: bool) -> tuple[Weight, ...]:
    """The fonts to ask, in order. Parsing 10 MB takes about 0.1 s per file, so it happens once in a process."""
    with _registering:
        return _parsed_chain()[bold]


def _register(name: str, file_name: str) -> Weight:
    font = TTFont(name, FONT_FOLDER / file_name)
    pdfmetrics.registerFont(font)
    return Weight(name, frozenset(font.face.charToGlyph), font.face.charWidths, font.face.defaultWidth)


@cache
def weight_for(character: str, bold: bool = False) -> Weight | None:
    """The first font that has `character`, None when none has."""
    code = ord(character)
    return next((weight for weight in weights(bold) if code in weight.characters), None)


def missing_characters(text: str) -> str:
    """The characters of `text` that no font has, each once, in order; empty when everything can be printed.

    A screen asks this before it prints a name: a box in place of a character makes the paper invalid.
    """
    unknown = (sign for sign in text if not sign.isspace() and not (weight_for(sign) and weight_for(sign, True)))
    return "".join(dict.fromkeys(unknown))


def printable(text: str) -> str:
    """`text` with 〓 where no font has the character and every kind of blank but a line feed made a space."""
    absent = set(missing_characters(text))
    return "".join(
        STAND_IN if sign in absent else " " if sign.isspace() and sign not in "\n　" else sign for sign in text
    )


@cache
def _em_share(character: str, bold: bool) -> float:
    weight = weight_for(character, bold)
    return weight.advances.get(ord(character), weight.default_advance) / 1000 if weight else 1.0


def advance(character: str, size: float, bold: bool = False) -> float:
    """The width of one character in points at `size` points."""
    return _em_share(character, bold) * size


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of `text` in points at `size` points."""
    return sum(_em_share(sign, bold) for sign in text) * size


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
