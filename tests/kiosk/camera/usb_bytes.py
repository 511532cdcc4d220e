"""Descriptor bytes of invented USB video cameras, put together as the USB video class says."""

import struct


def _u16(value: int) -> bytes:
    return struct.pack("<H", value)


def _u32(value: int) -> bytes:
    return struct.pack("<I", value)


def frame(subtype: int, index: int, width: int, height: int, *fps: float) -> bytes:
    """One VS_FRAME descriptor with discrete intervals."""
    intervals = [round(10_000_000 / speed) for speed in fps]
    rates = _u32(width * height * 8) * 2
    middle = rates + _u32(width * height * 2) + _u32(intervals[0]) + bytes([len(intervals)])
    if subtype == 0x11:
        middle = rates + _u32(intervals[0]) + bytes([len(intervals)]) + _u32(0)
    body = bytes([subtype, index, 0]) + _u16(width) + _u16(height) + middle + b"".join(map(_u32, intervals))
    return bytes([len(body) + 2, 0x24]) + body


def mjpeg(*frames: tuple) -> bytes:
    """An MJPEG format with its frames, given as (width, height, fps...)."""
    header = bytes([11, 0x24, 6, 1, len(frames), 1, 1, 0, 0, 0, 0])
    return header + b"".join(frame(7, number, *one) for number, one in enumerate(frames, start=1))


def guid_format(subtype: int, letters: bytes, *frames: tuple) -> bytes:
    """An uncompressed (4) or frame-based (0x10) format with its frames."""
    guid = letters + bytes.fromhex("0000100080000000aa00389b71")[1:]
    body = bytes([subtype, 2, len(frames)]) + guid + bytes([16, 1, 0, 0, 0, 0]) + (b"\0" if subtype == 0x10 else b"")
    header = bytes([len(body) + 2, 0x24]) + body
    return header + b"".join(frame(subtype + 1, number, *one) for number, one in enumerate(frames, start=1))


def control_block(terminal: int, processing: int, extension: bool = False) -> bytes:
    """A camera terminal and a processing unit with these bmControls."""
    camera = bytes([18, 0x24, 2, 1]) + _u16(0x0201) + bytes(2) + bytes(6) + bytes([3]) + terminal.to_bytes(3, "little")
    unit = bytes([11, 0x24, 5, 2, 1]) + _u16(0) + bytes([2]) + _u16(processing) + bytes([0])
    own = bytes([27, 0x24, 6, 9]) + bytes(16) + bytes([1, 1, 2, 1, 1]) + bytes(2) if extension else b""
    return camera + unit + own


def configuration(control: bytes, streaming: bytes) -> bytes:
    """A whole configuration descriptor: control interface 0, streaming interface 1 with one bulk endpoint."""
    association = bytes([8, 0x0B, 0, 2, 0x0E, 3, 0, 0])
    header = bytes([13, 0x24, 1]) + _u16(0x0100) + _u16(13 + len(control)) + _u32(48_000_000) + bytes([1, 1])
    first = bytes([9, 4, 0, 0, 0, 0x0E, 1, 0, 0]) + header + control
    begin = bytes([14, 0x24, 1, 1]) + _u16(14 + len(streaming)) + bytes([0x81, 0, 3, 0, 0, 0, 1, 0])
    second = bytes([9, 4, 1, 0, 1, 0x0E, 2, 0, 0]) + begin + streaming + bytes([7, 5, 0x81, 2]) + _u16(512) + b"\0"
    body = association + first + second
    return bytes([9, 2]) + _u16(9 + len(body)) + bytes([2, 1, 0, 0x80, 250]) + body


def device(vendor_id: int, product_id: int) -> bytes:
    """A device descriptor without strings."""
    return struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0xEF, 2, 1, 64, vendor_id, product_id, 0x0100, 1, 2, 3, 1)


DOCUMENT_CAMERA = configuration(
    control_block(1 << 5 | 1 << 17, 0b11),
    mjpeg((1280, 720, 15, 30), (3264, 2448, 3), (2592, 1944, 5), (640, 480, 30)),
)
WEBCAM = configuration(
    control_block(0b1010, 0b1_0000_0001, extension=True),
    guid_format(4, b"YUY2", (640, 480, 30)) + mjpeg((1920, 1080, 30)) + guid_format(0x10, b"H264", (1920, 1080, 30)),
)
