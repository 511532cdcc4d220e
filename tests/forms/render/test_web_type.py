"""Type for screens: just the rare characters of a page, the same bytes each time, never more than a page may bring."""

import io
import re

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from forms.render import fonts, web_type
from forms.render.faces import RARE_FOLDER


def test_ordinary_text_has_nothing_rare():
    assert web_type.rare_characters("潘秀兰，合浦县廉州镇 Ab1——“①”龥") == ""


def test_what_old_screens_lack_is_found_once_and_in_order():
    assert web_type.rare_characters("𰻝𠮷田龘𠮷<b>㐂</b>\u9fd5\uf900\U000323b0\U000e0100") == "㐂\u9fd5\uf900𠮷𰻝"


def test_the_font_draws_what_the_paper_draws():
    font = TTFont(io.BytesIO(web_type.web_font("𪛗")))
    original = TTFont(RARE_FOLDER / "RareSong-2A000.woff")
    pens = RecordingPen(), RecordingPen()
    for pen, one in zip(pens, (font, original), strict=True):
        one.getGlyphSet()[one.getBestCmap()[ord("𪛗")]].draw(pen)
    assert pens[0].value == pens[1].value != []
    assert font["hmtx"][font.getBestCmap()[ord("𪛗")]][0] == 1000


def test_the_same_characters_give_the_same_small_font_whenever_it_is_made(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")  # the clock fontTools goes by
    web_type.web_font.cache_clear()
    first = web_type.web_font("䶮𠮷𰻝")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "2000000000")
    web_type.web_font.cache_clear()
    assert web_type.web_font("䶮𠮷𰻝") == first
    assert first.startswith(b"wOFF") and len(first) < 4000


def test_a_page_brings_so_many_at_most():
    assert len(web_type.rare_characters("".join(map(chr, range(0x20000, 0x21000))))) == web_type.MOST


@pytest.mark.parametrize(
    "characters", ["", "潘", "𰻝𠮷", "𠮷𠮷", "\U000323b0", "".join(map(chr, range(0x20000, 0x20041)))]
)
def test_a_font_of_anything_else_is_not_made(characters):
    with pytest.raises(ValueError, match="rare characters only"):
        web_type.web_font(characters)


def test_the_rule_names_family_address_and_code_points():
    rule = web_type.style_sheet("type.woff", "㐂𠮷")
    assert re.findall(r"url\(\"(.+?)\"\)", rule) == ["type.woff"]
    assert f'"{web_type.FAMILY}"' in rule and "U+3402,U+20BB7;" in rule


def test_every_character_said_to_be_rare_can_be_printed():
    assert fonts.missing_characters(web_type.rare_characters("".join(map(chr, range(0x30000, 0x30200))))) == ""
