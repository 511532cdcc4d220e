"""Makes one PDF of photographed pages: each sheet found, cut out, straightened, at its real size."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from forms.render.bundle import PageImage, bundle_pages
from kiosk.imaging.capture import process
from kiosk.imaging.encode import encode_bitonal, encode_page
from kiosk.imaging.enhance import Mode, enhance
from kiosk.imaging.read import NotAPicture, read_picture
from kiosk.imaging.rectify import A4_MM, CARD_MM, shape_of


def bundle_pictures(pictures: Sequence[Path], out: Path, mode: Mode = "colour") -> int:
    """Write `out` in colour, grey or black and white; returns the number of pages. A picture with no sheet in it is taken whole: it was cut already.

    Raises NotAPicture (a ValueError) naming the file that is none.
    """
    pages = [_page(_read(picture), mode) for picture in pictures]
    out.write_bytes(bundle_pages(pages, title=out.stem))
    return len(pages)


def _read(picture: Path) -> np.ndarray:
    try:
        return read_picture(picture)
    except NotAPicture as refusal:
        raise NotAPicture(f"{picture}：{refusal}") from None


def _page(image: np.ndarray, mode: Mode) -> PageImage:
    capture = process(image, mode)
    if capture.sheet is None or capture.page is None:
        return _sized(image if mode == "colour" else enhance(image, mode), "other")
    return _sized(capture.page, shape_of(capture.sheet.corners, image.shape))


def _sized(page: np.ndarray, shape: str) -> PageImage:
    """The page in millimetres: true size for A4 and cards, as large as fits an A4 for anything else."""
    height, width = page.shape[:2]
    bitonal = page.ndim == 2 and bool(np.isin(page, (0, 255)).all())
    picture = encode_bitonal(page) if bitonal else encode_page(page)
    if shape == "other":
        scale = min(A4_MM[0] / min(width, height), A4_MM[1] / max(width, height))
        return PageImage(picture, width * scale, height * scale)
    short, long = sorted(A4_MM if shape == "a4" else CARD_MM)
    across, down = (long, short) if width > height else (short, long)
    return PageImage(picture, across, down)
