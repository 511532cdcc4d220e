"""长期保存: a PDF of the house as PDF/A-2b (ISO 19005-2), so that it opens the same in thirty years (归档).

Fonts and pictures are left as they are; what is added says what the colours mean and what the file is. The house's own
sheets and bundles always pass; a file that could act, hides something or looks different elsewhere is refused.
"""

import io
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from forms.clock import local
from forms.render.bundle import INVISIBLE_TYPE
from forms.render.paper import BRAND, PaperFault

_PROFILE = Path(__file__).with_name("colour") / "sRGB.icc"
_HEADER = "%PDF-1.7"
_COLOURS = "sRGB IEC61966-2.1"
# 6.1, 6.4 to 6.11: what makes a file act, change or hide. Each with the words for whoever wanted to file it.
_NEVER = {
    "/JS": "会自动运行的程序",
    "/JavaScript": "会自动运行的程序",
    "/OpenAction": "打开时的自动动作",
    "/AA": "自动动作",
    "/EmbeddedFiles": "夹带的附件",
    "/AcroForm": "可填写的栏",
    "/OCProperties": "可以隐藏的图层",
    "/Annots": "批注或链接",
}
_PICTURE_COLOURS = frozenset({"/DeviceRGB", "/DeviceGray"})
# 6.1.7.2: LZW is left out of the standard, and a crypt filter hides.
_REFUSED_FILTERS = frozenset({"/LZWDecode", "/LZW", "/Crypt"})


class NotForTheArchive(PaperFault):
    """A file that cannot be kept as PDF/A-2b; the text says why and what to do."""

    def __init__(self, why: str):
        super().__init__(f"这份文件{why}，不能按长期保存的格式归档。请用本系统重新打印或重新拍摄。")


def archival(pdf: bytes, *, title: str, made_at: datetime) -> bytes:
    """`pdf` as PDF/A-2b, under `title`, made at the aware instant `made_at`; the same input gives the same bytes.

    Raises NotForTheArchive: unreadable, locked, with scripts, attachments, annotations or fonts that are not inside, or
    with pictures in printing colours (CMYK), which mean nothing without the press they were made for.
    """
    writer = _opened(pdf)
    for thing in _everything_in(writer.root_object):
        _require_archivable(thing)
    for page in writer.pages:
        _tidy(page)
    _describe(writer, "".join(filter(str.isprintable, title)), made_at)
    _name_the_colours(writer)
    writer.pdf_header = _HEADER
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _opened(pdf: bytes) -> PdfWriter:
    """A copy to work on. An identifier is kept, and given where there is none (6.1.3)."""
    try:
        reader = PdfReader(io.BytesIO(pdf))
        is_locked = reader.is_encrypted
        writer = PdfWriter() if is_locked else PdfWriter(clone_from=reader)
    except (PyPdfError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as fault:
        raise NotForTheArchive("打不开") from fault
    if is_locked:
        raise NotForTheArchive("加了密码")
    if "/ID" not in reader.trailer:
        writer.generate_file_identifiers()
    return writer


def _everything_in(root: PdfObject) -> Iterator[DictionaryObject]:
    """Every dictionary and stream that can be reached, each once."""
    waiting, seen = [root], set()
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum in seen:
                continue
            seen.add(thing.idnum)
            thing = thing.get_object()
        if isinstance(thing, DictionaryObject):
            yield thing
            waiting.extend(thing.raw_get(key) for key in thing)
        elif isinstance(thing, ArrayObject):
            waiting.extend(thing)


def _require_archivable(thing: DictionaryObject) -> None:
    for key, words in _NEVER.items():
        if _listed(thing.get(key)):
            raise NotForTheArchive(f"里有{words}")
    if thing.get("/Type") == "/Font":
        _require_font_inside(thing)
    if isinstance(thing, StreamObject):
        if _REFUSED_FILTERS & set(_listed(thing.get("/Filter"))):
            raise NotForTheArchive("用了旧式压缩")
        if thing.get("/Subtype") == "/Image":
            _require_plain_colours(thing)


def _require_font_inside(font: DictionaryObject) -> None:
    """6.2.11.4: a font that is not in the file looks different on every machine; one that is never shown need not be."""
    if font["/Subtype"] in ("/Type0", "/Type3") or font.get("/BaseFont") == f"/{INVISIBLE_TYPE}":
        return
    descriptor = font.get("/FontDescriptor", DictionaryObject())
    if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor):
        raise NotForTheArchive("里有没嵌进去的字体")


