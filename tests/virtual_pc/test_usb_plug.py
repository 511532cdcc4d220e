"""The plug and the printer without a PC: a listener takes QEMU's place and speaks the wire's own packets."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.virtual_pc.devices.document_camera import BULK_PAYLOAD, DocumentCamera
from tests.virtual_pc.devices.plug import CANCELLED, CAPABILITIES, STALLED, SUCCESS, Packet, Plug
from tests.virtual_pc.devices.usb_device import UsbDevice
from tests.virtual_pc.devices.usb_printer import TO_PRINTER, UsbPrinter
from tests.virtual_pc.devices.video_descriptors import STREAM_ENDPOINT, STREAMING_INTERFACE


class PretendQemu:
    """The other end of the plug's socket: short ids until both have said hello, long ones after."""

    def __init__(self, path: Path):
        self.path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._numbers = iter(range(1, 1_000_000))

    def meet(self, device: UsbDevice) -> Plug:
        plug = Plug(device, self.path)
        self._line = self._listener.accept()[0]
        self._line.settimeout(10)
        self._head = struct.Struct("<III")
        kind, _, body = self.hear()
        assert kind == Packet.HELLO and struct.unpack_from("<I", body, 64)[0] == CAPABILITIES
        self._send(Packet.HELLO, b"qemu".ljust(64, b"\0") + struct.pack("<I", CAPABILITIES))
        self._head = struct.Struct("<IIQ")
        return plug

    def hear(self) -> tuple[int, int, bytes]:
        kind, length, number = self._head.unpack(self._exactly(self._head.size))
        return kind, number, self._exactly(length)

    def hear_of(self, wanted: Packet) -> bytes:
        """The next packet of that kind."""
        while True:
            kind, _, body = self.hear()
            if kind == wanted:
                return body

    def control(self, request_type: int, request: int, value: int, index: int, length: int) -> tuple[int, bytes]:
        """Status and data of one control transfer."""
        endpoint = 0x80 if request_type & 0x80 else 0
        self._send(Packet.CONTROL, struct.pack("<BBBBHHH", endpoint, request, request_type, 0, value, index, length))
        body = self.hear_of(Packet.CONTROL)
        return body[3], body[10:]

    def bulk(self, endpoint: int, length: int, data: bytes = b"") -> int:
        """Begin a bulk transfer; returns its number."""
        head = struct.pack("<BBHIH", endpoint, 0, length & 0xFFFF, 0, length >> 16)
        return self._send(Packet.BULK, head + data)

    def bulk_done(self) -> tuple[int, int, bytes]:
        """Number, status and data of the next bulk transfer that ends."""
        kind, number, body = self.hear()
        assert kind == Packet.BULK
        return number, body[1], body[10:]

    def cancel(self, number: int) -> None:
        self._line.sendall(self._head.pack(Packet.CANCEL, 0, number))

    def is_unplugged(self) -> bool:
        return self._line.recv(1) == b""

    def close(self) -> None:
        self._line.close()
        self._listener.close()

    def _send(self, kind: Packet, body: bytes) -> int:
        number = next(self._numbers)
        self._line.sendall(self._head.pack(kind, len(body), number) + body)
        return number

    def _exactly(self, length: int) -> bytes:
        heard = b""
        while len(heard) < length:
            piece = self._line.recv(length - len(heard))
            assert piece, "the plug hung up"
            heard += piece
        return heard


@pytest.fixture
def qemu(tmp_path: Path) -> Iterator[PretendQemu]:
    pretend = PretendQemu(tmp_path / "usb.sock")
    yield pretend
    pretend.close()


def picture(width: int, height: int) -> bytes:
    return bytes(range(256)) * 200


def test_a_camera_introduces_itself_with_its_endpoint_and_both_interfaces(qemu: PretendQemu) -> None:
    camera = DocumentCamera(picture)
    plug = qemu.meet(camera)
    endpoints = qemu.hear_of(Packet.ENDPOINTS)
    place = 16 + (STREAM_ENDPOINT & 0x0F)
    assert (endpoints[place], endpoints[64 + place]) == (2, STREAMING_INTERFACE)
    assert struct.unpack_from("<I", qemu.hear_of(Packet.INTERFACES)) == (2,)
    introduced = qemu.hear_of(Packet.DEVICE_CONNECT)
    assert struct.unpack_from("<HH", introduced, 4) == (camera.vendor_id, camera.product_id)
    plug.unplug()
    assert qemu.is_unplugged()


def test_a_request_the_device_refuses_stalls_and_the_next_is_answered(qemu: PretendQemu) -> None:
    camera = DocumentCamera(picture)
    plug = qemu.meet(camera)
    assert qemu.control(0x80, 6, 0x3F00, 0, 64) == (STALLED, b"")
    assert qemu.control(0x80, 6, 0x0100, 0, 64) == (SUCCESS, camera.device_descriptor)
    plug.unplug()


def test_a_transfer_waits_for_a_frozen_camera_until_it_is_cancelled(qemu: PretendQemu) -> None:
    camera = DocumentCamera(picture)
    camera.faults.frozen = True
    plug = qemu.meet(camera)
    qemu.hear_of(Packet.DEVICE_CONNECT)
    waiting = qemu.bulk(STREAM_ENDPOINT, BULK_PAYLOAD)
    qemu.cancel(waiting)
    assert qemu.bulk_done() == (waiting, CANCELLED, b"")
    plug.unplug()


def test_a_printer_out_of_paper_takes_the_same_bytes_once_there_is_paper(qemu: PretendQemu) -> None:
    printer = UsbPrinter()
    printer.has_paper = False
    plug = qemu.meet(printer)
    qemu.hear_of(Packet.DEVICE_CONNECT)
    first = qemu.bulk(TO_PRINTER, 5, b"sheet")
    second = qemu.bulk(TO_PRINTER, 4, b" two")
    status, port = qemu_status(qemu)
    assert status == SUCCESS and port[0] & 0x20
    assert printer.received == b""
    printer.has_paper = True
    assert [qemu.bulk_done()[0] for _ in range(2)] == [first, second]
    assert printer.received == b"sheet two"
    plug.unplug()


def qemu_status(qemu: PretendQemu) -> tuple[int, bytes]:
    """What the printer says of itself when the computer asks for its port status."""
    return qemu.control(0xA1, 1, 0, 0, 1)


def test_a_printer_says_by_its_device_id_what_it_reads(qemu: PretendQemu) -> None:
    plug = qemu.meet(UsbPrinter(language="PDF"))
    _, said = qemu.control(0xA1, 0, 0, 0, 1024)
    assert struct.unpack_from(">H", said)[0] == len(said)
    assert b"CMD:PDF;" in said and b"SN:VP0001;" in said
    plug.unplug()
