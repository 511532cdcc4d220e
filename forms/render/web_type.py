"""Rare characters for a screen: a web font with just the characters a page shows, cut from the type of the sheets.

Phones and PCs of a village have no type for most of what GB 18030-2022 added: their browser shows a box in the middle of
somebody's name. Server and kiosk serve such a font beside the page; each screen's style asks for FAMILY after the fonts
the machine may have of its own, so that nothing is fetched where it is not needed.
"""

import io
import re
from functools import lru_cache

from reportlab.pdfbase.ttfonts import TTFontFace

from forms.render import fonts

FAMILY = "Hongye Rare"
# One page's font stays small; whoever names more characters gets the first.
MOST = 64
_NOTDEF_FROM = "〓"
# What Windows 7 and Android 5 to 7 cannot be trusted to show: extension A, the end of the basic block (added since
# 2005), compatibility ideographs, and everything of planes 2 and 3. GB 2312 and GBK are left to the machine.
_RARE = re.compile("[\u3400-\u4dbf\u9fa6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def rare_characters(text: str) -> str:
    """The characters of `text` an old screen may lack and we have, each once, in order; at most MOST."""
    found = sorted(set(_RARE.findall(text)))
    return "".join(sign for sign in found if fonts.weight_for(sign))[:MOST]


@lru_cache(maxsize=256)
def web_font(characters: str) -> bytes:
    """A WOFF with just `characters`, as `rare_characters` gives them; the same characters give the same bytes.

    Raises ValueError when it is asked for others: no caller can have fonts made for what no page shows.
    """
    if not characters or rare_characters(characters) != characters:
        raise ValueError("a web font is made of rare characters only, each once, in order")
    # Only whoever meets a rare character waits for this library.
    from fontTools.fontBuilder import FontBuilder

    signs = {".notdef": _NOTDEF_FROM, **{f"u{ord(sign):05X}": sign for sign in characters}}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(signs))
    builder.setupCharacterMap({ord(sign): name for name, sign in signs.items() if name != ".notdef"})
    builder.setupGlyf({name: _outline(sign) for name, sign in signs.items()})
    glyphs = builder.font["glyf"]
    builder.setupHorizontalMetrics({name: (_advance(sign), glyphs[name].xMin) for name, sign in signs.items()})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular"}, mac=False)
    builder.setupPost(keepGlyphNames=False)
    return _written(builder.font)


def style_sheet(address: str, characters: str) -> str:
    """The rule that brings the font at `address` to a page. Characters stand in it as code points."""
    ranges = ",".join(f"U+{ord(sign):X}" for sign in characters)
    return (
        f'@font-face{{font-family:"{FAMILY}";src:url("{address}") format("woff");'
        f"unicode-range:{ranges};font-display:swap}}\n"
    )


def _outline(sign: str) -> object:
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    face = _face(sign)
    number = face.charToGlyph[ord(sign)]
    start = face.get_table_pos("glyf")[0] + face.glyphPos[number]
    glyph = Glyph(face.get_chunk(start, face.glyphPos[number + 1] - face.glyphPos[number]))
    glyph.expand(None)
    return glyph


def _advance(sign: str) -> int:
    return int(_face(sign).getCharWidth(ord(sign)))


def _face(sign: str) -> TTFontFace:
    weight = fonts.weight_for(sign)
    if weight is None:
        raise ValueError("no font has this character")
    return weight.face


def _written(font: object) -> bytes:
    # The address carries the content's hash: made a second later, or in another process, it must be the same file.
    font.recalcTimestamp = False
    font["head"].created = font["head"].modified = 0
    font.flavor = "woff"
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()
