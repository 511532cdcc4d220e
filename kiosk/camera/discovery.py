"""Finds the USB video cameras plugged into this PC, gives each a name that survives replugging, and the video node to open.

Three sources, each allowed to be missing: the USB bus by pyusb, the Linux sysfs tree, and a table of known models.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kiosk.camera.choosing import find_again
from kiosk.camera.descriptors import CameraOffers, DescriptorFault, offers_of_bytes, offers_of_usb
from kiosk.camera.models import Models, find_model, load_models
from kiosk.camera.protocol import CameraDescription

USB_CLASS_VIDEO = 0x0E
SYSFS = Path("/sys")
# Serial numbers that whole production runs share tell nothing apart.
MEANINGLESS_SERIALS = frozenset({"", "0", "0001", "01.00.00", "SN0001", "200901010001", "0123456789"})

UsbFinder = Callable[[], Iterable[Any]]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class VideoNode:
    """A capture node of the Linux kernel and the USB device behind it."""

    node: str
    name: str
    bus: int
    port_path: str
    vendor_id: int
    product_id: int
    serial: str | None
    offers: CameraOffers | None = None


def list_cameras(
    usb_finder: UsbFinder | None = None,
    sysfs: Path = SYSFS,
    models: Models | None = None,
) -> list[CameraDescription]:
    """Return every USB video camera, in the order of bus and port; an empty list when nothing can be asked. Never raises."""
    named = load_models() if models is None else models
    nodes = list_video_nodes(sysfs)
    found = {(one.bus, one.port_path): one for one in _from_usb(usb_finder or _find_by_pyusb)}
    for node in nodes:
        found.setdefault((node.bus, node.port_path), _from_node(node))
    cameras = [found[place] for place in sorted(found, key=lambda place: (place[0] or 0, place[1] or ""))]
    return _with_identities([_named(camera, named) for camera in _with_nodes(cameras, nodes)])


def find_camera(identity: str, **sources: Any) -> CameraDescription | None:
    """Return the camera of that identity if it is plugged in now; `sources` as in `list_cameras`."""
    return find_again(identity, list_cameras(**sources))


def list_video_nodes(sysfs: Path = SYSFS) -> list[VideoNode]:
    """Return the Linux capture nodes that stand on a USB device; metadata nodes (index above 0) are left out."""
    folder = sysfs / "class" / "video4linux"
    try:
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError:
        return []
    nodes = [node for node in map(_read_node, entries) if node is not None]
    return sorted(nodes, key=lambda node: (node.bus, node.port_path, node.node))


def _read_node(entry: Path) -> VideoNode | None:
    """Read one entry of class/video4linux; None when it is a metadata node, no USB device, or vanished meanwhile."""
    try:
        if int(_line(entry / "index") or 0) != 0:
            return None
        device = (entry / "device").resolve(strict=True)
        usb = next((place for place in (device, *device.parents) if (place / "idVendor").is_file()), None)
        if usb is None:
            return None
        return VideoNode(
            node=f"/dev/{entry.name}",
            name=_line(entry / "name") or "",
            bus=int(_line(usb / "busnum") or 0),
            port_path=_line(usb / "devpath") or "",
            vendor_id=int(_line(usb / "idVendor") or "0", 16),
            product_id=int(_line(usb / "idProduct") or "0", 16),
            serial=_line(usb / "serial"),
            offers=_offers(lambda: offers_of_bytes((usb / "descriptors").read_bytes())),
        )
    except (OSError, ValueError):
        return None


def _offers(read: Callable[[], CameraOffers]) -> CameraOffers | None:
    """None where the descriptors cannot be read, or make no sense: the sizes are then tried one by one."""
    try:
        return read()
    except DescriptorFault as fault:
        log.info("the descriptors of a camera make no sense: %s", fault)
    except Exception as trouble:  # pyusb and the file system raise what they please when a plug is pulled meanwhile
        log.info("the descriptors of a camera could not be read: %s", type(trouble).__name__)
    return None


def _line(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


def _find_by_pyusb() -> list[Any]:
    import usb.core

    return list(usb.core.find(find_all=True))


def _from_usb(usb_finder: UsbFinder) -> list[CameraDescription]:
    """Describe the video devices on the bus; a PC without libusb or without a bus has none."""
    try:
        devices = list(usb_finder())
    except Exception as trouble:  # pyusb raises NoBackendError, USBError, OSError, ValueError as the platform pleases
        log.info("no USB bus to ask: %s", trouble)
        return []
    return [described for described in map(_describe_usb, devices) if described is not None]


def _describe_usb(device: Any) -> CameraDescription | None:
    try:
        if not _is_video(device):
            return None
        ports = ".".join(str(port) for port in (device.port_numbers or ()))
        return CameraDescription(
            identity="",
            name=_string(device, "product") or "",
            kind="uvc",
            vendor_id=device.idVendor,
            product_id=device.idProduct,
            serial=_string(device, "serial_number"),
            bus=device.bus,
            port_path=ports,
            offers=_offers(lambda: offers_of_usb(device)),
        )
    except Exception as trouble:  # a device pulled out while being read fails in any way it likes
        log.info("a USB device could not be read: %s", trouble)
        return None


def _is_video(device: Any) -> bool:
    if device.bDeviceClass == USB_CLASS_VIDEO:
        return True
    return any(interface.bInterfaceClass == USB_CLASS_VIDEO for configuration in device for interface in configuration)


def _string(device: Any, field: str) -> str | None:
    """Read a string descriptor; without the right to open the device it cannot be read."""
    try:
        return (getattr(device, field) or "").strip() or None
    except Exception:
        return None


def _from_node(node: VideoNode) -> CameraDescription:
    return CameraDescription(
        identity="",
        name=node.name,
        kind="uvc",
        vendor_id=node.vendor_id,
        product_id=node.product_id,
        serial=node.serial,
        bus=node.bus,
        port_path=node.port_path,
        video_node=node.node,
        offers=node.offers,
    )


def _named(camera: CameraDescription, models: Models) -> CameraDescription:
    """The table's name of this very product, else the device's own, else the maker's."""
    model = find_model(models, camera.vendor_id, camera.product_id)
    known = model.name if model else f"USB摄像头 {camera.vendor_id:04x}:{camera.product_id:04x}"
    own_name_first = model is None or model.product_id is None
    return replace(camera, name=camera.name if own_name_first and camera.name else known, model=model)


def _with_nodes(cameras: list[CameraDescription], nodes: list[VideoNode]) -> list[CameraDescription]:
    """Add the video node: by bus and port where sysfs knows them; elsewhere the place in the list, as Windows counts."""
    if sys.platform != "linux" and not nodes:
        return [replace(camera, video_node=str(number)) for number, camera in enumerate(cameras)]
    by_place: dict[tuple[int, str], VideoNode] = {}
    for node in nodes:
        by_place.setdefault((node.bus, node.port_path), node)
    matched = []
    for camera in cameras:
        node = by_place.get((camera.bus or 0, camera.port_path or ""))
        if node is not None:
            camera = _joined(camera, node)
        matched.append(camera)
    return matched


def _joined(camera: CameraDescription, node: VideoNode) -> CameraDescription:
    """What the kernel knows fills what pyusb could not read: without the right to open a device it has no strings."""
    return replace(
        camera,
        name=camera.name or node.name,
        video_node=node.node,
        serial=camera.serial or node.serial,
        offers=camera.offers or node.offers,
    )


def _with_identities(cameras: list[CameraDescription]) -> list[CameraDescription]:
    """Name each by its serial where that tells it apart, otherwise by the port it hangs on."""
    numbers = Counter((camera.vendor_id, camera.product_id, camera.serial) for camera in cameras)
    identified = []
    for camera in cameras:
        kind = f"uvc:{camera.vendor_id:04x}:{camera.product_id:04x}"
        unique = numbers[camera.vendor_id, camera.product_id, camera.serial] == 1
        if unique and (camera.serial or "") not in MEANINGLESS_SERIALS:
            identity = f"{kind}:{camera.serial}"
        else:
            identity = f"{kind}@{camera.bus}-{camera.port_path}"
        identified.append(replace(camera, identity=identity))
    return identified
