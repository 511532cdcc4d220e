"""The USB camera against a scripted capture: there is no camera on a CI machine, and its failures cannot be ordered."""

import threading

import cv2
import numpy as np
import pytest

from kiosk.camera.protocol import CameraBusy, CameraDescription, CameraFrozen, CameraUnplugged, PictureDamaged
from kiosk.camera.uvc import UvcCamera, UvcSettings, list_by_probing, wait_until_back

DESCRIPTION = CameraDescription("uvc:1:1:A", "高拍仪", "uvc", video_node="/dev/video9")
QUICK = UvcSettings(read_timeout_seconds=0.8, settling_frames=1)


class ScriptedCapture:
    """A VideoCapture that accepts sizes up to a limit and reads what its script says, sound frames afterwards."""

    def __init__(self, script=(), opened=True, limit=(1600, 1200)):
        self.script, self.opened, self.limit = list(script), opened, limit
        self.size, self.released, self.properties = (640, 480), False, {}

    def isOpened(self):
        return self.opened

    def set(self, property_id, value):
        self.properties[property_id] = value
        wanted = (self.properties.get(cv2.CAP_PROP_FRAME_WIDTH, 0), self.properties.get(cv2.CAP_PROP_FRAME_HEIGHT, 0))
        if 0 < wanted[0] <= self.limit[0] and 0 < wanted[1] <= self.limit[1]:
            self.size = wanted
        return True

    def get(self, property_id):
        return float(self.size[0 if property_id == cv2.CAP_PROP_FRAME_WIDTH else 1])

    def read(self):
        step = self.script.pop(0) if self.script else "sound"
        if callable(step):
            step()
        if step == "fail":
            return False, None
        stripes = (np.arange(self.size[0]) % 97 + 60).astype(np.uint8)[None, :, None]
        image = np.repeat(np.repeat(stripes, self.size[1], axis=0), 3, axis=2)
        if step == "half":
            image[self.size[1] // 2 :] = 128
        return True, image

    def release(self):
        self.released = True


def camera_with(*captures, located="/dev/video9", settings=QUICK):
    waiting = list(captures)
    opened = []

    def open_capture(node, backend):
        opened.append((node, backend))
        return waiting.pop(0)

    camera = UvcCamera(DESCRIPTION, settings, open_capture=open_capture, locate=lambda _: located)
    camera.opened = opened
    return camera


def test_a_still_has_the_largest_size_the_device_accepts_and_a_preview_a_small_one() -> None:
    capture = ScriptedCapture(limit=(2592, 1944))
    camera = camera_with(capture)
    assert camera.still().image.shape == (1944, 2592, 3)
    assert camera.preview().image.shape == (960, 1280, 3)
    assert camera.still().image.shape == (1944, 2592, 3)
    assert capture.properties[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")


def test_a_camera_that_is_gone_is_unplugged_and_one_that_will_not_open_is_busy() -> None:
    with pytest.raises(CameraUnplugged, match="USB线"):
        camera_with(located=None).preview()
    with pytest.raises(CameraBusy, match="占用"):
        camera_with(ScriptedCapture(opened=False)).preview()


def test_a_half_decoded_frame_is_taken_again() -> None:
    capture = ScriptedCapture(["sound", "half"])
    image = camera_with(capture).preview().image
    assert image[-1].std() > 10
    assert not capture.script


def test_a_device_that_only_sends_damaged_frames_is_reopened_once_and_then_reported() -> None:
    first, second = ScriptedCapture(["half"] * 20), ScriptedCapture(["half"] * 20)
    camera = camera_with(first, second)
    with pytest.raises(PictureDamaged):
        camera.preview()
    assert first.released and len(camera.opened) == 2


def test_a_failed_read_is_healed_by_opening_again() -> None:
    camera = camera_with(ScriptedCapture(["sound", "fail"]), ScriptedCapture())
    assert camera.preview().image.shape == (960, 1280, 3)


def test_a_plug_pulled_while_reading_is_told() -> None:
    places = ["/dev/video9"]
    capture = ScriptedCapture(["sound", "sound", "fail"])
    camera = UvcCamera(DESCRIPTION, QUICK, open_capture=lambda *_: capture, locate=lambda _: places[0])
    camera.preview()
    places[0] = None
    with pytest.raises(CameraUnplugged):
        camera.preview()


def test_a_read_that_never_ends_is_a_frozen_camera_and_the_next_call_opens_anew() -> None:
    never = threading.Event()
    stuck = ScriptedCapture([lambda: never.wait(5)])
    camera = camera_with(stuck, ScriptedCapture())
    with pytest.raises(CameraFrozen, match="没有反应"):
        camera.preview()
    never.set()
    assert camera.preview().image.size
    assert len(camera.opened) == 2


def test_closing_releases_and_may_be_repeated() -> None:
    capture = ScriptedCapture()
    camera = camera_with(capture)
    camera.open()
    camera.open()
    camera.close()
    camera.close()
    assert capture.released and len(camera.opened) == 1


def test_probing_lists_what_opens() -> None:
    captures = [ScriptedCapture(), ScriptedCapture(opened=False), ScriptedCapture()]
    found = list_by_probing(lambda node, backend: captures[int(node)], count=3)
    assert [camera.video_node for camera in found] == ["0", "2"]


def test_waiting_for_a_replugged_camera_ends_when_it_opens_or_time_is_over() -> None:
    camera = camera_with(ScriptedCapture(opened=False), ScriptedCapture())
    assert wait_until_back(camera, seconds=2, pause=0.01)
    assert not wait_until_back(camera_with(located=None), seconds=0.03, pause=0.01)
