"""Speaks IPP (RFC 8010, RFC 8011) with the CUPS of this PC: only what is needed to hand in a job and stay with it."""

from __future__ import annotations

import getpass
import http.client
import os
import socket
import struct
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SOCKETS = ("/run/cups/cups.sock", "/var/run/cups/cups.sock")
PORT = 631
LARGEST_ANSWER = 1024 * 1024

OPERATION, JOB, END, PRINTER = 0x01, 0x02, 0x03, 0x04
INTEGER, BOOLEAN, ENUM = 0x21, 0x22, 0x23
TEXT, NAME, KEYWORD, URI, CHARSET, LANGUAGE, MIME = 0x41, 0x42, 0x44, 0x45, 0x47, 0x48, 0x49

PRINT_JOB, CANCEL_JOB, GET_JOB, GET_JOBS, GET_PRINTER = 0x0002, 0x0008, 0x0009, 0x000A, 0x000B
RESUME_PRINTER = 0x0011
NOT_FOUND = 0x0406

#: tag, name, value or values
Attribute = tuple[int, str, Any]
Attributes = dict[str, list[Any]]


class IppAway(Exception):
    """The print service of this PC does not answer, or answers nonsense."""


class IppRefused(Exception):
    """The print service refused; `status` is its code (RFC 8011, appendix B)."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:#06x}")
        self.status = status


@dataclass(frozen=True)
class Answer:
    """An IPP response: its status and its groups of attributes, in order."""

    status: int
    groups: tuple[tuple[int, Attributes], ...] = field(default=())

    def group(self, tag: int) -> Attributes:
        """The first group of that kind; empty when there is none."""
        return next((attributes for kind, attributes in self.groups if kind == tag), {})


def encode(operation: int, groups: Iterable[tuple[int, Sequence[Attribute]]]) -> bytes:
    """A request of IPP 1.1; the charset and language that must come first are put in front of the first group."""
    out = bytearray(struct.pack(">BBHI", 1, 1, operation, 1))
    first = [(CHARSET, "attributes-charset", "utf-8"), (LANGUAGE, "attributes-natural-language", "en")]
    for tag, attributes in groups:
        out.append(tag)
        for attribute in [*first, *attributes]:
            out += _encode_attribute(*attribute)
        first = []
    out.append(END)
    return bytes(out)


def _encode_attribute(tag: int, name: str, values: Any) -> bytes:
    out = bytearray()
    for value in values if isinstance(values, (list, tuple)) else [values]:
        key, content = name.encode(), _encode_value(tag, value)
        out += struct.pack(">BH", tag, len(key)) + key + struct.pack(">H", len(content)) + content
        name = ""
    return bytes(out)


def _encode_value(tag: int, value: Any) -> bytes:
    if tag in (INTEGER, ENUM):
        return struct.pack(">i", value)
    return bytes([bool(value)]) if tag == BOOLEAN else str(value).encode()


def decode(content: bytes) -> Answer:
    """Read a response. Raises IppAway for anything that is none."""
    try:
        _, status, _ = struct.unpack_from(">HHI", content)
        return Answer(status, tuple(_decode_groups(content, 8)))
    except (struct.error, IndexError):
        raise IppAway("no IPP response") from None


def _decode_groups(content: bytes, place: int) -> list[tuple[int, Attributes]]:
    groups: list[tuple[int, Attributes]] = []
    name = ""
    while (tag := content[place]) != END:
        place += 1
        if tag < 0x10:
            groups.append((tag, {}))
            continue
        key, place = _decode_string(content, place)
        value, place = _decode_string(content, place)
        name = key.decode("utf-8", "replace") or name
        groups[-1][1].setdefault(name, []).append(_decode_value(tag, value))
    return groups


def _decode_string(content: bytes, place: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", content, place)
    end = place + 2 + length
    if end > len(content):
        raise IndexError("a value that ends too early")
    return content[place + 2 : end], end


def _decode_value(tag: int, value: bytes) -> Any:
    if tag in (INTEGER, ENUM):
        return struct.unpack(">i", value)[0]
    if tag == BOOLEAN:
        return value != b"\0"
    # A printer that writes its messages in GBK is a printer all the same.
    return value.decode("utf-8", "replace") if tag >= 0x40 else value


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over the socket file of CUPS."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class IppClient:
    """Sends requests to one CUPS: `place` is a socket file or as in addresses (host, host:port, [::1]:port); None: this PC's."""

    def __init__(self, place: str | None = None, timeout: float = 15.0) -> None:
        self._place = place or os.environ.get("CUPS_SERVER") or _own_place()
        self._timeout = timeout

    def ask(
        self, operation: int, uri: str, groups: Sequence[tuple[int, Sequence[Attribute]]], data: bytes = b""
    ) -> Answer:
        """POST to the path of an ipp: address. Raises IppAway, IppRefused."""
        answer = decode(self._post(urlsplit(uri).path or "/", encode(operation, groups) + data))
        if answer.status >= 0x0100:
            raise IppRefused(answer.status)
        return answer

    def _post(self, path: str, content: bytes) -> bytes:
        headers = {"Content-Type": "application/ipp"}
        if self._place.startswith("/"):
            # CUPS asks the kernel who stands at the other end of the socket, so that nobody's jobs but our own are touched.
            headers["Authorization"] = f"PeerCred {user_name()}"
        try:
            with closing(self._connection()) as connection:
                connection.request("POST", path, content, headers)
                response = connection.getresponse()
                if response.status != http.client.OK:
                    raise IppAway(f"HTTP {response.status}")
                return response.read(LARGEST_ANSWER)
        except (OSError, ValueError, http.client.HTTPException) as trouble:  # ValueError: an address that is none
            raise IppAway(type(trouble).__name__) from None

    def _connection(self) -> http.client.HTTPConnection:
        if self._place.startswith("/"):
            return _SocketConnection(self._place, self._timeout)
        parts = urlsplit(f"//{self._place}")
        return http.client.HTTPConnection(parts.hostname or "localhost", parts.port or PORT, timeout=self._timeout)


def user_name() -> str:
    """Under which name jobs are handed in; the number where the account has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _own_place() -> str:
    return next((path for path in SOCKETS if Path(path).exists()), f"localhost:{PORT}")
