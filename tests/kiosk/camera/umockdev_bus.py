"""Run under umockdev-wrapper: plugs invented cameras into a pretended USB bus, and prints as JSON what the kiosk sees.

The library is called by ctypes, because its Python binding is there for the system's Python only.
"""

import ctypes
import json
import sys
import time

from hongye.commands.devices import plugged_in
from tests.kiosk.camera.usb_bytes import DOCUMENT_CAMERA, WEBCAM, device

ROOT_HUB = bytes([18, 1, 0, 2, 9, 0, 1, 64, 0x6B, 0x1D, 2, 0, 0, 6, 0, 0, 0, 1]) + bytes(
    [9, 2, 25, 0, 1, 1, 0, 0xE0, 0, 9, 4, 0, 0, 1, 9, 0, 0, 0, 7, 5, 0x81, 3, 4, 0, 12]
)


def described(
    path: str, number: int, port: str, name: str, serial: str, vendor: int, product: int, content: bytes
) -> str:
    """One device as umockdev writes it down."""
    node = f"/dev/bus/usb/001/{number:03}"
    lines = [
        f"P: {path}",
        f"N: bus/usb/001/{number:03}={content.hex().upper()}",
        f"E: DEVNAME={node}",
        "E: DEVTYPE=usb_device",
        "E: SUBSYSTEM=usb",
        "E: BUSNUM=001",
        f"E: DEVNUM={number:03}",
        "E: MAJOR=189",
        f"E: MINOR={number - 1}",
        *(
            f"A: {key}={value}\\n"
            for key, value in {
                "busnum": 1, "devnum": number, "devpath": port, "speed": 480, "bConfigurationValue": 1,
                "idVendor": f"{vendor:04x}", "idProduct": f"{product:04x}", "product": name, "serial": serial,
            }.items()
        ),
        f"H: descriptors={content.hex().upper()}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


class Bus:
    """A pretended bus with one hub."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libumockdev.so.0")
        self._library.umockdev_testbed_new.restype = ctypes.c_void_p
        self._bed = ctypes.c_void_p(self._library.umockdev_testbed_new())
        self._add("/devices/usb1", 1, "0", "hub", "", 0x1D6B, 2, ROOT_HUB)

    def plug(self, port: str, number: int, name: str, serial: str, vendor: int, product: int, content: bytes) -> None:
        path = f"/devices/usb1/1-{port}"
        self._add(path, number, port, name, serial, vendor, product, device(vendor, product) + content)
        self._library.umockdev_testbed_uevent(self._bed, f"/sys{path}".encode(), b"add")

    def unplug(self, port: str) -> None:
        path = f"/sys/devices/usb1/1-{port}".encode()
        self._library.umockdev_testbed_uevent(self._bed, path, b"remove")
        self._library.umockdev_testbed_remove_device(self._bed, path)

    def _add(self, *what: object) -> None:
        if not self._library.umockdev_testbed_add_from_string(self._bed, described(*what).encode(), None):
            raise RuntimeError("umockdev did not take the description")


def seen(count: int) -> list[dict[str, object]]:
    """What `hongye devices` tells, once there are so many cameras: a plug is noticed by a thread of libusb."""
    for _ in range(100):
        cameras = plugged_in(None)["cameras"]
        if len(cameras) == count:
            break
        time.sleep(0.05)
    return cameras


if __name__ == "__main__":
    bus = Bus()
    bus.plug("2", 4, "Integrated Webcam", "W1", 0x05A3, 0x9999, WEBCAM)
    bus.plug("4", 5, "DocCam S500", "D1", 0x1B17, 0x0211, DOCUMENT_CAMERA)
    both = seen(2)
    bus.unplug("4")
    one = seen(1)
    bus.plug("3", 6, "DocCam S500", "D1", 0x1B17, 0x0211, DOCUMENT_CAMERA)
    sys.stdout.write(json.dumps({"both": both, "unplugged": one, "back": seen(2)}))
