"""Choosing a camera: the document camera, never the webcam beside it, and the same one again after replugging."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.camera.choosing import Chooser, find_again
from kiosk.camera.descriptors import CameraOffers, OfferedFormat, OfferedSize
from kiosk.camera.locating import locator_of
from kiosk.camera.models import CameraModel
from kiosk.camera.protocol import CameraDescription
from kiosk.camera.sizes import KNOWN_SIZES, preview_size, still_sizes


def camera(
    name: str, *sizes: tuple, identity: str = "", node: str | None = "/dev/video0", **model
) -> CameraDescription:
    offers = CameraOffers((OfferedFormat("MJPG", tuple(OfferedSize(w, h, fps) for w, h, *fps in sizes)),))
    row = CameraModel(vendor_id=1, name=name, **model) if model else None
    return CameraDescription(
        identity or f"uvc:0001:0001:{name}", name, "uvc", 1, 1, name, 1, "1", node, offers if sizes else None, row
    )


LAPTOP = camera("Integrated Webcam", (3840, 2160))
DOCUMENT = camera("DocCam S500", (2592, 1944))
PLAIN_SMALL, PLAIN_LARGE = camera("USB Camera A", (1280, 720)), camera("USB Camera B", (3264, 2448))


@pytest.mark.parametrize(
    ("plugged", "chosen"),
    [
        ([LAPTOP, DOCUMENT], DOCUMENT),
        ([PLAIN_SMALL, PLAIN_LARGE], PLAIN_LARGE),
        ([LAPTOP, PLAIN_SMALL], PLAIN_SMALL),
        ([LAPTOP], LAPTOP),
        ([replace(PLAIN_LARGE, video_node=None), PLAIN_SMALL], PLAIN_SMALL),
        ([replace(DOCUMENT, video_node=None), PLAIN_SMALL, LAPTOP], replace(DOCUMENT, video_node=None)),
        ([replace(DOCUMENT, video_node=None)], replace(DOCUMENT, video_node=None)),
        ([], None),
    ],
)
def test_the_document_camera_is_chosen_by_its_name_else_by_its_largest_size(plugged, chosen) -> None:
    assert Chooser().choose(plugged) == chosen


def test_the_table_of_models_has_the_last_word() -> None:
    named = camera("USB Camera C", (1600, 1200), document_camera=True)
    banned = camera("Document Scanner Pro", (4608, 3456), document_camera=False)
    assert Chooser().choose([banned, PLAIN_LARGE, named]) == named


def test_no_webcam_takes_the_place_of_a_document_camera_that_is_unplugged() -> None:
    chooser = Chooser()
    assert chooser.choose([LAPTOP, DOCUMENT]) == DOCUMENT
    assert chooser.choose([LAPTOP]) is None
    assert chooser.choose([LAPTOP, PLAIN_LARGE]) is None
    moved = replace(DOCUMENT, bus=2, port_path="4", video_node="/dev/video3")
    assert chooser.choose([LAPTOP, moved]) == moved
    larger = camera("DocCam S800", (3264, 2448))
    assert chooser.choose([LAPTOP, larger]) == larger


def test_a_late_document_camera_is_taken_though_the_webcam_was_there_first() -> None:
    locate = locator_of("auto", lambda plugged=[[LAPTOP], [LAPTOP, DOCUMENT], [LAPTOP, DOCUMENT]]: plugged.pop(0))
    assert locate() == LAPTOP
    assert Chooser().choose([LAPTOP, DOCUMENT]) == DOCUMENT


def test_a_camera_without_serial_is_found_on_another_port_while_it_is_the_only_one_of_its_kind() -> None:
    here = camera("X", identity="uvc:0001:0001@1-2")
    assert find_again("uvc:0001:0001@1-4", [here, DOCUMENT]) == here
    twin = camera("X", identity="uvc:0001:0001@1-3")
    assert find_again("uvc:0001:0001@1-4", [here, twin]) is None
    assert find_again("uvc:0001:0001@1-3", [here, twin]) == twin
    assert find_again("uvc:0002:0001@1-2", [here]) is None


def test_a_twin_with_the_same_serial_does_not_hide_the_camera_that_was_named_by_it() -> None:
    twins = [camera("SER", identity=f"uvc:0001:0001@1-{port}") for port in (2, 3)]
    assert find_again("uvc:0001:0001:SER", twins) == twins[0]


def test_a_device_node_names_a_camera_too(tmp_path: Path) -> None:
    node, link = tmp_path / "video7", tmp_path / "usb-Doc-video-index0"
    assert find_again(str(link), []) is None
    node.touch()
    link.symlink_to(node)
    assert find_again(str(link), []).video_node == str(node)
    known = camera("X", node=str(node))
    assert locator_of(str(link), lambda: [known])() == known


def test_an_identity_may_be_written_with_or_without_its_first_word() -> None:
    assert locator_of("uvc:0001:0001:DocCam S500", lambda: [DOCUMENT])() == DOCUMENT
    assert locator_of("0001:0001:DocCam S500", lambda: [DOCUMENT])() == DOCUMENT


def test_the_still_has_the_largest_size_and_the_preview_a_fluent_one_of_the_same_shape() -> None:
    offered = camera(
        "D", (640, 480, 30), (1280, 720, 30), (1024, 768, 25), (1280, 960, 5), (3264, 2448, 3), (1920, 1080, 30)
    )
    assert still_sizes(offered)[0] == (3264, 2448)
    assert preview_size(offered) == (1024, 768)
    assert preview_size(camera("W", (1920, 1080, 30), (1280, 720, 30), (640, 360, 30))) == (1280, 720)
    assert preview_size(camera("S", (2592, 1944, 2), (1280, 960, 4))) == (1280, 960)
    assert preview_size(camera("H", (3264, 2448, 3))) == (3264, 2448)


def test_the_table_may_prefer_a_size_and_unread_descriptors_leave_the_known_ones() -> None:
    stretched = camera("T", (4608, 3456), (2592, 1944), still_size=(2592, 1944))
    assert still_sizes(stretched) == ((2592, 1944), (4608, 3456))
    assert still_sizes(camera("U")) == KNOWN_SIZES and preview_size(camera("U")) == (1280, 960)
