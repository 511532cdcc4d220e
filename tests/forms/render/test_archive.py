"""PDF/A-2b of every kind of paper the house makes: what ISO 19005-2 asks is there, nothing it forbids, nothing lost.

These checks read the file with another library than the one that wrote it. They do not check everything a validator
does: operators inside content streams, limits of nesting and of numbers, the ICC profile and the font programs beyond
their widths, nor XMP beyond the entries named here. veraPDF 1.29 (source of August 2025, all 144 rules of its PDF/A-2B
profile) was run once over the same papers when this was written, and passed each.
"""

import io
import re
from datetime import UTC, datetime

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from forms.render import paper
from forms.render.application_form import render_application_form
from forms.render.archive import NotForTheArchive, archival
from forms.render.bundle import CardSheet, PageImage, bundle_pages
from forms.render.notice_sheet import render_notice_sheet
from forms.render.printing import print_sheets
from forms.render.watermark import watermark_copy
from tests.forms.render.reading import picture_of, text_of
from tests.forms.render.samples import MADE_ON, VILLAGE, full_answers, jpeg

MADE_AT = datetime(2026, 11, 12, 1, 41, 7, 5, tzinfo=UTC)
TITLE = "老年人居民身份证 <正反面> & 户口簿"
KINDS = ("notice", "form", "bundle", "grey", "marked", "rare")


def _bundle(mode: str = "RGB") -> bytes:
    page, card = jpeg(620, 877, 245, mode), jpeg(506, 319, 230, mode)
    return bundle_pages([PageImage(page, 210, 297), CardSheet(card, card)], title="材料")


@pytest.fixture(scope="module")
def papers(items, personal_sheet) -> dict[str, bytes]:
    item = items["MZ-008"]
    form = render_application_form(item, full_answers(item), village_name=VILLAGE, made_on=MADE_ON)
    return {
        "notice": render_notice_sheet(personal_sheet("MZ-008", "much")),
        "form": form,
        "bundle": _bundle(),
        "grey": _bundle("L"),
        "marked": watermark_copy(_bundle(), "仅供办理高龄津贴使用"),
        "rare": print_sheets([[paper.Words("𠮷田龘㐂䶮𬱖𰻝𪛗", 20)]], title="单", foot="单"),
    }


@pytest.fixture(params=KINDS)
def archived(request, papers) -> bytes:
    return archival(papers[request.param], title=TITLE, made_at=MADE_AT)


