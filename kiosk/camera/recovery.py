"""What to do when a camera fails: why it would not open, and the ladder: open anew, reset on the bus, ask for the plug."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kiosk.camera.protocol import (
    CameraBusy,
    CameraDescription,
    CameraForbidden,
    CameraFrozen,
    CameraStalled,
    CameraTrouble,
    CameraUnplugged,
    PictureDamaged,
)

PROC = Path("/proc")
#: a reset takes seconds and disturbs a hub's neighbours, so that it is not tried over and over
RESET_REST_SECONDS = 60.0
log = logging.getLogger(__name__)

Reset = Callable[[CameraDescription], bool]


def why_closed(camera: CameraDescription | None, proc: Path = PROC) -> CameraTrouble:
    """Why a camera would not open: absent, without a video node, not allowed, or held by another program."""
    if camera is None:
        return CameraUnplugged()
    node = camera.video_node
    if node is None:
        return CameraStalled()
    if node.startswith("/") and not os.access(node, os.R_OK | os.W_OK):
        return CameraForbidden() if os.path.exists(node) else CameraUnplugged()
    holder = find_holder(node, proc)
    return CameraBusy(f"高拍仪正被“{holder}”占用。请关掉这个程序，再试一次。" if holder else None)


def find_holder(node: str, proc: Path = PROC) -> str | None:
    """The name of another program that holds a device node open, as far as this account may see (Linux)."""
    for process in _others(proc):
        try:
            if any(os.readlink(process / "fd" / entry) == node for entry in os.listdir(process / "fd")):
                return (process / "comm").read_text(encoding="utf-8", errors="replace").strip() or None
        except OSError:
            continue
    return None


def _others(proc: Path) -> Iterable[Path]:
    try:
        return [place for place in proc.iterdir() if place.name.isdigit() and place.name != str(os.getpid())]
    except OSError:
        return []


def reset_on_bus(camera: CameraDescription, usb_finder: Callable[[], Iterable[Any]] | None = None) -> bool:
    """Reset the device on its port, as pulling the plug would. False where that is not permitted, or it is not there."""
    try:
        device = next((one for one in (usb_finder or _every_device)() if _is_at(one, camera)), None)
        if device is None:
            return False
        device.reset()
    except Exception as trouble:  # without the right to write to the bus a reset is refused, which is normal
        log.info("no reset on the bus: %s", type(trouble).__name__)
        return False
    log.warning("camera reset on the bus")
    return True


def _is_at(device: Any, camera: CameraDescription) -> bool:
    ports = ".".join(str(port) for port in (device.port_numbers or ()))
    kind = (device.idVendor, device.idProduct)
    return kind == (camera.vendor_id, camera.product_id) and (device.bus, ports) == (camera.bus, camera.port_path)


def _every_device() -> Iterable[Any]:
    import usb.core

    return list(usb.core.find(find_all=True))


class Recovery:
    """Remembers when the bus was last reset; each attempt climbs a ladder of its own."""

    def __init__(self, reset: Reset = reset_on_bus, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._reset, self._monotonic = reset, monotonic
        self._rested_at = float("-inf")

    def begin(self) -> Ladder:
        """The foot of a new ladder."""
        return Ladder(self)

    def reset(self, camera: CameraDescription) -> bool:
        """Reset the camera unless that was done a short while ago."""
        if self._monotonic() < self._rested_at:
            return False
        self._rested_at = self._monotonic() + RESET_REST_SECONDS
        return self._reset(camera)


class Ladder:
    """What one attempt may still try: one rung, because somebody waits for the picture; the next attempt tries again."""

    def __init__(self, recovery: Recovery) -> None:
        self._recovery = recovery
        self._climbed = False

    def climb(self, trouble: CameraTrouble, camera: CameraDescription) -> bool:
        """Do what may help against `trouble`, so that it is worth opening anew; False when only a person can help.

        A frozen or stalled camera is reset on the bus. Where that is not permitted, or was done a short while ago, a
        frozen one is only opened anew, and a stalled one is left alone.
        """
        if self._climbed or not isinstance(trouble, (PictureDamaged, CameraFrozen, CameraStalled)):
            return False
        self._climbed = True
        if isinstance(trouble, PictureDamaged):
            return True
        return self._recovery.reset(camera) or isinstance(trouble, CameraFrozen)
