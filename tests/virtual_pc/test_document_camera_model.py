"""The document camera of the virtual PC, without a PC: what it says of itself can be read, and its frames come through whole."""

import struct

import pytest

from tests.virtual_pc.devices.document_camera import (
    COMMIT,
    CURRENT,
    MAXIMUM,
    PROBE,
    SET_CURRENT,
    DocumentCamera,
)
from tests.virtual_pc.devices.usb_device import Setup, Stall
from tests.virtual_pc.devices.video_descriptors import CAMERA, PROCESSING, STREAM_ENDPOINT, Mode
from tests.virtual_pc.devices.video_payloads import HEADER

TO_INTERFACE, FROM_INTERFACE = 0x21, 0xA1
GET_DESCRIPTOR, SET_INTERFACE = 6, 11
MODES = (Mode(1280, 720, 200), Mode(2592, 1944, 200))


def picture(width: int, height: int) -> bytes:
    """Bytes that tell the size they were asked in, an odd number of them."""
    return bytes((width * number + height) % 251 for number in range(50_001))


@pytest.fixture(params=[False, True], ids=["bulk", "isochronous"])
def camera(request: pytest.FixtureRequest) -> DocumentCamera:
    return DocumentCamera(picture, modes=MODES, isochronous=request.param)


def ask(
    camera: DocumentCamera, request: int, selector: int, unit: int = 0, interface: int = 0, length: int = 64
) -> bytes:
    return camera.control(Setup(FROM_INTERFACE, request, selector << 8, unit << 8 | interface, length))


def tell(camera: DocumentCamera, selector: int, data: bytes, unit: int = 0, interface: int = 0) -> None:
    index = unit << 8 | interface
    camera.control(Setup(TO_INTERFACE, SET_CURRENT, selector << 8, index, len(data)), data)


def agree(camera: DocumentCamera, frame: int) -> bytes:
    """Negotiate as a driver does: propose, read back, commit what was read."""
    tell(camera, PROBE, struct.pack("<HBBI", 1, 1, frame, 0) + bytes(18), interface=1)
    agreed = ask(camera, CURRENT, PROBE, interface=1)
    camera.control(Setup(0x01, SET_INTERFACE, 1, 1, 0))
    tell(camera, COMMIT, agreed, interface=1)
    return agreed


def receive(camera: DocumentCamera, limit: int, frames: int) -> list[bytes]:
    """Put frames together from payloads by nothing but their headers: a turn that changes, an end mark, an error mark."""
    whole, parts, turn = [], b"", None
    while len(whole) < frames:
        payload = camera.give(STREAM_ENDPOINT, limit)
        if payload is None:
            continue
        length, flags = payload[0], payload[1]
        assert len(payload) <= limit and flags & 0x80
        assert not parts or flags & 1 == turn
        turn, parts = flags & 1, parts + payload[length:]
        if flags & 2:
            whole.append(b"error" if flags & 0x40 else parts)
            parts = b""
    return whole


def descriptors_of(camera: DocumentCamera) -> list[bytes]:
    whole = camera.control(Setup(0x80, GET_DESCRIPTOR, 2 << 8, 0, 0xFFFF))
    assert struct.unpack_from("<H", whole, 2)[0] == len(whole)
    found = []
    while whole:
        found.append(whole[: whole[0]])
        whole = whole[whole[0] :]
    return found


def test_the_descriptors_are_a_chain_whose_lengths_add_up(camera: DocumentCamera) -> None:
    found = descriptors_of(camera)
    specific = [one for one in found if one[1] == 0x24]
    control, streaming = specific[0], next(one for one in specific if one[2] == 1 and one is not specific[0])
    units = specific[: specific.index(streaming)]
    assert struct.unpack_from("<H", control, 5)[0] == sum(map(len, units))
    assert struct.unpack_from("<H", streaming, 4)[0] == sum(map(len, specific[len(units) :]))


def test_the_descriptors_offer_every_mode_as_motion_jpeg(camera: DocumentCamera) -> None:
    found = descriptors_of(camera)
    frames = [one for one in found if one[1:3] == b"\x24\x07"]
    assert [struct.unpack_from("<HH", one, 5) for one in frames] == [(1280, 720), (2592, 1944)]
    assert [one[4] for one in found if one[1:3] == b"\x24\x06"] == [len(MODES)]
    endpoint = next(one for one in found if one[1] == 5)
    assert endpoint[2] == STREAM_ENDPOINT


def test_a_mode_is_agreed_on_and_its_frames_arrive_byte_for_byte(camera: DocumentCamera) -> None:
    for number, mode in enumerate(MODES, 1):
        agreed = agree(camera, number)
        frame, largest, payload = agreed[3], *struct.unpack_from("<II", agreed, 18)
        assert frame == number and largest == mode.width * mode.height * 2
        assert receive(camera, payload, 3) == [picture(mode.width, mode.height)] * 3


def test_a_frame_that_fills_its_last_payload_exactly_ends_once() -> None:
    camera = DocumentCamera(lambda width, height: bytes(1000), modes=MODES)
    agree(camera, 1)
    assert receive(camera, limit=500 + HEADER, frames=3) == [bytes(1000)] * 3


def test_a_truncated_frame_is_the_first_third_and_a_failing_one_only_an_error(camera: DocumentCamera) -> None:
    agree(camera, 1)
    camera.faults.truncated = True
    assert receive(camera, 3072, 1) == [picture(1280, 720)[: 50_001 // 3]]
    camera.faults.truncated, camera.faults.failing = False, True
    assert receive(camera, 3072, 2) == [b"error", b"error"]
    camera.faults.failing = False
    assert receive(camera, 3072, 1) == [picture(1280, 720)]


def test_a_frozen_camera_sends_nothing_until_it_thaws(camera: DocumentCamera) -> None:
    agree(camera, 1)
    camera.faults.frozen = True
    assert all(camera.give(STREAM_ENDPOINT, 3072) is None for _ in range(100))
    camera.faults.frozen = False
    assert receive(camera, 3072, 1) == [picture(1280, 720)]


def test_a_camera_silent_about_its_modes_refuses_to_negotiate(camera: DocumentCamera) -> None:
    camera.faults.silent_about_modes = True
    with pytest.raises(Stall):
        ask(camera, CURRENT, PROBE, interface=1)


def test_controls_keep_what_they_are_told_and_know_their_limits(camera: DocumentCamera) -> None:
    brightness, focus = 2, 6
    tell(camera, brightness, struct.pack("<H", 200), unit=PROCESSING)
    assert struct.unpack("<H", ask(camera, CURRENT, brightness, unit=PROCESSING, length=2)) == (200,)
    assert struct.unpack("<H", ask(camera, MAXIMUM, focus, unit=CAMERA, length=2)) == (255,)
    with pytest.raises(Stall):
        ask(camera, CURRENT, 0x0B, unit=CAMERA)


def test_strings_name_the_camera_by_which_the_kiosk_finds_it(camera: DocumentCamera) -> None:
    serial = camera.control(Setup(0x80, GET_DESCRIPTOR, 3 << 8 | 3, 0x0409, 255))
    assert serial[2:].decode("utf-16-le") == camera.identity.rsplit(":", 1)[1]
    with pytest.raises(Stall):
        camera.control(Setup(0x80, GET_DESCRIPTOR, 3 << 8 | 9, 0x0409, 255))
