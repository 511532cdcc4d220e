"""Builds forms/render/fonts/rare: the ideographs that Noto Sans SC lacks, in small files that are read only when needed.

    python scripts/build_rare_fonts.py DEBS [--out forms/render/fonts/rare]

DEBS is a folder with the three Debian packages named in SOURCES, as `apt-get download NAME=VERSION` leaves them (Debian
12 has the first and the last, sid the second). Their digests are checked, so the same packages give the same files.

Three sources are asked in this order, and each gives only what those before it lack: Noto Sans CJK looks like the body
type and has a bold; BabelStone Han draws mainland shapes; HanaMin completes extensions B to F. Outlines are converted to
TrueType, scaled to 1000 units and cut into files of 8192 code points each. Every file gets a name of ours (HanaMin's
names are reserved) and says how it was changed, as the Arphic Public License asks. COVERAGE.txt is written beside them.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

FONTS = Path(__file__).parents[1] / "forms" / "render" / "fonts"
BODY = FONTS / "NotoSansSC-Regular.ttf"
UNITS = 1000
ASCENT, DESCENT = 880, -120
SPAN = 0x2000
# Seconds since 1904 of 24 November 2026: the day the outlines were converted, the same in every rebuilt file.
CHANGED_AT = 3_878_323_200
CHANGED = (
    "Changed on 2026-11-24 by scripts/build_rare_fonts.py of the project 农事网通: ideographs selected by code point, "
    "outlines converted to TrueType curves on 1000 units, hinting and layout tables removed, renamed."
)
# Unicode 17.0; a block that grew later is missing from here and so from the count, never from the fonts.
BLOCKS = (
    ("CJK Unified Ideographs", 0x4E00, 0x9FFF),
    ("Extension A", 0x3400, 0x4DBF),
    ("Extension B", 0x20000, 0x2A6DF),
    ("Extension C", 0x2A700, 0x2B73F),
    ("Extension D", 0x2B740, 0x2B81D),
    ("Extension E", 0x2B820, 0x2CEAD),
    ("Extension F", 0x2CEB0, 0x2EBE0),
    ("Extension I", 0x2EBF0, 0x2EE5D),
    ("Extension G", 0x30000, 0x3134A),
    ("Extension H", 0x31350, 0x323AF),
    ("Extension J", 0x323B0, 0x33479),
)
COMPATIBILITY = ((0xF900, 0xFAD9), (0x2F800, 0x2FA1D))


@dataclass(frozen=True)
class Face:
    """One font file inside a package; `number` counts the fonts of a collection."""

    path: str
    number: int = 0


@dataclass(frozen=True)
class Source:
    """Where one family of ours comes from."""

    family: str
    package: str
    version: str
    sha256: str
    copyright: str
    license: str
    faces: tuple[tuple[str, tuple[Face, ...]], ...]
    is_split: bool = True


SOURCES = (
    Source(
        "RareSans",
        "fonts-noto-cjk",
        "1:20220127+repack1-1",
        "4a2515eb6db3978b897fef9709ed0d2b1f4c6c4df4d83d6c4ef65f71f1b1f502",
        "(c) 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'.",
        "SIL Open Font License 1.1; see OFL.txt.",
        (
            ("Regular", (Face("usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),)),
            ("Bold", (Face("usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2),)),
        ),
        is_split=False,
    ),
    Source(
        "RareSong",
        "fonts-babelstone-han",
        "16.0.3-1",
        "52f483fcb9f60a2f7346f68a97d92c9d88c6de8c1aa9b27260a91ecbd7cebdad",
        "(c) Copyright 1994-1999, Arphic Technology Co., Ltd.; (c) Copyright 2009-2025, Andrew West.",
        "Arphic Public License; see ARPHICPL.TXT.",
        (("Regular", (Face("usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf"),)),),
    ),
    Source(
        "RareMing",
        "fonts-hanazono",
        "20170904-2.1",
        "a6943366b4f5a6cec34221f8b4eb22555a628f0ee6ef4e3d3401cabe9363aeae",
        "Copyright 2008-2017 GlyphWiki Project.",
        "Hanazono Font License; see HANAZONO.txt.",
        (
            (
                "Regular",
                (
                    Face("usr/share/fonts/truetype/hanazono/HanaMinB.ttf"),
                    Face("usr/share/fonts/truetype/hanazono/HanaMinA.ttf"),
                ),
            ),
        ),
    ),
)


def build(debs: Path, out: Path) -> None:
    """Write every file of `out` anew."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.woff"):
        old.unlink()
    covered = set(TTFont(BODY, lazy=True).getBestCmap())
    shares: dict[str, set[int]] = {"NotoSansSC": set(covered)}
    for source in SOURCES:
        with tempfile.TemporaryDirectory() as folder:
            unpack(source, debs, Path(folder))
            shares[source.family] = build_family(source, Path(folder), out, covered)
        covered |= shares[source.family]
    (out / "COVERAGE.txt").write_text("\n".join(coverage(shares)) + "\n", encoding="utf-8")


def unpack(source: Source, debs: Path, folder: Path) -> None:
    """Raises SystemExit when the package is missing or is not the one this script was written for."""
    (package,) = list(debs.glob(f"{source.package}_*.deb")) or [None]
    if package is None or hashlib.sha256(package.read_bytes()).hexdigest() != source.sha256:
        raise SystemExit(f"{debs} needs {source.package} {source.version}, sha256 {source.sha256}")
    subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)


