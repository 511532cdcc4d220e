"""A USB plug between a device of ours and QEMU: speaks the usbredir protocol on a socket. Connect is plug, close is unplug.

The layout of every packet is that of the protocol's own description (usb-redirection-protocol, version 0.7).
"""

import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from tests.virtual_pc.devices.usb_device import Setup, Stall, UsbDevice


class Packet(IntEnum):
    """The packets that pass between us and QEMU."""

    HELLO = 0
    DEVICE_CONNECT = 1
    RESET = 3
    INTERFACES = 4
    ENDPOINTS = 5
    SET_CONFIGURATION = 6
    GET_CONFIGURATION = 7
    CONFIGURATION = 8
    SET_ALTERNATE = 9
    GET_ALTERNATE = 10
    ALTERNATE = 11
    START_ISO = 12
    STOP_ISO = 13
    ISO_STATUS = 14
    CANCEL = 21
    CONTROL = 100
    BULK = 101
    ISO = 102


SUCCESS, CANCELLED, STALLED = 0, 1, 4
HIGH_SPEED = 2
UNKNOWN_ENDPOINT = 255
#: device version, endpoint sizes, long ids, long bulk transfers
CAPABILITIES = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6
LONG_IDS = 1 << 5
_SHORT_HEADER, _LONG_HEADER = struct.Struct("<III"), struct.Struct("<IIQ")
_CONTROL, _BULK, _ISO = struct.Struct("<BBBBHHH"), struct.Struct("<BBHIH"), struct.Struct("<BBH")
#: milliseconds of isochronous data sent at once at most; more would only be thrown away
ISO_BURST = 60


class Transfer(NamedTuple):
    """A bulk transfer QEMU waits for: to be filled (no data) or to be taken."""

    number: int
    endpoint: int
    length: int
    data: bytes


