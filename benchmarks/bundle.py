"""Binding: twenty captured A4 pages made into one PDF, in time and in bytes, against img2pdf on the same pictures."""

import io
from typing import Any

import img2pdf
import numpy as np

from benchmarks.measuring import compare
from forms.render.bundle import PageImage, bundle_pages
from kiosk.camera.specimens import specimens_for, story_person
from kiosk.imaging.encode import encode_page
from kiosk.imaging.rectify import A4_MM

PAGES = 20


def measure(rounds: int = 15) -> dict[str, Any]:
    """Milliseconds of both, the ratio, and the bytes of both PDFs over each other and over the JPEG bytes inside."""
    pictures = _captured_pages()
    layout = img2pdf.get_layout_fun(tuple(img2pdf.mm_to_pt(side) for side in A4_MM))

    def ours() -> bytes:
        return bundle_pages([PageImage(picture, *A4_MM) for picture in pictures], title="材料")

    def peer() -> bytes:
        written = io.BytesIO()
        img2pdf.convert(pictures, layout_fun=layout, rotation=img2pdf.Rotation.ifvalid, outputstream=written)
        return written.getvalue()

    inside = sum(map(len, pictures))
    bytes_ours, bytes_peer = len(ours()), len(peer())
    times = compare(ours, peer, rounds)
    return {
        "pages": PAGES,
        "peer": f"img2pdf {img2pdf.__version__}",
        **times,
        "bytes_over_peer": round(bytes_ours / bytes_peer, 5),
        "bytes_over_pictures": round(bytes_ours / inside, 5),
    }


def _captured_pages() -> list[bytes]:
    """Twenty different JPEGs of the application form, each with another grain, as twenty captures would have."""
    page = specimens_for(story_person())["apply_form"].picture
    generator = np.random.default_rng(1)
    grain = [generator.integers(-6, 7, page.shape, dtype=np.int16) for _ in range(4)]
    noisy = [np.clip(page + np.roll(grain[number % 4], number, axis=1), 0, 255) for number in range(PAGES)]
    return [encode_page(picture.astype(np.uint8)) for picture in noisy]