def test_the_file_begins_and_is_built_as_the_standard_asks(archived):
    assert archived.startswith(b"%PDF-1.7\n%") and all(byte > 127 for byte in archived[10:14])
    assert len(re.findall(rb"\nendstream", archived)) == archived.count(b"endstream") > 0
    assert all(following in (b"\n", b"\r") for following in re.findall(rb"[^d]stream(.)", archived, re.DOTALL))
    assert archived.rstrip().endswith(b"%%EOF")
    with pikepdf.open(io.BytesIO(archived)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert [len(bytes(half)) for half in pdf.trailer.ID] == [16, 16]
        assert "/Encrypt" not in pdf.trailer


def test_what_it_is_is_said_twice_and_alike(archived):
    with pikepdf.open(io.BytesIO(archived)) as pdf:
        assert "/Filter" not in pdf.Root.Metadata
        described = pdf.open_metadata()
        assert described.pdfa_status == "2B"
        assert described["dc:title"] == str(pdf.docinfo["/Title"]) == TITLE
        assert described["dc:creator"] == [str(pdf.docinfo["/Author"])] == [paper.BRAND]
        assert described["pdf:Producer"] == str(pdf.docinfo["/Producer"])
        assert described["xmp:CreatorTool"] == str(pdf.docinfo["/Creator"])
        assert described["xmp:CreateDate"] == described["xmp:ModifyDate"] == "2026-11-12T09:41:07+08:00"
        assert str(pdf.docinfo["/CreationDate"]) == str(pdf.docinfo["/ModDate"]) == "D:20261112094107+08'00'"
        assert len(pdf.docinfo) == 6


def test_the_colours_are_named(archived):
    with pikepdf.open(io.BytesIO(archived)) as pdf:
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1" and intent.DestOutputProfile.N == 3
        profile = intent.DestOutputProfile.read_bytes()
        assert profile[36:40] == b"acsp" and profile[12:20] == b"mntrRGB " and profile[8] == 4
        assert int.from_bytes(profile[:4], "big") == len(profile)
        for page in pdf.pages:
            if "/ExtGState" in page.Resources:
                assert page.Group.S == "/Transparency" and page.Group.CS == "/DeviceRGB"


def test_every_font_is_inside_with_its_widths_and_the_way_back(archived):
    with pikepdf.open(io.BytesIO(archived)) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font" and thing.Subtype == "/Type0":
                (described,) = thing.DescendantFonts
                program = TTFont(io.BytesIO(described.FontDescriptor.FontFile2.read_bytes()))
                promised = [int(width) for width in described.W[1]]
                assert [program["hmtx"][name][0] for name in program.getGlyphOrder()[1:]] == promised
                assert described.CIDToGIDMap == "/Identity" and thing.Encoding == "/Identity-H"
                # one line says which codes there may be, each other which character one of them is
                assert thing.ToUnicode.read_bytes().count(b"> <") == 1 + len(promised)


def test_nothing_acts_and_nothing_is_hidden(archived):
    forbidden = {"/JS", "/JavaScript", "/AA", "/OpenAction", "/EmbeddedFiles", "/AcroForm", "/Annots", "/OCProperties"}
    with pikepdf.open(io.BytesIO(archived)) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                assert not forbidden & set(thing.keys())
                assert thing.get("/Filter") not in ("/LZWDecode", "/Crypt")
                assert not thing.get("/Interpolate", False)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost(papers, kind):
    archived = archival(papers[kind], title=TITLE, made_at=MADE_AT)
    assert text_of(archived) == text_of(papers[kind])
    assert (picture_of(archived, dpi=72) == picture_of(papers[kind], dpi=72)).all()


def test_captured_pictures_are_not_touched():
    picture = jpeg(620, 877, 245)
    assert picture in archival(bundle_pages([PageImage(picture, 210, 297)], title="材"), title="材", made_at=MADE_AT)


def test_the_same_paper_gives_the_same_bytes(papers):
    first, second = (archival(papers["form"], title=TITLE, made_at=MADE_AT) for _ in range(2))
    assert first == second


def test_archiving_the_archived_changes_only_the_description(papers):
    once = archival(papers["marked"], title="甲", made_at=MADE_AT)
    again = archival(once, title="乙", made_at=MADE_AT)
    with pikepdf.open(io.BytesIO(again)) as pdf:
        assert pdf.open_metadata()["dc:title"] == "乙" and len(pdf.Root.OutputIntents) == 1
    assert (picture_of(again, dpi=72) == picture_of(once, dpi=72)).all()


def _changed(change) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(_bundle()))
    change(writer)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _add_script(writer: PdfWriter) -> None:
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('x')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)


def _with_foreign_font() -> bytes:
    written = io.BytesIO()
    canvas = Canvas(written)
    canvas.drawString(100, 100, "Helvetica")
    canvas.save()
    return written.getvalue()


REFUSED = {
    "印刷用颜色": lambda: _bundle("CMYK"),
    "没嵌进去的字体": _with_foreign_font,
    "加了密码": lambda: _changed(lambda writer: writer.encrypt("geheim")),
    "打开时的自动动作": lambda: _changed(_add_script),
    "夹带的附件": lambda: _changed(lambda writer: writer.add_attachment("甲.txt", b"x")),
    "批注或链接": lambda: _changed(lambda writer: writer.add_uri(0, "https://example.cn", (0, 0, 9, 9))),
    "打不开": lambda: b"not a PDF",
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_kept_is_refused_in_words(why):
    with pytest.raises(NotForTheArchive, match=why):
        archival(REFUSED[why](), title=TITLE, made_at=MADE_AT)
