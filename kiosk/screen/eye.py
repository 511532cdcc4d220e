"""What the program sees in a picture: for the live view quickly, for the record thoroughly, in plain words."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import cv2
import numpy as np

from kiosk.imaging.capture import Capture, process, process_each
from kiosk.imaging.encode import budget_of, encode_within
from kiosk.imaging.page import find_sheet
from kiosk.imaging.quality import assess
from kiosk.imaging.rectify import shape_of

#: a sheet very small, to tell it from another; its rim is left out, for there an outline a pixel off shows most
SMALL_SIDE, SMALL_RIM = 48, 3


@dataclass(frozen=True)
class Advice:
    """One finding about a picture; `box` is (x, y, width, height) in pixels of that picture, or None."""

    code: str
    sentence: str
    blocking: bool
    box: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Look:
    """What the live view shows: the sheet's four corners in pixels (None when there is no sheet), and what to do.

    `small` is the sheet very small, grey float of mean 0 and deviation 1, None where there is no sheet.
    """

    corners: tuple[tuple[float, float], ...] | None
    advice: tuple[Advice, ...]
    small: np.ndarray | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Taken:
    """A picture taken for the record. `page` is the straightened JPEG, None when there is nothing usable; `shape` what
    the sheet is by its proportions, None when they are of no known paper; `further` the other cards in the picture,
    where cards are wanted, from the left or from above."""

    look: Look
    page: bytes | None
    shape: Literal["a4", "card"] | None = None
    further: tuple[bytes, ...] = ()

    @property
    def blocked(self) -> bool:
        return self.page is None or any(finding.blocking for finding in self.look.advice)

    @property
    def clean(self) -> bool:
        return self.page is not None and not self.look.advice


class Eye(Protocol):
    """Looks at pictures."""

    def look(self, image: np.ndarray) -> Look: ...

    def take(self, image: np.ndarray, capture: str) -> Taken:
        """`capture`: how the material is captured (forms.item.Capture); it says how heavy the page may be."""


class ImagingEye:
    """The eye that uses kiosk.imaging."""

    def look(self, image: np.ndarray) -> Look:
        sheet = find_sheet(image)
        return Look(_corners(sheet), _advice(assess(image, sheet)), _small_of(image, sheet))

    def take(self, image: np.ndarray, capture: str) -> Taken:
        found = (process_each(image) if capture == "id_card" else []) or [process(image)]
        cards = _cards_among(found, image.shape)
        taken = cards[0] if len(cards) > 1 else found[0]
        look = Look(_corners(taken.sheet), _advice(taken.findings))
        shape = None if taken.sheet is None else shape_of(taken.sheet.corners, image.shape)
        pages = [encode_within(one.page, budget_of(capture)) for one in (taken, *cards[1:]) if one.page is not None]
        return Taken(look, pages[0] if pages else None, None if shape == "other" else shape, tuple(pages[1:]))


def _cards_among(found: list[Capture], image_shape: tuple[int, ...]) -> list[Capture]:
    """The good cards of a picture, from the left, or from above where they lie one below the other."""
    cards = [one for one in found if one.acceptable and shape_of(one.sheet.corners, image_shape) == "card"]
    middles = np.array([one.sheet.corners.mean(axis=0) for one in cards]).reshape(-1, 2)
    along = int(np.argmax(np.ptp(middles, axis=0))) if len(cards) > 1 else 0
    return [cards[place] for place in np.argsort(middles[:, along])]


def _small_of(image: np.ndarray, sheet: Any) -> np.ndarray | None:
    """The sheet as a square of a few pixels, without its light: two of them are compared by their product."""
    if sheet is None:
        return None
    side = SMALL_SIDE * 4
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.asarray(sheet.corners, np.float32), square)
    page = cv2.cvtColor(cv2.warpPerspective(image, matrix, (side, side)), cv2.COLOR_BGR2GRAY)
    tiny = cv2.resize(page, (SMALL_SIDE, SMALL_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    tiny = cv2.GaussianBlur(tiny[SMALL_RIM:-SMALL_RIM, SMALL_RIM:-SMALL_RIM], (0, 0), 0.8)
    return (tiny - tiny.mean()) / max(float(tiny.std()), 1.0)


def _corners(sheet: Any) -> tuple[tuple[float, float], ...] | None:
    if sheet is None or sheet.corners is None:
        return None
    return tuple((float(x), float(y)) for x, y in sheet.corners)


def _advice(findings: Any) -> tuple[Advice, ...]:
    """The worst first: one sentence at a time is what a person can follow."""
    told = tuple(Advice(one.code, one.sentence, one.blocking, _box(one.box)) for one in findings)
    return tuple(sorted(told, key=lambda one: not one.blocking))


def _box(box: Any) -> tuple[float, ...] | None:
    return None if box is None else tuple(float(value) for value in box)
