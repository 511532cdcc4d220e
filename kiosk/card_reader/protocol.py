"""The wire of certified readers: frames, commands and status bytes of the SAM module, as its makers publish them.

The module follows GA 467 (居民身份证验证安全控制模块接口技术规范), whose text is not public; what stands here is what several
makers' protocol sheets and working programs agree on (frames, commands 20 01, 20 02, 30 01, status bytes, lengths 256 and 1024).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import reduce
from operator import xor

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
HEAD = len(PREAMBLE) + 2
#: text, photo and fingerprints of the longest answer there is, with room to spare
LONGEST = 4096

STATUS, FIND, SELECT, READ = b"\x11\xff", b"\x20\x01", b"\x20\x02", b"\x30\x01"

DONE, FOUND = 0x90, 0x9F
#: third status byte, what it says
BAD_CHECKSUM, BAD_LENGTH, BAD_COMMAND = 0x10, 0x11, 0x21
CARD_REFUSES, READER_REFUSES, NOT_GENUINE, WRONG_CARD, READ_FAILED = 0x31, 0x32, 0x33, 0x40, 0x41
SELF_TEST_FAILED, NOT_AUTHORISED, NO_CARD, NOT_SELECTED = 0x60, 0x66, 0x80, 0x81


class FrameFault(ValueError):
    """Bytes that are no frame: wrong preamble, length or check byte."""


@dataclass(frozen=True)
class Reply:
    """What a reader answered: its own status byte, and the data behind the three status bytes."""

    status: int
    data: bytes = b""


def encode_command(command: bytes, data: bytes = b"") -> bytes:
    """A whole frame to the reader; `command` is one of the two-byte commands above."""
    return _framed(command + data)


def encode_reply(status: int, data: bytes = b"") -> bytes:
    """A whole frame from a reader, with SW1 and SW2 zero."""
    return _framed(bytes([0, 0, status]) + data)


def decode_reply(frame: bytes) -> Reply:
    """Raises FrameFault."""
    body = _unframed(frame)
    if len(body) < 3:
        raise FrameFault("an answer without its status")
    return Reply(body[2], body[3:])


def decode_command(frame: bytes) -> tuple[bytes, bytes]:
    """The command and its data. Raises FrameFault."""
    body = _unframed(frame)
    if len(body) < 2:
        raise FrameFault("a frame without a command")
    return body[:2], body[2:]


def length_of(head: bytes) -> int:
    """How many bytes follow the seven bytes of a head. Raises FrameFault."""
    if len(head) != HEAD or not head.startswith(PREAMBLE):
        raise FrameFault("no preamble")
    (length,) = struct.unpack_from(">H", head, len(PREAMBLE))
    if not 1 <= length <= LONGEST:
        raise FrameFault(f"a frame of {length} bytes")
    return int(length)


def _framed(body: bytes) -> bytes:
    counted = struct.pack(">H", len(body) + 1) + body
    return PREAMBLE + counted + bytes([_check(counted)])


def _unframed(frame: bytes) -> bytes:
    if len(frame) != HEAD + length_of(frame[:HEAD]):
        raise FrameFault("a frame of another length than it says")
    if _check(frame[len(PREAMBLE) : -1]) != frame[-1]:
        raise FrameFault("a wrong check byte")
    return frame[HEAD:-1]


def _check(content: bytes) -> int:
    return reduce(xor, content, 0)