def _require_plain_colours(picture: StreamObject) -> None:
    """6.2.4.3: with an sRGB output intent, grey and red-green-blue have a meaning and printing colours have none."""
    if picture.get("/ImageMask"):
        return
    colours = _listed(picture.get("/ColorSpace"))
    kind = colours[0] if colours else None
    if kind == "/Indexed":
        kind = _listed(colours[1].get_object())[0]
    if kind not in _PICTURE_COLOURS:
        raise NotForTheArchive("里有印刷用颜色（CMYK等）的图片")


def _listed(value: PdfObject | None) -> list[PdfObject]:
    value = value.get_object() if value is not None else None
    return [] if value is None else list(value) if isinstance(value, ArrayObject) else [value]


def _tidy(page: PageObject) -> None:
    """No slide show, no smoothing of pictures (6.2.8.1), and for see-through ink the colours it is mixed in (6.2.10)."""
    page.pop("/Trans", None)
    resources = page.get("/Resources", DictionaryObject()).get_object()
    for picture in resources.get("/XObject", DictionaryObject()).get_object().values():
        if "/Interpolate" in picture.get_object():
            picture.get_object()[NameObject("/Interpolate")] = BooleanObject(False)
    if "/ExtGState" in resources and "/Group" not in page:
        page[NameObject("/Group")] = _dictionary(S=NameObject("/Transparency"), CS=NameObject("/DeviceRGB"))


def _dictionary(**entries: PdfObject) -> DictionaryObject:
    return DictionaryObject({NameObject("/" + key): value for key, value in entries.items()})


def _describe(writer: PdfWriter, title: str, made_at: datetime) -> None:
    """Who, what and when: in the old way and in XMP, and the two must say the same (6.6.3)."""
    moment = local(made_at).replace(microsecond=0)
    stamp = f"D:{moment:%Y%m%d%H%M%S}+08'00'"
    writer.metadata = {
        "/Title": title,
        "/Author": BRAND,
        "/Creator": BRAND,
        "/Producer": BRAND,
        "/CreationDate": stamp,
        "/ModDate": stamp,
    }
    packet = DecodedStreamObject()
    packet.set_data(_packet(title, moment.isoformat()).encode())
    packet.update(_dictionary(Type=NameObject("/Metadata"), Subtype=NameObject("/XML")))
    writer.root_object[NameObject("/Metadata")] = writer._add_object(packet)


def _packet(title: str, moment: str) -> str:
    title, brand = escape(title), escape(BRAND)
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>{brand}</rdf:li></rdf:Seq></dc:creator>
   <xmp:CreatorTool>{brand}</xmp:CreatorTool>
   <xmp:CreateDate>{moment}</xmp:CreateDate>
   <xmp:ModifyDate>{moment}</xmp:ModifyDate>
   <pdf:Producer>{brand}</pdf:Producer>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def _name_the_colours(writer: PdfWriter) -> None:
    """6.2.3: red, green and blue are meant as in sRGB; the profile is in the file."""
    profile = DecodedStreamObject()
    profile.set_data(_profile())
    profile[NameObject("/N")] = NumberObject(3)
    intent = _dictionary(
        Type=NameObject("/OutputIntent"),
        S=NameObject("/GTS_PDFA1"),
        OutputConditionIdentifier=TextStringObject(_COLOURS),
        Info=TextStringObject(_COLOURS),
        DestOutputProfile=writer._add_object(profile),
    )
    writer.root_object[NameObject("/OutputIntents")] = ArrayObject([writer._add_object(intent)])


@cache
def _profile() -> bytes:
    return _PROFILE.read_bytes()
