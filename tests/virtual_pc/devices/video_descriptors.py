"""The descriptors of a document camera: USB Video Class 1.0, one camera, one processing unit, one MJPEG stream."""

import struct
from dataclasses import dataclass

from tests.virtual_pc.devices.usb_device import BULK, ISOCHRONOUS, configuration_of

VIDEO_CLASS, CONTROL_SUBCLASS, STREAMING_SUBCLASS, COLLECTION_SUBCLASS = 0x0E, 1, 2, 3
CONTROL_INTERFACE, STREAMING_INTERFACE = 0, 1
CAMERA, PROCESSING, OUTPUT = 1, 2, 3
STREAM_ENDPOINT = 0x81
BULK_PACKET, ISO_PACKET, ISO_PACKETS_EACH_MILLISECOND = 512, 1024, 3
#: what the units can be told, a bit each (tables 3-6 and 3-8 of the standard)
CAMERA_CONTROLS = 1 << 1 | 1 << 3 | 1 << 5 | 1 << 17  # exposure mode and time, focus, focus by itself
PROCESSING_CONTROLS = 1 << 0 | 1 << 1  # brightness, contrast
_INTERFACE, _ENDPOINT, _ASSOCIATION, _CLASS_SPECIFIC = 4, 5, 0x0B, 0x24


@dataclass(frozen=True)
class Mode:
    """A picture size the camera offers and how many of them it sends in a second."""

    width: int
    height: int
    per_second: int

    @property
    def interval(self) -> int:
        """Between two frames, in units of 100 ns as the wire has it."""
        return 10_000_000 // self.per_second

    @property
    def largest_frame(self) -> int:
        """Bytes of the largest frame; a JPEG never reaches two bytes a pixel."""
        return self.width * self.height * 2


def video_configuration(modes: tuple[Mode, ...], isochronous: bool) -> bytes:
    """The configuration descriptor with everything in it."""
    association = bytes([8, _ASSOCIATION, 0, 2, VIDEO_CLASS, COLLECTION_SUBCLASS, 0, 2])
    body = association + _control_interface() + _streaming_interface(modes, isochronous)
    return configuration_of(body, interfaces=2, max_power_ma=500, self_powered=False)


def _specific(subtype: int, body: bytes) -> bytes:
    """A class-specific descriptor."""
    return bytes([3 + len(body), _CLASS_SPECIFIC, subtype]) + body


def _interface(number: int, setting: int, endpoints: int, subclass: int) -> bytes:
    return bytes([9, _INTERFACE, number, setting, endpoints, VIDEO_CLASS, subclass, 0, 2])


def _control_interface() -> bytes:
    lens = struct.pack("<BHBBHHHB", CAMERA, 0x0201, 0, 0, 0, 0, 0, 3) + CAMERA_CONTROLS.to_bytes(3, "little")
    processing = struct.pack("<BBHBHB", PROCESSING, CAMERA, 0, 2, PROCESSING_CONTROLS, 0)
    output = struct.pack("<BHBBB", OUTPUT, 0x0101, 0, PROCESSING, 0)
    units = _specific(2, lens) + _specific(5, processing) + _specific(3, output)
    header = struct.pack("<HHIBB", 0x0100, 13 + len(units), 48_000_000, 1, STREAMING_INTERFACE)
    return _interface(CONTROL_INTERFACE, 0, 0, CONTROL_SUBCLASS) + _specific(1, header) + units


def _streaming_interface(modes: tuple[Mode, ...], isochronous: bool) -> bytes:
    formats = _specific(6, bytes([1, len(modes), 1, 1, 0, 0, 0, 0]))
    formats += b"".join(_specific(7, _frame(number, mode)) for number, mode in enumerate(modes, 1))
    formats += _specific(0x0D, bytes([1, 1, 4]))  # colours as in sRGB
    header = struct.pack("<BHBBBBBBBB", 1, 14 + len(formats), STREAM_ENDPOINT, 0, OUTPUT, 0, 0, 0, 1, 0)
    described = _specific(1, header) + formats
    if not isochronous:
        endpoint = _endpoint(BULK, BULK_PACKET, 0)
        return _interface(STREAMING_INTERFACE, 0, 1, STREAMING_SUBCLASS) + described + endpoint
    # Setting 0 takes no bandwidth; setting 1 takes three packets each millisecond, and a computer chooses it to stream.
    wide = _endpoint(ISOCHRONOUS | 1 << 2, ISO_PACKET | (ISO_PACKETS_EACH_MILLISECOND - 1) << 11, 4)
    idle = _interface(STREAMING_INTERFACE, 0, 0, STREAMING_SUBCLASS)
    return idle + described + _interface(STREAMING_INTERFACE, 1, 1, STREAMING_SUBCLASS) + wide


def _frame(number: int, mode: Mode) -> bytes:
    bits = mode.largest_frame * 8 * mode.per_second & 0xFFFFFFFF
    return (
        struct.pack("<BBHHII", number, 0, mode.width, mode.height, bits, bits)
        + struct.pack("<IIB", mode.largest_frame, mode.interval, 1)
        + struct.pack("<I", mode.interval)
    )


def _endpoint(attributes: int, packet: int, interval: int) -> bytes:
    return struct.pack("<BBBBHB", 7, _ENDPOINT, STREAM_ENDPOINT, attributes, packet, interval)
