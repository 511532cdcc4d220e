"""Font files as the paper reads them: the body type whole, a rare character's small file when it is first asked for."""

import io
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import RLock

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFontFace

from forms.render.embedding import SheetFont

FONT_FOLDER = Path(__file__).with_name("fonts")
RARE_FOLDER = FONT_FOLDER / "rare"
# scripts/build_rare_fonts.py cuts the rare families into files of so many code points; the basic plane is one file.
RARE_SPAN = 0x2000


@dataclass(frozen=True)
class FontFiles:
    """One family on disk, in the two weights the sheets use."""

    name: str
    regular: str
    bold: str


@dataclass(frozen=True)
class RareFamily:
    """扩展汉字: a family for what the body type lacks, as one file a weight or as regular files by code point."""

    name: str
    has_bold: bool = False

    def file_for(self, code: int, bold: bool) -> Path:
        if self.has_bold:
            return RARE_FOLDER / f"{self.name}-{'Bold' if bold else 'Regular'}.woff"
        return RARE_FOLDER / f"{self.name}-{code // RARE_SPAN * RARE_SPAN if code > 0xFFFF else 0:05X}.woff"


# The body type, asked first and in this order for every character; read at once.
FONT_CHAIN: tuple[FontFiles, ...] = (FontFiles("NotoSansSC", "NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"),)
# Asked after it, in this order: the one that looks like the body type, mainland shapes, everything else.
RARE_CHAIN: tuple[RareFamily, ...] = (
    RareFamily("RareSans", has_bold=True),
    RareFamily("RareSong"),
    RareFamily("RareMing"),
)


@dataclass(frozen=True, eq=False)
class Weight:
    """One registered font: its name for the canvas, what it has, and how wide each character is (1/1000 em)."""

    name: str
    characters: Set[int]
    advances: Mapping[int, float]
    default_advance: float
    face: TTFontFace


# Two threads printing at once must not read the same file twice; a rare file is read while the body type is held.
_reading = RLock()


def body_weights(bold: bool) -> tuple[Weight, ...]:
    """The body type. Parsing 10 MB takes about 0.05 s per file, so it happens once in a process."""
    with _reading:
        return _body_weights(bold)


@cache
def _body_weights(bold: bool) -> tuple[Weight, ...]:
    suffix = "-Bold" if bold else ""
    return tuple(
        _register(family.name + suffix, FONT_FOLDER / (family.bold if bold else family.regular))
        for family in FONT_CHAIN
    )


def rare_weight(code: int, bold: bool) -> Weight | None:
    """The first rare family with the character `code`; where there is no bold, the regular stands for it."""
    weights = (_rare_weight(family.file_for(code, bold)) for family in RARE_CHAIN)
    return next((weight for weight in weights if weight and code in weight.characters), None)


def _rare_weight(file: Path) -> Weight | None:
    with _reading:
        return _read_rare(file) if file.name in _rare_files() else None


@cache
def _rare_files() -> frozenset[str]:
    return frozenset(file.name for file in RARE_FOLDER.glob("*.woff"))


@cache
def _read_rare(file: Path) -> Weight:
    # Only whoever meets a rare character waits for this reader of compressed fonts, 20 ms, and for the file, 40 ms.
    from fontTools import ttLib

    plain = io.BytesIO()
    with ttLib.TTFont(file, lazy=True) as font:
        font.flavor = None
        font.save(plain, reorderTables=None)
    plain.seek(0)
    return _register(file.stem, plain)


def _register(name: str, source: Path | io.BytesIO) -> Weight:
    font = SheetFont(name, source)
    pdfmetrics.registerFont(font)
    face = font.face
    return Weight(name, face.charToGlyph.keys(), face.charWidths, face.defaultWidth, face)
