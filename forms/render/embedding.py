"""How type goes into a PDF: one subset a font and document, two-byte codes, and a way back to Unicode for every code.

Stock TrueType embedding cuts a font into pieces of 256 characters, each with the whole of ASCII, and writes characters
beyond U+FFFF into the way back as five digits, which no reader understands: a name of 扩展B could be read but neither
searched nor copied. Here a font is one Type 0 font (ISO 32000-1, 9.7) whose codes count its characters as they come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from struct import pack
from weakref import WeakKeyDictionary

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFDocument, PDFName, PDFStream, PDFString, PDFZCompress
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace, TTFontMaker

_NOTDEF = b"\0\0"
_SYMBOLIC = 4
# A subset's name begins with six letters and a plus (9.6.4); there is one a document and font.
_PREFIX = "AAAAAA+"
# A CMap may name so many characters in one block.
_BLOCK = 100


class _Codes(dict[str, bytes]):
    """The code of each character of one font in one document, counted from 1 as they are first printed."""

    def __init__(self, face: TTFontFace):
        super().__init__()
        self._face = face

    def __missing__(self, sign: str) -> bytes:
        if ord(sign) not in self._face.charToGlyph:
            return _NOTDEF
        code = self[sign] = pack(">H", len(self) + 1)
        return code


@dataclass
class _Use:
    """What one document has printed in one font, and what it calls the font."""

    codes: _Codes
    name: str = field(default="")


class SheetFont(TTFont):
    """A TrueType font of the house, as the canvas uses it. One object serves many documents at the same time."""

    def __init__(self, name: str, file: object):
        super().__init__(name, file, shapable=False)
        self.state: WeakKeyDictionary[PDFDocument, _Use] = WeakKeyDictionary()

    def splitString(self, text: str, doc: PDFDocument, encoding: str = "utf-8") -> list[tuple[int, bytes]]:
        """The codes of `text`, all in the one subset there is."""
        return [(0, b"".join(map(self._use(doc).codes.__getitem__, text)))]

    def getSubsetInternalName(self, subset: int, doc: PDFDocument) -> str:
        use = self._use(doc)
        if not use.name:
            use.name = f"F{len(doc.fontMapping) + 1}"
            doc.fontMapping[self.fontName] = "/" + use.name
            doc.delayedFonts.append(self)
        return "/" + use.name

    def addObjects(self, doc: PDFDocument) -> None:
        """Called once, when everything is drawn."""
        use = self.state.pop(doc)
        font = type_0_font(doc, self.face, "".join(use.codes))
        doc.idToObject["BasicFonts"].dict[use.name] = doc.Reference(font, use.name)

    def _use(self, doc: PDFDocument) -> _Use:
        use = self.state.get(doc)
        if use is None:
            use = self.state[doc] = _Use(_Codes(self.face))
        return use


def type_0_font(doc: PDFDocument, face: TTFontFace, characters: str) -> PDFDictionary:
    """The font with just `characters`, whose codes count from 1 in this order."""
    name = _PREFIX + face.name.decode("ascii")
    to_unicode = _stream(doc, way_back(characters).encode("ascii"))
    descendant = PDFDictionary(
        {
            "Type": PDFName("Font"),
            "Subtype": PDFName("CIDFontType2"),
            "BaseFont": PDFName(name),
            "CIDSystemInfo": _identity(),
            "CIDToGIDMap": PDFName("Identity"),
            "DW": face.defaultWidth,
            "W": PDFArray([1, PDFArray([face.getCharWidth(ord(sign)) for sign in characters])]),
            "FontDescriptor": doc.Reference(_descriptor(doc, face, name, characters)),
        }
    )
    return PDFDictionary(
        {
            "Type": PDFName("Font"),
            "Subtype": PDFName("Type0"),
            "BaseFont": PDFName(name),
            "Encoding": PDFName("Identity-H"),
            "DescendantFonts": PDFArray([doc.Reference(descendant)]),
            "ToUnicode": doc.Reference(to_unicode),
        }
    )


def _identity() -> PDFDictionary:
    return PDFDictionary({"Registry": PDFString("Adobe"), "Ordering": PDFString("Identity"), "Supplement": 0})


def _descriptor(doc: PDFDocument, face: TTFontFace, name: str, characters: str) -> PDFDictionary:
    program = subset_program(face, [face.charToGlyph[ord(sign)] for sign in characters])
    file = _stream(doc, program)
    file.dictionary["Length1"] = len(program)
    return PDFDictionary(
        {
            "Type": PDFName("FontDescriptor"),
            "FontName": PDFName(name),
            "Flags": _SYMBOLIC,
            "FontBBox": PDFArray(face.bbox),
            "ItalicAngle": face.italicAngle,
            "Ascent": face.ascent,
            "Descent": face.descent,
            "CapHeight": face.capHeight,
            "StemV": face.stemV,
            "FontFile2": doc.Reference(file),
        }
    )


def _stream(doc: PDFDocument, content: bytes) -> PDFStream:
    return PDFStream(content=content, filters=[PDFZCompress] if doc.compression else None)


def subset_program(face: TTFontFace, glyphs: Sequence[int]) -> bytes:
    """A TrueType program with .notdef and `glyphs`, in this order, and the tables a CIDFont needs (9.9, table 126).

    Glyphs made of other glyphs are not followed: the house's fonts have none, and a test holds them to it.
    """
    chosen = [0, *glyphs]
    outlines = list(_outlines(face, chosen))
    places = list(accumulate(map(len, outlines), initial=0))
    program = TTFontMaker()
    for tag in ("cvt ", "fpgm", "prep"):
        if tag in face.table:
            program.add(tag, face.get_table(tag))
    program.add("head", _with_short(face.get_table("head"), 50, 1))
    program.add("hhea", _with_short(face.get_table("hhea"), 34, len(chosen)))
    program.add("maxp", _with_short(face.get_table("maxp"), 4, len(chosen)))
    # The face keeps a left bearing's sixteen bits without their sign.
    program.add("hmtx", b"".join(pack(">HH", *map(int, face.hmetrics[glyph])) for glyph in chosen))
    program.add("loca", pack(f">{len(places)}L", *places))
    program.add("glyf", b"".join(outlines))
    return program.makeStream()


def _outlines(face: TTFontFace, glyphs: Sequence[int]) -> Iterator[bytes]:
    """Each glyph's outline, filled up to a multiple of four bytes."""
    start = face.get_table_pos("glyf")[0]
    for glyph in glyphs:
        outline = face.get_chunk(start + face.glyphPos[glyph], face.glyphPos[glyph + 1] - face.glyphPos[glyph])
        yield outline + b"\0" * (-len(outline) % 4)


def _with_short(table: bytes, place: int, value: int) -> bytes:
    return table[:place] + pack(">H", value) + table[place + 2 :]


def way_back(characters: str) -> str:
    """A CMap from codes to Unicode in UTF-16, as 9.10.3 asks: beyond U+FFFF two surrogates."""
    pairs = [f"<{code:04X}> <{sign.encode('utf-16-be').hex().upper()}>" for code, sign in enumerate(characters, 1)]
    blocks = [pairs[at : at + _BLOCK] for at in range(0, len(pairs), _BLOCK)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<0000> <FFFF>",
            "endcodespacerange",
            *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )
