"""Reads what a USB video camera says of itself (UVC 1.5, tables 3-3 to 3-7 and 3-13 to 3-17): formats, sizes, speeds, controls."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

INTERFACE, CLASS_SPECIFIC = 0x04, 0x24
VIDEO_CLASS, CONTROL, STREAMING = 0x0E, 1, 2
CAMERA_TERMINAL = 0x0201
#: descriptor subtypes of a streaming interface: format header → its name; frame → (offset of default interval, of the count)
MJPEG, UNCOMPRESSED, FRAME_BASED = 0x06, 0x04, 0x10
FRAMES = {0x05: (21, 25), 0x07: (21, 25), 0x11: (17, 21)}
#: descriptor subtypes of a control interface
INPUT_TERMINAL, PROCESSING_UNIT, EXTENSION_UNIT = 0x02, 0x05, 0x06
#: bit numbers of bmControls
TERMINAL_CONTROLS = {1: "auto_exposure", 3: "exposure", 5: "focus", 9: "zoom", 17: "auto_focus"}
PROCESSING_CONTROLS = {
    0: "brightness", 1: "contrast", 3: "saturation", 4: "sharpness", 6: "white_balance", 8: "backlight", 9: "gain",
    10: "power_line_frequency", 12: "auto_white_balance",
}  # fmt: skip
#: the length of an interval is counted in 100 ns
PER_SECOND = 10_000_000
SLOWEST, FASTEST = 0.1, 1000.0

#: interface subclass (CONTROL, STREAMING) and the class-specific bytes that follow it
Block = tuple[int, bytes]


class DescriptorFault(ValueError):
    """The bytes are no UVC descriptors, or end too early."""


@dataclass(frozen=True)
class OfferedSize:
    """One size a camera can send: pixels, and its frames per second from fast to slow."""

    width: int
    height: int
    fps: tuple[float, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def fastest(self) -> float:
        return max(self.fps, default=0.0)


@dataclass(frozen=True)
class OfferedFormat:
    """One picture format ("MJPG", "YUY2", "H264", ...) and its sizes, largest first."""

    name: str
    sizes: tuple[OfferedSize, ...]


@dataclass(frozen=True)
class CameraOffers:
    """What a camera offers: its formats, and the names of the controls it has; `has_extension` tells of a maker's own unit."""

    formats: tuple[OfferedFormat, ...]
    controls: frozenset[str] = frozenset()
    has_extension: bool = False

    def sizes(self) -> tuple[OfferedSize, ...]:
        """Sizes of MJPG where there are any, else of every plain format; largest first."""
        wanted = [one for one in self.formats if one.name == "MJPG"] or [
            one for one in self.formats if one.name in ("YUY2", "NV12", "YU12")
        ]
        return tuple(sorted((size for one in wanted for size in one.sizes), key=lambda size: -size.area))

    @property
    def largest_area(self) -> int:
        return max((size.area for size in self.sizes()), default=0)


def offers_of_usb(device: Any) -> CameraOffers:
    """What a pyusb Device says. Raises DescriptorFault; errors of the bus itself pass through."""
    return read_offers(_blocks_of_usb(device))


def offers_of_bytes(descriptors: bytes) -> CameraOffers:
    """What the whole descriptor block of a device says, as the file `descriptors` in sysfs holds it. Raises DescriptorFault."""
    return read_offers(_blocks_of_bytes(descriptors))


def read_offers(blocks: Iterable[Block]) -> CameraOffers:
    """Put the class-specific bytes of the video interfaces together. Raises DescriptorFault."""
    formats: list[tuple[str, list[OfferedSize]]] = []
    controls: set[str] = set()
    has_extension = False
    for subclass, content in blocks:
        for piece in _pieces(content):
            if subclass == STREAMING:
                _read_streaming(piece, formats)
            elif subclass == CONTROL:
                controls |= _read_controls(piece)
                has_extension |= piece[2] == EXTENSION_UNIT
    return CameraOffers(tuple(_in_order(name, sizes) for name, sizes in formats), frozenset(controls), has_extension)


def _in_order(name: str, sizes: list[OfferedSize]) -> OfferedFormat:
    return OfferedFormat(name, tuple(sorted(dict.fromkeys(sizes), key=lambda size: (-size.area, -size.width))))


def _pieces(content: bytes) -> Iterator[bytes]:
    """The class-specific descriptors in a run of bytes; others (endpoints) are passed over."""
    place = 0
    while place < len(content):
        length = content[place]
        piece = content[place : place + length]
        if length < 2 or len(piece) < length:
            raise DescriptorFault(f"a descriptor of {length} bytes at {place} of {len(content)}")
        if piece[1] == CLASS_SPECIFIC:
            if length < 3:
                raise DescriptorFault(f"a class-specific descriptor without a kind at {place}")
            yield piece
        place += length


def _read_streaming(piece: bytes, formats: list[tuple[str, list[OfferedSize]]]) -> None:
    """A format header begins a format, a frame belongs to the format before it."""
    kind = piece[2]
    if kind == MJPEG:
        formats.append(("MJPG", []))
    elif kind in (UNCOMPRESSED, FRAME_BASED):
        formats.append((_format_name(piece), []))
    elif kind in FRAMES:
        if not formats:
            raise DescriptorFault("a frame before any format")
        size = _read_size(piece, *FRAMES[kind])
        if size.area:
            formats[-1][1].append(size)


def _format_name(piece: bytes) -> str:
    """The first four bytes of the format's GUID are its letters; the rest says that they are."""
    letters = _field("4s", piece, 5)
    return letters.decode("ascii", "replace").strip("\0 ") or "?"


def _read_size(piece: bytes, default_at: int, count_at: int) -> OfferedSize:
    width, height = _field("H", piece, 5), _field("H", piece, 7)
    count = _field("B", piece, count_at)
    first = 26
    numbers = range(count) if count else range(2)
    intervals = [_field("I", piece, first + 4 * number) for number in numbers] or [_field("I", piece, default_at)]
    speeds = {round(PER_SECOND / interval, 2) for interval in intervals if interval}
    return OfferedSize(width, height, tuple(sorted((s for s in speeds if SLOWEST <= s <= FASTEST), reverse=True)))


def _read_controls(piece: bytes) -> set[str]:
    if piece[2] == INPUT_TERMINAL and _field("H", piece, 4) == CAMERA_TERMINAL:
        return _bits(piece, 14, TERMINAL_CONTROLS)
    if piece[2] == PROCESSING_UNIT:
        return _bits(piece, 7, PROCESSING_CONTROLS)
    return set()


def _bits(piece: bytes, size_at: int, names: dict[int, str]) -> set[str]:
    size = _field("B", piece, size_at)
    field = piece[size_at + 1 : size_at + 1 + size]
    if len(field) < size:
        raise DescriptorFault("a field of controls that ends too early")
    bits = int.from_bytes(field, "little")
    return {name for bit, name in names.items() if bits >> bit & 1}


def _field(shape: str, piece: bytes, place: int) -> Any:
    try:
        return struct.unpack_from("<" + shape, piece, place)[0]
    except struct.error:
        raise DescriptorFault(f"a descriptor of kind {piece[2]:#x} has only {len(piece)} bytes") from None


def _blocks_of_usb(device: Any) -> Iterator[Block]:
    """pyusb keeps the bytes behind an interface and behind each of its endpoints apart."""
    for configuration in device:
        for interface in configuration:
            if interface.bInterfaceClass == VIDEO_CLASS:
                yield interface.bInterfaceSubClass, bytes(interface.extra_descriptors)
                for endpoint in interface:
                    yield 0, bytes(endpoint.extra_descriptors)


def _blocks_of_bytes(descriptors: bytes) -> Iterator[Block]:
    """Cut a whole descriptor block at its interfaces."""
    place, subclass, start = 0, 0, 0
    while place < len(descriptors):
        length = descriptors[place]
        if length < 2 or place + length > len(descriptors):
            raise DescriptorFault(f"a descriptor of {length} bytes at {place} of {len(descriptors)}")
        if descriptors[place + 1] == INTERFACE:
            yield subclass, descriptors[start:place]
            is_video = length >= 7 and descriptors[place + 5] == VIDEO_CLASS
            subclass, start = descriptors[place + 6] if is_video else 0, place + length
        place += length
    yield subclass, descriptors[start:]
