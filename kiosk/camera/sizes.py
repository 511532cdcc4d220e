"""Which size to ask a camera for: the largest for the record, a quick one of the same shape for the live view."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.camera.descriptors import OfferedSize
from kiosk.camera.protocol import PREVIEW_MAX_WIDTH, CameraDescription

Size = tuple[int, int]

#: tried from the largest down on a camera whose descriptors cannot be read
KNOWN_SIZES: tuple[Size, ...] = (
    (4608, 3456), (4208, 3120), (4160, 3120), (3840, 2880), (3840, 2160), (3264, 2448),
    (2592, 1944), (2048, 1536), (1920, 1080), (1600, 1200), (1280, 960), (1280, 720), (640, 480),
)  # fmt: skip
UNTOLD_PREVIEW: Size = (1280, 960)
WANTED_PREVIEW: Size = (1280, 720)
LEAST_PREVIEW_WIDTH = 640
FLUENT_FPS = 15.0
#: a preview of another shape shows another part of the desk than the picture for the record
SAME_SHAPE_WITHIN = 0.03


def still_sizes(camera: CameraDescription) -> tuple[Size, ...]:
    """Sizes for the record, the best first: the table's remark, then what the camera offers, else the known sizes."""
    offered = tuple(size.size for size in camera.offers.sizes()) if camera.offers else ()
    remarked = camera.model.still_size if camera.model else None
    first = (remarked,) if remarked else ()
    return tuple(dict.fromkeys((*first, *(offered or KNOWN_SIZES))))


def preview_size(camera: CameraDescription) -> Size:
    """A size for the live view: fluent, of the still's shape where there is one, nearest to 1280x720."""
    offered = camera.offers.sizes() if camera.offers else ()
    if not offered:
        return UNTOLD_PREVIEW
    still = still_sizes(camera)[0]
    handy = [size for size in offered if LEAST_PREVIEW_WIDTH <= size.width <= PREVIEW_MAX_WIDTH] or list(offered)
    fluent = [size for size in handy if size.fastest >= FLUENT_FPS] or _fastest(handy)
    alike = [size for size in fluent if abs(_shape(size.size) - _shape(still)) <= SAME_SHAPE_WITHIN]
    return min(alike or fluent, key=_distance).size


def _fastest(sizes: Sequence[OfferedSize]) -> list[OfferedSize]:
    best = max(size.fastest for size in sizes)
    return [size for size in sizes if size.fastest == best]


def _shape(size: Size) -> float:
    return size[0] / size[1]


def _distance(size: OfferedSize) -> int:
    return abs(size.area - WANTED_PREVIEW[0] * WANTED_PREVIEW[1])
