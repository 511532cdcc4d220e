"""Cuts a frame into the payloads of the video class: a twelve-byte header with the frame's turn and clocks, then data."""

import struct
import time
from collections.abc import Iterator

HEADER = 12
_TURN, _LAST, _HAS_TIME, _HAS_CLOCK, _ERROR, _END_OF_HEADER = 0x01, 0x02, 0x04, 0x08, 0x40, 0x80
_DEVICE_CLOCK_HZ = 48_000_000


def payloads_of(frame: bytes, turn: int, limit: int) -> Iterator[bytes]:
    """The payloads of one frame, at most `limit` bytes each; `turn` is 0 or 1 and changes from frame to frame."""
    shown_at = _device_time()
    step = limit - HEADER
    for start in range(0, len(frame), step):
        last = start + step >= len(frame)
        yield _header(turn | (_LAST if last else 0), shown_at) + frame[start : start + step]


def failed_payload(turn: int) -> bytes:
    """What a camera sends whose sensor had trouble: no data, the error bit, and the frame is over."""
    return _header(turn | _LAST | _ERROR, _device_time())


def _header(flags: int, shown_at: int) -> bytes:
    flags |= _HAS_TIME | _HAS_CLOCK | _END_OF_HEADER
    bus_millisecond = int(time.monotonic() * 1000) & 0x7FF
    return struct.pack("<BBIIH", HEADER, flags, shown_at, _device_time(), bus_millisecond)


def _device_time() -> int:
    return int(time.monotonic() * _DEVICE_CLOCK_HZ) & 0xFFFFFFFF
