"""What the program sees in a picture: for the live view quickly, for the record thoroughly, in plain words."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from kiosk.imaging.capture import process
from kiosk.imaging.encode import encode_page
from kiosk.imaging.page import find_sheet
from kiosk.imaging.quality import assess

PAGE_QUALITY = 85


@dataclass(frozen=True)
class Advice:
    """One finding about a picture; `box` is (x, y, width, height) in pixels of that picture, or None."""

    code: str
    sentence: str
    blocking: bool
    box: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Look:
    """What the live view shows: the sheet's four corners in pixels (None when there is no sheet), and what to do."""

    corners: tuple[tuple[float, float], ...] | None
    advice: tuple[Advice, ...]


@dataclass(frozen=True)
class Taken:
    """A picture taken for the record. `page` is the straightened JPEG, None when there is nothing usable."""

    look: Look
    page: bytes | None

    @property
    def blocked(self) -> bool:
        return self.page is None or any(finding.blocking for finding in self.look.advice)

    @property
    def clean(self) -> bool:
        return self.page is not None and not self.look.advice


class Eye(Protocol):
    """Looks at pictures."""

    def look(self, image: np.ndarray) -> Look: ...

    def take(self, image: np.ndarray) -> Taken: ...


class ImagingEye:
    """The eye that uses kiosk.imaging."""

    def look(self, image: np.ndarray) -> Look:
        sheet = find_sheet(image)
        return Look(_corners(sheet), _advice(assess(image, sheet)))

    def take(self, image: np.ndarray) -> Taken:
        taken = process(image)
        page = None if taken.page is None else encode_page(taken.page, PAGE_QUALITY)
        return Taken(Look(_corners(taken.sheet), _advice(taken.findings)), page)


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
