"""Rare names on paper: a character of every block is drawn by a real glyph and read back; nothing is read in vain."""

import io
import subprocess
import sys
import unicodedata

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from forms.render import faces, fonts, paper
from forms.render.printing import print_sheets
from tests.forms.render.reading import picture_of, squeezed

# One or more of each block, one of each font that serves it.
BLOCKS = {
    "the end of the basic block": "鿿",
    "extension A": "㐀䶶",
    "extension B": "𠀀𠮷𠀁𪛟",
    "extension C": "𪜀𫜴",
    "extension D": "𫝀𫠝",
    "extension E": "𫠠𬱖𬺡",
    "extension F": "𬺰𮧵𮯠",
    "extension I": "𮯰𮹝",
    "extension G": "𰀀𰻝𱍊",
    "extension H": "𱍐𲎯",
    "compatibility": "﨎龎丽",
}
# Every code point the standard library knows an ideograph at, and how many of its block nobody has.
KNOWN = {
    "extension A": (0x3400, 0x4DBF, 0),
    "basic": (0x4E00, 0x9FFF, 0),
    "extension B": (0x20000, 0x2A6DF, 0),
    "extension C": (0x2A700, 0x2B738, 0),
    "extension D": (0x2B740, 0x2B81D, 0),
    "extension E": (0x2B820, 0x2CEA1, 0),
    "extension F": (0x2CEB0, 0x2EBE0, 0),
    "extension G": (0x30000, 0x3134A, 1470),
}
# Newer than the standard library's tables.
NEW = {"extension I": (0x2EBF0, 0x2EE5D, 0), "extension H": (0x31350, 0x323AF, 1810)}


def _sheet(text: str, bold: bool = False) -> bytes:
    return print_sheets([[paper.Words(text, 40, bold=bold)]], title="试印", foot="试印")


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("characters", BLOCKS.values(), ids=BLOCKS)
def test_a_character_of_every_block_is_drawn_and_read_back(characters, bold):
    for sign in characters:
        weight = fonts.weight_for(sign, bold)
        assert weight.face.charToGlyph[ord(sign)] != 0
    pdf = _sheet(characters, bold)
    assert characters in squeezed(PdfReader(io.BytesIO(pdf)).pages[0].extract_text())
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    assert characters in squeezed(done.stdout.decode())
    assert fonts.STAND_IN not in done.stdout.decode()


@pytest.mark.parametrize("name", ["𠮷田龘", "㐂", "䶮", "𬱖", "𰻝"])
def test_a_rare_name_leaves_as_much_ink_as_a_common_one(name):
    def ink(text):
        return (picture_of(_sheet(text), dpi=72)[36:110, 45:300] < 128).sum() / len(text)

    assert ink("国") * 0.5 < ink(name) < ink("国") * 3


@pytest.mark.parametrize("block", KNOWN)
def test_all_of_a_block_is_printed_but_what_is_said_not_to_be(block):
    first, last, lacking = KNOWN[block]
    characters = "".join(map(chr, range(first, last + 1)))
    assert all(
        unicodedata.name(sign, "").startswith("CJK UNIFIED IDEOGRAPH-") for sign in characters[:: len(characters) - 1]
    )
    assert len(fonts.missing_characters(characters)) == lacking


@pytest.mark.parametrize("block", NEW)
def test_newer_blocks_are_printed_as_far_as_is_said(block):
    first, last, lacking = NEW[block]
    assert len(fonts.missing_characters("".join(map(chr, range(first, last + 1))))) == lacking


def test_an_ordinary_sheet_reads_no_rare_file():
    program = (
        "import sys\n"
        "from forms.render import faces, paper\n"
        "from forms.render.printing import print_sheets\n"
        "print_sheets([[paper.Words('潘秀兰，合浦县廉州镇', 12)]], title='单', foot='单')\n"
        "assert faces._read_rare.cache_info().currsize == 0\n"
        "assert 'fontTools.ttLib' not in sys.modules\n"
        "print_sheets([[paper.Words('𮧵', 12)]], title='单', foot='单')\n"
        "read = faces._read_rare.cache_info().currsize\n"
        "assert 1 <= read <= 4, read\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_every_rare_file_is_of_one_shape():
    # Embedding copies outlines as they are: one made of others would print as nothing.
    files = sorted(faces.RARE_FOLDER.glob("*.woff"))
    assert {file.name for file in files} == faces._rare_files() and len(files) > 15
    for file in files:
        with TTFont(file, lazy=True) as font:
            assert font["head"].unitsPerEm == 1000
            assert (font["hhea"].ascent, font["hhea"].descent) == (880, -120)
            assert "scripts/build_rare_fonts.py" in font["name"].getDebugName(10)
            assert font["maxp"].maxComponentElements == 0


@pytest.mark.parametrize("bold", [False, True])
def test_the_body_type_has_no_glyph_made_of_others(bold):
    (weight,) = fonts.weights(bold)
    start = weight.face.get_table_pos("glyf")[0]
    for glyph, place in enumerate(weight.face.glyphPos[:-1]):
        if weight.face.glyphPos[glyph + 1] > place:
            assert weight.face.get_chunk(start + place, 1)[0] < 0x80


def test_the_licences_lie_beside_the_fonts():
    for name, words in (
        ("rare/ARPHICPL.TXT", "ARPHIC PUBLIC LICENSE"),
        ("rare/HANAZONO.txt", "Unlimited permission"),
        ("OFL.txt", "SIL OPEN FONT LICENSE"),
    ):
        assert words in (faces.FONT_FOLDER / name).read_text(encoding="utf-8")
