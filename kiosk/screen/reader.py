"""What the screen asks of a reader: what a captured page says, and whether the sheet under the camera is another paper."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forms.item import Capture, Material
from kiosk.flow import Visit
from kiosk.imaging.rectify import rectify, shape_of
from kiosk.reading.expected import WANTED, mismatch
from kiosk.reading.reading import Reading

#: a BGR page -> what it says. Raises CannotRead.
ReadPage = Callable[[np.ndarray], Reading]


@dataclass(frozen=True)
class Wanted:
    """What is to lie under the camera: how the material is captured, and which of its pages, counted from 0."""

    capture: Capture
    index: int


def wanted_of(visit: Visit, material: Material) -> Wanted:
    """The page of this material that a picture taken now would become."""
    retaking = visit.retaking if visit.retaking and visit.retaking[0] == material.id else None
    return Wanted(material.capture, retaking[1] if retaking else len(visit.pages.get(material.id, ())))


def glance(
    read_page: ReadPage, image: np.ndarray, corners: tuple[tuple[float, float], ...], wanted: Wanted
) -> str | None:
    """A sentence when the sheet in a preview picture is surely another paper than the one wanted, else None.

    Only cards and pages of booklets are read: a full sheet takes an old PC seconds, and a form is told by nobody.
    """
    if wanted.capture not in WANTED:
        return None
    quad = np.asarray(corners, np.float32)
    shape = shape_of(quad, image.shape)
    if shape == "a4":
        return None
    return mismatch(wanted.capture, wanted.index, read_page(rectify(image, quad)), shape)
