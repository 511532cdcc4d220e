"""Makes one PDF of photographed pages: each sheet found, cut out, straightened, at its real size."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from forms.render.bundle import PageImage, bundle_pages
from kiosk.imaging.capture import process
from kiosk.imaging.encode import encode_page
from kiosk.imaging.read import read_picture
from kiosk.imaging.rectify import A4_MM, CARD_MM, shape_of


def bundle_pictures(pictures: Sequence[Path], out: Path) -> int:
    """Write `out`; returns the number of pages. A picture with no sheet in it is taken whole: it was cut already.

    Raises NotAPicture (a ValueError) naming the file that is none.
    """
    pages = [_page(read_picture(picture)) for picture in pictures]
    out.write_bytes(bundle_pages(pages, title=out.stem))
    return len(pages)


def _page(image: np.ndarray) -> PageImage:
    capture = process(image)
    if capture.sheet is None or capture.page is None:
        return _sized(image, "other")
    return _sized(capture.page, shape_of(capture.sheet.corners, image.shape))


def _sized(page: np.ndarray, shape: str) -> PageImage:
    """The page in millimetres: true size for A4 and cards, as large as fits an A4 for anything else."""
    height, width = page.shape[:2]
    if shape == "other":
        scale = min(A4_MM[0] / min(width, height), A4_MM[1] / max(width, height))
        return PageImage(encode_page(page), width * scale, height * scale)
    short, long = sorted(A4_MM if shape == "a4" else CARD_MM)
    across, down = (long, short) if width > height else (short, long)
    return PageImage(encode_page(page), across, down)
