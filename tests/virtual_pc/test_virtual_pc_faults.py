"""What goes wrong with USB cameras and printers in villages: each fault is recognised, told in Chinese, and got over."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hongye.demo.story import ITEM
from tests.virtual_pc.devices.desk import Desk
from tests.virtual_pc.devices.document_camera import DocumentCamera
from tests.virtual_pc.devices.usb_printer import UsbPrinter
from tests.virtual_pc.devices.video_descriptors import Mode
from tests.virtual_pc.paper import sheets_in
from tests.virtual_pc.story import begin_capturing, pages_of
from tests.virtual_pc.village import NO_CAMERA, Refused, Village, wait_until

pytestmark = pytest.mark.virtual_pc_long

HOLD_CAMERA = """
import cv2, pathlib, sys
camera = cv2.VideoCapture(sys.argv[1], cv2.CAP_V4L2)
while True:
    if camera.read()[0]:
        pathlib.Path("/tmp/held").touch()
"""


@pytest.fixture
def capturing(village: Village, camera: DocumentCamera) -> Village:
    """A visit at the camera, which works."""
    begin_capturing(village.counter)
    village.plug(camera)
    village.wait_for_camera()
    return village


def can_capture_again(village: Village) -> bool:
    """Press the button as an agent would, a few times while the camera comes to itself."""
    for _ in range(6):
        try:
            if village.counter.capture("id_card")["accepted"]:
                return True
        except Refused:
            village.counter.camera_state()
    return False


def test_a_frozen_camera_is_told_and_works_again_when_it_thaws(capturing: Village, camera: DocumentCamera) -> None:
    camera.faults.frozen = True
    refused = capturing.counter.refusal_of_capture("id_card")
    assert refused.code == "camera_frozen" and "没有反应" in refused.sentence
    camera.faults.frozen = False
    assert can_capture_again(capturing)


def test_half_a_picture_never_becomes_a_page(capturing: Village, camera: DocumentCamera) -> None:
    camera.faults.truncated = True
    refused = capturing.counter.refusal_of_capture("id_card")
    assert refused.code == "picture_damaged" and "不完整" in refused.sentence
    assert pages_of(capturing.counter, "id_card") == []
    camera.faults.truncated = False
    assert can_capture_again(capturing)


def test_a_camera_whose_every_frame_fails_is_told_as_one_that_does_not_answer(
    capturing: Village, camera: DocumentCamera
) -> None:
    camera.faults.failing = True
    refused = capturing.counter.refusal_of_capture("id_card")
    assert refused.code == "camera_frozen"
    camera.faults.failing = False
    assert can_capture_again(capturing)


def test_of_two_cameras_the_one_the_settings_name_is_used(village: Village, camera: DocumentCamera) -> None:
    """The webcam is plugged in first, so that it has the first video node and the document camera another."""
    webcam = DocumentCamera(
        Desk(), vendor_id=0x046D, product_id=0x0825, product="Webcam C270", serial="W1", modes=(Mode(1280, 720, 15),)
    )
    begin_capturing(village.counter)
    village.plug(webcam)
    village.video_node(webcam.serial)
    assert village.counter.camera_state()["words"] == NO_CAMERA
    village.plug(camera)
    village.wait_for_camera()
    assert village.counter.capture("id_card")["accepted"]
    assert webcam.frames_sent == 0


def test_a_camera_that_starts_badly_is_told_and_works_after_replugging(
    village: Village, camera: DocumentCamera
) -> None:
    """It is on the bus, its name can be read, but the driver could not agree on a picture: there is no video node."""
    begin_capturing(village.counter)
    camera.faults.silent_about_modes = True
    plug = village.plug(camera)
    assert village.pc.guest.ask("ls /dev/video*").status != 0
    refused = village.counter.refusal_of_capture("id_card")
    assert refused.code == "camera_stalled", refused
    village.unplug(plug)
    camera.faults.silent_about_modes = False
    village.plug(camera)
    village.wait_for_camera()
    assert village.counter.capture("id_card")["accepted"]


def test_a_camera_another_program_holds_is_busy_until_that_program_ends(
    village: Village, camera: DocumentCamera
) -> None:
    begin_capturing(village.counter)
    with _held_by_another_program(village, camera):
        refused = village.counter.refusal_of_capture("id_card")
        assert refused.code == "camera_busy" and "占用" in refused.sentence
    village.wait_for_camera()
    assert can_capture_again(village)


@contextmanager
def _held_by_another_program(village: Village, camera: DocumentCamera) -> Iterator[None]:
    """The kiosk stands still for the moment in which the other program takes the camera."""
    guest = village.pc.guest
    guest.write("/tmp/hold.py", HOLD_CAMERA.encode())
    guest.run(f"rm -f /tmp/held; kill -STOP {village.kiosk}")
    try:
        village.plug(camera)
        holder = guest.start(f"exec python3 /tmp/hold.py {village.video_node(camera.serial)}", "/tmp/hold.said")
        guest.wait_for("[ -e /tmp/held ]")
    finally:
        guest.run(f"kill -CONT {village.kiosk}")
    yield
    guest.run(f"kill {holder}")


def test_a_printer_without_paper_is_told_and_the_sheet_is_printed_once_when_there_is_some(
    village: Village, printer: UsbPrinter
) -> None:
    """Taken back when it did not come, so that nobody finds it in the tray tomorrow; then printed again."""
    village.counter.begin(ITEM)
    village.plug(printer)
    printer.has_paper = False
    refused = village.counter.refusal_of("/api/visit/notice", {})
    assert refused.code == "printer_trouble" and "没有打成" in refused.sentence
    assert printer.received == b""
    printer.has_paper = True
    village.counter.call("POST", "/api/visit/notice", {})
    assert len(wait_until("the sheet comes out", lambda: sheets_in(printer.received))) == 1


def test_a_printer_that_is_not_there_is_told_and_prints_when_it_is_plugged_in(
    village: Village, printer: UsbPrinter
) -> None:
    village.counter.begin(ITEM)
    refused = village.counter.refusal_of("/api/visit/notice", {})
    assert refused.code == "printer_trouble" and "线插好没有" in refused.sentence
    village.plug(printer)
    village.counter.call("POST", "/api/visit/notice", {})
    assert len(wait_until("the sheet comes out", lambda: sheets_in(printer.received))) == 1
