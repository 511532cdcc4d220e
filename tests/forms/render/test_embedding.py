"""Type inside a PDF: small, the same every time, and every character found again by search."""

import io
import threading

import pikepdf
from fontTools.ttLib import TTFont

from forms.render import paper
from forms.render.printing import print_sheets
from tests.forms.render.reading import text_of

TEXT = "潘秀兰 450521，合浦县廉州镇𠮷田村"


def _sheet(text: str) -> bytes:
    return print_sheets([[paper.Words(text, 12)]], title="试印", foot="试印")


def test_the_program_has_the_widths_and_the_glyphs_the_font_promises():
    with pikepdf.open(io.BytesIO(_sheet(TEXT))) as pdf:
        for font in pdf.pages[0].Resources.Font.values():
            described = font.DescendantFonts[0]
            program = TTFont(io.BytesIO(described.FontDescriptor.FontFile2.read_bytes()))
            first, widths = described.W
            names = program.getGlyphOrder()
            assert first == 1 and len(widths) == len(names) - 1
            assert [program["hmtx"][name][0] for name in names[1:]] == [int(width) for width in widths]
            assert all(program["glyf"][name].numberOfContours >= 0 for name in names)


def test_a_character_is_in_the_file_once_however_often_it_is_printed():
    assert len(_sheet("潘" * 200)) < len(_sheet("潘")) + 600


def test_the_same_words_give_the_same_bytes():
    assert _sheet(TEXT) == _sheet(TEXT)


def test_two_sheets_printed_at_once_do_not_mix():
    texts = [TEXT[at:] + TEXT[:at] for at in range(8)]
    alone = [_sheet(text) for text in texts]
    together = [b""] * len(texts)

    def print_one(number: int) -> None:
        for _ in range(5):
            together[number] = _sheet(texts[number])

    threads = [threading.Thread(target=print_one, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_characters_beyond_the_basic_plane_are_found_by_search():
    assert "𠮷田村" in text_of(_sheet(TEXT))
