"""Reads a printed sheet back: its words, its fonts, its picture, its codes, and where each word stands."""

import io
import re
import subprocess
from dataclasses import dataclass
from xml.etree import ElementTree

import cv2
import numpy
from pypdf import PdfReader


@dataclass(frozen=True)
class Box:
    """One word on one page, in points from the upper left corner."""

    page: int
    words: str
    left: float
    top: float
    right: float
    bottom: float


def squeezed(text: str) -> str:
    """Without any blank: paper breaks lines where it likes."""
    return re.sub(r"\s", "", text)


def text_of(pdf: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def page_count(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def page_sizes_mm(pdf: bytes) -> list[tuple[float, float]]:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [(round(page.mediabox.width / 72 * 25.4, 1), round(page.mediabox.height / 72 * 25.4, 1)) for page in pages]


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Every font the pages name, and whether its program is in the file."""
    found = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for reference in page["/Resources"].get("/Font", {}).values():
            font = reference.get_object()
            described = font["/DescendantFonts"][0].get_object() if font["/Subtype"] == "/Type0" else font
            found[font["/BaseFont"]] = "/FontFile2" in described.get("/FontDescriptor", {})
    return found


def smallest_type(pdf: bytes) -> float:
    """The smallest size any text is set in, in points."""
    sizes = []

    def note(text, _matrix, _text_matrix, _font, size):
        if text.strip():
            sizes.append(size)

    for page in PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=note)
    return min(sizes)


def picture_of(pdf: bytes, page: int = 1, dpi: int = 150) -> numpy.ndarray:
    """One page as a grey picture."""
    command = ["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-gray", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    assert not done.stderr, done.stderr.decode()
    return cv2.imdecode(numpy.frombuffer(done.stdout, numpy.uint8), cv2.IMREAD_GRAYSCALE)


def code_on(pdf: bytes, page: int = 1) -> str:
    """What the QR code on one page says, seen at 150 dots per inch; empty when none is read."""
    return cv2.QRCodeDetector().detectAndDecode(picture_of(pdf, page))[0]


def boxes_of(pdf: bytes) -> list[Box]:
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    space = {"x": "http://www.w3.org/1999/xhtml"}
    found = []
    for number, page in enumerate(ElementTree.fromstring(done.stdout).iterfind(".//x:page", space), 1):
        for word in page.iterfind("x:word", space):
            edges = (float(word.get(name)) for name in ("xMin", "yMin", "xMax", "yMax"))
            found.append(Box(number, word.text or "", *edges))
    return found


def overlaps(boxes: list[Box]) -> list[tuple[str, str]]:
    """Pairs of words that cover each other. A tenth of the height is let go: type is taller than what it shows."""
    pairs = []
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            if one.page == other.page and _cover(one, other):
                pairs.append((one.words, other.words))
    return pairs


def _cover(one: Box, other: Box) -> bool:
    slack = 0.1 * min(one.bottom - one.top, other.bottom - other.top)
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 0.6 and down > slack


def outside(boxes: list[Box], width: float = 595.28, height: float = 841.89, margin: float = 20) -> list[Box]:
    """Words nearer than `margin` points to the edge of the paper, where no printer prints."""
    return [
        box
        for box in boxes
        if box.left < margin or box.top < margin or box.right > width - margin or box.bottom > height - margin
    ]


def assert_well_laid(pdf: bytes) -> None:
    """No word covers another, none runs off the paper."""
    boxes = boxes_of(pdf)
    assert boxes
    assert overlaps(boxes) == []
    assert outside(boxes) == []


def assert_family_type(pdf: bytes, smallest: float = 9.0) -> None:
    """Only the house's font, embedded and cut down, never smaller than old eyes can read."""
    fonts = fonts_of(pdf)
    assert fonts and all(fonts.values())
    assert all(re.fullmatch(r"/[A-Z]{6}\+NotoSansSC-(Regular|Bold)", name) for name in fonts)
    assert smallest_type(pdf) >= smallest - 0.01
    assert len(pdf) < 400_000
    assert b"ASCII85Decode" not in pdf
