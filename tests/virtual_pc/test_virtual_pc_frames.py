"""What the kernel's own camera driver makes of our camera: the very bytes the lens sent, in every mode, and its knobs turn."""

import hashlib

import pytest

from tests.virtual_pc.devices.desk import Desk
from tests.virtual_pc.devices.document_camera import A4_MODES, DocumentCamera
from tests.virtual_pc.devices.video_descriptors import CAMERA, PROCESSING
from tests.virtual_pc.village import Village

pytestmark = pytest.mark.virtual_pc_long

READ_FRAMES = """
import cv2, hashlib, sys
width, height, count = map(int, sys.argv[2:])
camera = cv2.VideoCapture(sys.argv[1], cv2.CAP_V4L2)
camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
camera.set(cv2.CAP_PROP_FRAME_WIDTH, width)
camera.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
camera.set(cv2.CAP_PROP_CONVERT_RGB, 0)
for _ in range(count):
    worked, frame = camera.read()
    print(hashlib.sha256(frame.tobytes()).hexdigest() if worked else "nothing")
"""
TURN_KNOBS = """
import cv2, sys
camera = cv2.VideoCapture(sys.argv[1], cv2.CAP_V4L2)
for knob, value in ((cv2.CAP_PROP_BRIGHTNESS, 200), (cv2.CAP_PROP_AUTOFOCUS, 0), (cv2.CAP_PROP_FOCUS, 90)):
    camera.set(knob, value)
"""


@pytest.fixture(params=[False, True], ids=["bulk", "isochronous"])
def stranger(request: pytest.FixtureRequest, desk: Desk) -> DocumentCamera:
    """A camera the kiosk's settings do not name, so that the kiosk leaves it to us."""
    return DocumentCamera(desk, serial="STRANGER", isochronous=request.param)


def run_on_camera(village: Village, program: str, *words: int) -> list[str]:
    """What the program prints that is given the stranger's video node and those words."""
    node = village.video_node("STRANGER")
    village.pc.guest.write("/tmp/program.py", program.encode())
    return village.pc.guest.run(f"python3 /tmp/program.py {node} {' '.join(map(str, words))} 2> /dev/null").split()


@pytest.mark.parametrize("mode", A4_MODES, ids=lambda mode: f"{mode.width}x{mode.height}")
def test_frames_arrive_byte_for_byte(village: Village, stranger: DocumentCamera, desk: Desk, mode) -> None:
    """A busy machine may lose isochronous packets, as a real one does: there one whole frame in ten is asked for."""
    village.plug(stranger)
    sent = hashlib.sha256(desk(mode.width, mode.height)).hexdigest()
    if stranger.is_isochronous:
        assert sent in run_on_camera(village, READ_FRAMES, mode.width, mode.height, 10)
    else:
        assert run_on_camera(village, READ_FRAMES, mode.width, mode.height, 3) == [sent] * 3


def test_brightness_and_focus_reach_the_camera(village: Village, desk: Desk) -> None:
    camera = DocumentCamera(desk, serial="STRANGER")
    village.plug(camera)
    run_on_camera(village, TURN_KNOBS)
    turned = [camera.controls[knob].value for knob in ((PROCESSING, 0x02), (CAMERA, 0x08), (CAMERA, 0x06))]
    assert turned == [200, 0, 90]
