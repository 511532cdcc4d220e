"""Descriptors: what a camera says it can send is read in plain values, and nonsense is a named fault."""

from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.camera.descriptors import (
    STREAMING,
    CameraOffers,
    DescriptorFault,
    OfferedSize,
    offers_of_bytes,
    offers_of_usb,
    read_offers,
)
from tests.kiosk.camera.usb_bytes import DOCUMENT_CAMERA, WEBCAM, device, frame, mjpeg


def test_formats_sizes_speeds_and_controls_are_read_from_a_whole_block() -> None:
    offers = offers_of_bytes(device(1, 2) + DOCUMENT_CAMERA)
    assert [one.name for one in offers.formats] == ["MJPG"]
    assert [size.size for size in offers.sizes()] == [(3264, 2448), (2592, 1944), (1280, 720), (640, 480)]
    assert offers.sizes()[2].fps == (30.0, 15.0) and offers.sizes()[0].fastest == 3.0
    assert offers.controls == {"focus", "auto_focus", "brightness", "contrast"}
    assert offers.largest_area == 3264 * 2448 and not offers.has_extension


def test_uncompressed_and_frame_based_formats_are_named_by_their_letters() -> None:
    offers = offers_of_bytes(WEBCAM)
    assert [one.name for one in offers.formats] == ["YUY2", "MJPG", "H264"]
    assert offers.formats[2].sizes == (OfferedSize(1920, 1080, (30.0,)),)
    assert offers.controls == {"auto_exposure", "exposure", "brightness", "backlight"} and offers.has_extension


def test_pyusb_gives_the_same_as_the_whole_block() -> None:
    start = DOCUMENT_CAMERA.index(bytes([14, 0x24, 1, 1]))
    streaming = DOCUMENT_CAMERA[start:-7]

    class Interface(list):
        bInterfaceClass, bInterfaceSubClass, extra_descriptors = 0x0E, STREAMING, list(streaming)

    endpoint = SimpleNamespace(extra_descriptors=[7, 0x25, 0x81, 5, 0, 0, 0])
    sound = SimpleNamespace(bInterfaceClass=1, bInterfaceSubClass=1, extra_descriptors=[10, 0x24, 1])
    offers = offers_of_usb([[sound, Interface([endpoint])]])
    assert offers.formats == offers_of_bytes(DOCUMENT_CAMERA).formats


def test_a_camera_without_jpeg_offers_its_plain_formats() -> None:
    plain = WEBCAM.replace(mjpeg((1920, 1080, 30)), b"")
    assert [size.size for size in offers_of_bytes(plain).sizes()] == [(640, 480)]
    assert CameraOffers(()).sizes() == () and CameraOffers(()).largest_area == 0


def test_a_range_of_intervals_gives_its_ends_and_a_frame_without_pixels_is_passed_over() -> None:
    ranged = bytearray(frame(7, 1, 800, 600, 30, 10, 1))
    ranged[25] = 0
    header = bytes([11, 0x24, 6, 1, 2, 1, 1, 0, 0, 0, 0])
    offers = read_offers([(STREAMING, header + bytes(ranged) + frame(7, 2, 0, 0, 30))])
    assert offers.sizes() == (OfferedSize(800, 600, (30.0, 10.0)),)


@pytest.mark.parametrize(
    "nonsense",
    [b"\0\0", b"\x01\x24", bytes([30, 0x24, 7, 1]), bytes([3, 0x24, 7]), bytes([5, 0x24, 6, 1, 1]) + bytes([6, 0x24, 7, 1, 0, 1])],
)  # fmt: skip
def test_nonsense_is_a_named_fault(nonsense: bytes) -> None:
    with pytest.raises(DescriptorFault):
        read_offers([(STREAMING, nonsense)])


@given(st.binary(max_size=300), st.integers(0, len(DOCUMENT_CAMERA) - 1), st.integers(0, 255))
def test_no_bytes_whatever_raise_anything_else(noise: bytes, place: int, value: int) -> None:
    bent = bytearray(DOCUMENT_CAMERA)
    bent[place] = value
    for content in (noise, bytes(bent), DOCUMENT_CAMERA[:place], bytes(bent[:place]) + noise):
        with suppress(DescriptorFault):
            assert all(size.area > 0 for size in offers_of_bytes(content).sizes())