class Plug:
    """A plugged device, served by a thread of its own until it is unplugged or QEMU is gone."""

    def __init__(self, device: UsbDevice, path: Path):
        self._device = device
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._header = _SHORT_HEADER
        self._waiting: list[Transfer] = []
        self._iso_since: float | None = None
        self._iso_number = 0
        self._plugged = True
        self._send(Packet.HELLO, b"village-pc".ljust(64, b"\0") + struct.pack("<I", CAPABILITIES))
        self._thread = threading.Thread(target=self._serve, name="usb plug", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull it out, whatever is under way."""
        self._plugged = False
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        try:
            heard = bytearray()
            while self._plugged:
                if select.select([self._socket], [], [], self._patience())[0]:
                    piece = self._socket.recv(65536)
                    if not piece:
                        return
                    heard += piece
                    for kind, number, body in self._packets(heard):
                        self._meet(kind, number, body)
                self._send_iso()
                self._serve_waiting()
        except OSError:
            if self._plugged:
                raise

    def _patience(self) -> float:
        if self._iso_since is not None:
            return 0.008
        return self._device.seconds_until_due() if self._waiting else 0.5

    def _packets(self, heard: bytearray) -> Iterator[tuple[int, int, bytes]]:
        """Take whole packets off the front of what was heard."""
        while len(heard) >= self._header.size:
            kind, length, number = self._header.unpack_from(heard)
            end = self._header.size + length
            if len(heard) < end:
                return
            body = bytes(heard[self._header.size : end])
            del heard[:end]
            yield kind, number, body

    def _send(self, kind: Packet, body: bytes, number: int = 0) -> None:
        self._socket.sendall(self._header.pack(kind, len(body), number) + body)

    def _meet(self, kind: int, number: int, body: bytes) -> None:
        device = self._device
        match kind:
            case Packet.HELLO:
                self._introduce(body)
            case Packet.RESET:
                device.restart()
            case Packet.SET_CONFIGURATION:
                device.set_configuration(body[0])
                self._send_endpoints()
                self._send(Packet.CONFIGURATION, bytes([SUCCESS, body[0]]), number)
            case Packet.GET_CONFIGURATION:
                self._send(Packet.CONFIGURATION, bytes([SUCCESS, device.configuration]), number)
            case Packet.SET_ALTERNATE:
                device.set_alternate(body[0], body[1])
                self._iso_since = None
                self._send_endpoints()
                self._send(Packet.ALTERNATE, bytes([SUCCESS, body[0], body[1]]), number)
            case Packet.GET_ALTERNATE:
                self._send(Packet.ALTERNATE, bytes([SUCCESS, body[0], device.alternate(body[0])]), number)
            case Packet.START_ISO | Packet.STOP_ISO:
                self._iso_since = time.monotonic() if kind == Packet.START_ISO else None
                self._send(Packet.ISO_STATUS, bytes([SUCCESS, body[0]]), number)
            case Packet.CONTROL:
                self._control(number, body)
            case Packet.BULK:
                endpoint, _, low, _, high = _BULK.unpack_from(body)
                self._waiting.append(Transfer(number, endpoint, low | high << 16, body[_BULK.size :]))
            case Packet.CANCEL:
                self._cancel(number)

    def _introduce(self, hello: bytes) -> None:
        """Say what is plugged in, in the header the other side understands."""
        if struct.unpack_from("<I", hello, 64)[0] & LONG_IDS:
            self._header = _LONG_HEADER
        device = self._device
        self._send_endpoints()
        numbers = struct.pack("<HHH", device.vendor_id, device.product_id, 0x0100)
        self._send(Packet.DEVICE_CONNECT, bytes([HIGH_SPEED, *device.device_class]) + numbers)

    def _send_endpoints(self) -> None:
        """Endpoints and interfaces as they are now: thirty-two places for each of four properties, and the sizes."""
        kinds, intervals, owners, sizes = bytearray([UNKNOWN_ENDPOINT] * 32), bytearray(32), bytearray(32), [0] * 32
        for place in (0, 16):
            kinds[place], sizes[place] = 0, 64
        for one in self._device.endpoints():
            place = one.address & 0x0F | (16 if one.address & 0x80 else 0)
            kinds[place], intervals[place], owners[place], sizes[place] = one[1:]
        self._send(Packet.ENDPOINTS, bytes(kinds + intervals + owners) + struct.pack("<32H", *sizes))
        columns = zip(*self._device.interfaces(), strict=True)
        shown = b"".join(bytes(column).ljust(32, b"\0") for column in columns)
        self._send(Packet.INTERFACES, struct.pack("<I", len(self._device.interfaces())) + shown)

    def _control(self, number: int, body: bytes) -> None:
        endpoint, request, request_type, _, value, index, length = _CONTROL.unpack_from(body)
        setup = Setup(request_type, request, value, index, length)
        try:
            status, answer = SUCCESS, self._device.control(setup, body[_CONTROL.size :])
        except Stall:
            status, answer, length = STALLED, b"", 0
        moved = len(answer) if setup.from_device else length
        head = _CONTROL.pack(endpoint, request, request_type, status, value, index, moved)
        self._send(Packet.CONTROL, head + answer, number)

    def _serve_waiting(self) -> None:
        """Move whatever the device can move now; one endpoint that has to wait does not hold up the others."""
        held: set[int] = set()
        for transfer in list(self._waiting):
            if transfer.endpoint not in held and self._serve_one(transfer):
                self._waiting.remove(transfer)
            else:
                held.add(transfer.endpoint)

    def _serve_one(self, transfer: Transfer) -> bool:
        if transfer.endpoint & 0x80:
            given = self._device.give(transfer.endpoint, transfer.length)
            if given is None:
                return False
            self._finish(transfer, SUCCESS, len(given), given)
            return True
        if not self._device.take(transfer.endpoint, transfer.data):
            return False
        self._finish(transfer, SUCCESS, transfer.length)
        return True

    def _finish(self, transfer: Transfer, status: int, moved: int, data: bytes = b"") -> None:
        head = _BULK.pack(transfer.endpoint, status, moved & 0xFFFF, 0, moved >> 16)
        self._send(Packet.BULK, head + data, transfer.number)

    def _cancel(self, number: int) -> None:
        for transfer in [one for one in self._waiting if one.number == number]:
            self._waiting.remove(transfer)
            self._finish(transfer, CANCELLED, 0)

    def _send_iso(self) -> None:
        """An isochronous endpoint speaks every millisecond, and says an empty payload when it has nothing."""
        if self._iso_since is None:
            return
        now = time.monotonic()
        due = min(int((now - self._iso_since) * 1000), ISO_BURST)
        self._iso_since = now if due == ISO_BURST else self._iso_since + due / 1000
        endpoint = next((one for one in self._device.endpoints() if one.kind == 1), None)
        for _ in range(due if endpoint else 0):
            given = self._device.give(endpoint.address, endpoint.packet_size) or b"\x02\x80"
            self._send(Packet.ISO, _ISO.pack(endpoint.address, SUCCESS, len(given)) + given, self._iso_number)
            self._iso_number += 1
