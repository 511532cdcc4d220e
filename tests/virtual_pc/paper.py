"""Reads what the printer was sent, and compares sheets as the eye would: by their pictures, not by their bytes."""

import numpy as np
import pypdfium2

BEGINNING, END = b"%PDF-", b"%%EOF"


def sheets_in(received: bytes) -> list[bytes]:
    """The PDF files in a stream of print jobs; empty while the last is still coming."""
    if not received.rstrip().endswith(END):
        return []
    return [BEGINNING + one for one in received.split(BEGINNING)[1:]]


def text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


def how_different(one: bytes, other: bytes) -> float:
    """The mean difference of all pages' pictures: 0 the same, 1 white against black."""
    pairs = zip(_pictures(one), _pictures(other), strict=True)
    return max(float(np.abs(first - second).mean()) for first, second in pairs)


def _pictures(pdf: bytes) -> list[np.ndarray]:
    pages = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=1, grayscale=True).to_numpy()[..., 0].astype(np.float32) / 255 for page in pages]
