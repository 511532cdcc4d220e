"""Makes the camera the settings name: `uvc:auto` chooses among those plugged in, `uvc:<identity>` waits for that one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kiosk.camera.choosing import Chooser, find_again
from kiosk.camera.discovery import list_cameras
from kiosk.camera.models import load_models
from kiosk.camera.protocol import CameraDescription
from kiosk.camera.uvc import Locate, UvcCamera, list_by_probing

AUTO = "auto"
ListCameras = Callable[[], list[CameraDescription]]


def usb_camera(choice: str, own_models: Path | None, clock: Callable[[], datetime]) -> UvcCamera:
    """The USB camera of a settings value `uvc:<choice>`; one that is not plugged in now is waited for."""
    models = load_models(own_models)
    locate = locator_of(choice, lambda: list_cameras(models=models) or _probed())
    return UvcCamera(CameraDescription(identity_of(choice), "高拍仪", "uvc"), locate, clock=clock)


def locator_of(choice: str, list_all: ListCameras) -> Locate:
    """How that camera is found, each time anew."""
    if choice == AUTO:
        chooser = Chooser()
        return lambda: chooser.choose(list_all())
    return lambda: find_again(identity_of(choice), list_all())


def identity_of(choice: str) -> str:
    """Identities begin with `uvc:` themselves, and may be written in the settings with or without it."""
    return choice if choice.startswith(("uvc:", "/")) or choice == AUTO else f"uvc:{choice}"


def _probed() -> list[CameraDescription]:
    """Windows has no sysfs, and seldom a libusb."""
    return list_by_probing() if sys.platform == "win32" else []
