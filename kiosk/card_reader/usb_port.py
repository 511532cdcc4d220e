"""A reader on USB itself, by its bulk pipes.

Makers' sheets name the numbers 0400:c35a and two pairs of pipes: heads go out by 0x02 and come by 0x81, bodies go out by 0x06
and come by 0x85; a program in use sends whole frames by one pair. Both are done here, by the pipes a device has.
No such reader was at hand: this is tested against a played device only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from kiosk.card_reader.protocol import HEAD
from kiosk.card_reader.reader import PortGone

VENDOR_ID, PRODUCT_ID = 0x0400, 0xC35A
BULK, TYPE_MASK, INWARD = 0x02, 0x03, 0x80
WRITE_MS = 2000
PIECE = 4096

FindDevice = Callable[[], Any]


class UsbPort:
    """A Port by pyusb."""

    def __init__(self, find_device: FindDevice | None = None) -> None:
        """Raises PortGone when no reader is plugged in, or this account may not open it."""
        self._waiting = b""
        try:
            self._device = (find_device or _find_device)()
            if self._device is None:
                raise PortGone
            self._outward, self._inward = _pipes(self._device)
            with suppress(NotImplementedError):  # libusb on Windows knows of no kernel driver to let go
                if self._device.is_kernel_driver_active(0):
                    self._device.detach_kernel_driver(0)
        except PortGone:
            raise
        except (
            Exception
        ) as trouble:  # pyusb raises NoBackendError, USBError, OSError, ValueError as the platform pleases
            raise PortGone(type(trouble).__name__) from None
        if not self._outward or not self._inward:
            raise PortGone("no bulk pipes")

    def write(self, content: bytes) -> None:
        """Head and body by their own pipes where there are two, else the whole frame by one."""
        two = len(self._outward) > 1 and len(self._inward) > 1
        pieces = [content[:HEAD], content[HEAD:]] if two else [content]
        self._waiting = b""
        try:
            for pipe, piece in zip(self._outward, pieces, strict=False):
                self._device.write(pipe, piece, WRITE_MS)
        except Exception:
            raise PortGone from None

    def read(self, count: int, seconds: float) -> bytes:
        """Head and body come by their own pipes, so that whichever has something is asked in turn."""
        until = time.monotonic() + seconds
        while not self._waiting and time.monotonic() < until:
            for pipe in self._inward:
                self._waiting += self._take(pipe, 20 if len(self._inward) > 1 else max(1, int(seconds * 1000)))
                if self._waiting:
                    break
        given, self._waiting = self._waiting[:count], self._waiting[count:]
        return given

    def close(self) -> None:
        with suppress(Exception):
            import usb.util

            usb.util.dispose_resources(self._device)

    def _take(self, pipe: int, milliseconds: int) -> bytes:
        import usb.core

        try:
            return bytes(self._device.read(pipe, PIECE, milliseconds))
        except usb.core.USBTimeoutError:
            return b""
        except Exception:
            raise PortGone from None


def _find_device() -> Any:
    import usb.core

    return usb.core.find(idVendor=VENDOR_ID, idProduct=PRODUCT_ID)


def _pipes(device: Any) -> tuple[list[int], list[int]]:
    """The addresses of the bulk pipes out and in, in rising order: the pipe of heads comes first."""
    found = [
        endpoint.bEndpointAddress
        for configuration in device
        for interface in configuration
        for endpoint in interface
        if endpoint.bmAttributes & TYPE_MASK == BULK
    ]
    return sorted(one for one in found if not one & INWARD), sorted(one for one in found if one & INWARD)