def build_family(source: Source, unpacked: Path, out: Path, covered: set[int]) -> set[int]:
    """The files of one family, in all its weights; answers which characters they have."""
    chosen: set[int] = set()
    for style, faces in source.faces:
        fonts = [TTFont(unpacked / face.path, fontNumber=face.number, lazy=True) for face in faces]
        glyphs = {code: font for font in reversed(fonts) for code in font.getBestCmap() if is_ideograph(code)}
        chosen = set(glyphs) - covered
        for start, codes in spans(chosen) if source.is_split else [(None, sorted(chosen))]:
            name = f"{source.family}-{style}" if start is None else f"{source.family}-{start:05X}"
            write_font(source, name, style, {code: glyphs[code] for code in codes}, out / f"{name}.woff")
    return chosen


def is_ideograph(code: int) -> bool:
    blocks = [(first, last) for _, first, last in BLOCKS]
    return any(first <= code <= last for first, last in (*blocks, *COMPATIBILITY))


def spans(codes: set[int]) -> Iterator[tuple[int, list[int]]]:
    """The few of the basic plane in one file, the others by ranges of SPAN."""
    starts: dict[int, list[int]] = {}
    for code in sorted(codes):
        starts.setdefault(code // SPAN * SPAN if code > 0xFFFF else 0, []).append(code)
    yield from starts.items()


def write_font(source: Source, name: str, style: str, origin: dict[int, TTFont], path: Path) -> None:
    names = {code: f"u{code:05X}" for code in origin}
    glyphs = {".notdef": missing_sign(), **{names[code]: outline(font, code) for code, font in origin.items()}}
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(names)
    builder.setupGlyf(glyphs)
    left = {glyph: shape.xMin if shape.numberOfContours else 0 for glyph, shape in builder.font["glyf"].glyphs.items()}
    builder.setupHorizontalMetrics({glyph: (UNITS, left[glyph]) for glyph in glyphs})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT, fsType=0)
    builder.setupNameTable(naming(source, name, style), mac=False)
    builder.setupPost(keepGlyphNames=False)
    font = builder.font
    font.recalcTimestamp = False
    font["head"].created = font["head"].modified = CHANGED_AT
    font.flavor = "woff"
    font.save(path)
    print(f"{path.name}: {len(origin)} characters, {path.stat().st_size / 1e6:.1f} MB")


def naming(source: Source, name: str, style: str) -> dict[str, str]:
    return {
        "copyright": source.copyright,
        "familyName": f"Hongye {name}",
        "styleName": style,
        "uniqueFontIdentifier": f"Hongye {name} {source.package} {source.version}",
        "fullName": f"Hongye {name}",
        "psName": f"Hongye{name}",
        "version": "Version 1.000",
        "description": CHANGED,
        "licenseDescription": source.license,
    }


def outline(font: TTFont, code: int) -> Glyph:
    """The character's outline in quadratic curves on our units."""
    pen = TTGlyphPen(None)
    is_cubic = "glyf" not in font
    target = Cu2QuPen(pen, max_err=0.7, reverse_direction=True) if is_cubic else pen
    scale = UNITS / font["head"].unitsPerEm
    font.getGlyphSet()[font.getBestCmap()[code]].draw(TransformPen(target, (scale, 0, 0, scale, 0, 0)))
    return pen.glyph(dropImpliedOnCurves=True)


def missing_sign() -> Glyph:
    """A filled square, as the format asks for something; no sheet ever draws it."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def coverage(shares: dict[str, set[int]]) -> Iterator[str]:
    """What is covered, block by block: how many of the code points assigned in Unicode 17.0, and by which family."""
    everything = set().union(*shares.values())
    yield "Written by scripts/build_rare_fonts.py. Characters that can be printed, of those assigned in Unicode 17.0."
    yield ""
    yield f"{'block':24}{'range':>16}{'assigned':>10}{'printed':>9}" + "".join(f"{name:>12}" for name in shares)
    for name, first, last in BLOCKS:
        codes = set(range(first, last + 1))
        counts = "".join(f"{len(codes & share):>12}" for share in shares.values())
        yield f"{name:24}{f'{first:X}-{last:X}':>16}{len(codes):>10}{len(codes & everything):>9}{counts}"
    yield ""
    for name, first, last in BLOCKS:
        absent = [code for code in range(first, last + 1) if code not in everything]
        if absent and len(absent) < last - first:
            yield from textwrap.wrap(
                f"{name}, not printed ({len(absent)}): {runs(absent)}", 118, subsequent_indent="  "
            )
    yield "Extension J is new in Unicode 17.0 (2025); no open font within reach has it."


def runs(codes: list[int]) -> str:
    """2CEA2-2CEAD 2CEB0: neighbours joined."""
    joined: list[list[int]] = []
    for code in codes:
        if joined and joined[-1][1] == code - 1:
            joined[-1][1] = code
        else:
            joined.append([code, code])
    return " ".join(f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in joined)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("debs", type=Path)
    parser.add_argument("--out", type=Path, default=FONTS / "rare")
    arguments = parser.parse_args()
    build(arguments.debs, arguments.out)


if __name__ == "__main__":
    main()
