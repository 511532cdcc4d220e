"""The desk under the camera: drawn sheets photographed by the kiosk's own virtual camera, as the JPEGs a sensor would send."""

import threading

import cv2

from kiosk.camera.specimens import Specimen
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings

JPEG_QUALITY = 90


class Desk:
    """Lay a sheet down, and every picture asked for shows it; pictures are kept, so a frame costs nothing the second time."""

    def __init__(self) -> None:
        self._camera = VirtualCamera(VirtualCameraSettings(tilt_degrees=3))
        self._pictures: dict[tuple[int, int], bytes] = {}
        self._lock = threading.Lock()

    def lay(self, sheet: Specimen | None) -> None:
        """Take away what lies there and lay this sheet down; None leaves the desk empty."""
        with self._lock:
            if sheet is None:
                self._camera.place(None)
            else:
                self._camera.place(sheet.picture, sheet.width_mm, sheet.height_mm)
            self._pictures.clear()

    def __call__(self, width: int, height: int) -> bytes:
        with self._lock:
            if (width, height) not in self._pictures:
                self._pictures[width, height] = self._photograph(width, height)
            return self._pictures[width, height]

    def _photograph(self, width: int, height: int) -> bytes:
        self._camera.adjust(resolution=(width, height))
        picture = self._camera.still().image
        return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
