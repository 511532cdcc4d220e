"""Chooses the document camera among the cameras that are plugged in, and finds one again that was named before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kiosk.camera.protocol import CameraDescription

#: words makers put into the name a device gives itself
DOCUMENT_WORDS = re.compile(r"\bdoc|document|visuali[sz]er|scan|高拍|实物展台", re.IGNORECASE)
WEBCAM_WORDS = re.compile(r"web ?cam|facetime|integrated|built-?in|infrared|\bIR\b|face|人脸|内置", re.IGNORECASE)

#: how surely it is a document camera (2 yes, 1 unknown, 0 no), then its largest size in pixels
Fitness = tuple[int, int]


def fitness_of(camera: CameraDescription) -> Fitness:
    """By the table of models, else by the device's own name, else nothing is known; then by the largest size offered."""
    return _kind_of(camera), camera.offers.largest_area if camera.offers else 0


def _kind_of(camera: CameraDescription) -> int:
    known = camera.model.document_camera if camera.model else None
    if known is not None:
        return 2 if known else 0
    if DOCUMENT_WORDS.search(camera.name):
        return 2
    return 0 if WEBCAM_WORDS.search(camera.name) else 1


class Chooser:
    """Chooses by itself, and keeps to its choice: while the document camera is unplugged no webcam takes its place."""

    def __init__(self) -> None:
        self._chosen: CameraDescription | None = None

    def choose(self, cameras: Sequence[CameraDescription]) -> CameraDescription | None:
        """The best that is plugged in; None when there is none as good as the one chosen before.

        One without a video node yields to its like, but a document camera that did not start does not yield to a webcam.
        """
        candidates = list(cameras)
        if self._chosen is not None:
            same = find_again(self._chosen.identity, cameras)
            least = fitness_of(self._chosen)
            candidates = [same] if same else [camera for camera in cameras if fitness_of(camera) >= least]
        best = max(candidates, key=_rank, default=None)
        self._chosen = best or self._chosen
        return best


def _rank(camera: CameraDescription) -> tuple[int, bool, int]:
    kind, area = fitness_of(camera)
    return kind, camera.video_node is not None, area


def find_again(identity: str, cameras: Sequence[CameraDescription]) -> CameraDescription | None:
    """The camera of that identity, though it may have moved to another port or have got a twin.

    A device node by its path (`/dev/v4l/by-id/...`) is an identity too, for cameras that are on no USB bus.
    """
    if identity.startswith("/"):
        return _at_node(Path(identity), cameras)
    exact = next((camera for camera in cameras if camera.identity == identity), None)
    if exact is not None:
        return exact
    kind, by_port, _ = identity.partition("@")
    if by_port:
        kin = [camera for camera in cameras if _kind_name(camera) == kind and "@" in camera.identity]
        return kin[0] if len(kin) == 1 else None
    # A camera named by its serial is named by its port while a twin with the same serial is plugged in.
    return next((camera for camera in cameras if f"{_kind_name(camera)}:{camera.serial}" == identity), None)


def _kind_name(camera: CameraDescription) -> str:
    return f"uvc:{camera.vendor_id or 0:04x}:{camera.product_id or 0:04x}"


def _at_node(path: Path, cameras: Sequence[CameraDescription]) -> CameraDescription | None:
    if not path.exists():
        return None
    node = str(path.resolve())
    known = next((camera for camera in cameras if camera.video_node == node), None)
    return known or CameraDescription(str(path), "高拍仪", "uvc", video_node=node)
