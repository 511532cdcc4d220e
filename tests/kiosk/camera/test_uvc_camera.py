"""The USB camera against a scripted capture: there is no camera on a CI machine, and its failures cannot be ordered."""

import sys
import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest

from kiosk.camera.descriptors import CameraOffers, OfferedFormat, OfferedSize
from kiosk.camera.models import CameraModel
from kiosk.camera.protocol import (
    Camera,
    CameraBusy,
    CameraDescription,
    CameraFrozen,
    CameraStalled,
    CameraUnplugged,
    PictureDamaged,
)
from kiosk.camera.recovery import Recovery
from kiosk.camera.uvc import UvcCamera, UvcSettings, list_by_probing

FOUND = CameraDescription("uvc:1:1:A", "高拍仪", "uvc", video_node="9")
SIZES = tuple(OfferedSize(*size, (30.0,)) for size in ((640, 480), (2592, 1944), (1280, 960)))
OFFERING = replace(FOUND, offers=CameraOffers((OfferedFormat("MJPG", SIZES),)))
QUICK = UvcSettings(read_timeout_seconds=0.8, settling_frames=1, back_within_seconds=0.2)


class ScriptedCapture:
    """A VideoCapture that accepts sizes up to a limit and reads what its script says, sound frames afterwards."""

    def __init__(self, script=(), opened=True, limit=(1600, 1200), keeps_size=False):
        self.script, self.opened, self.limit, self.keeps_size = list(script), opened, limit, keeps_size
        self.size, self.released, self.streaming = (640, 480), False, False
        self.properties = {cv2.CAP_PROP_AUTOFOCUS: 1.0, cv2.CAP_PROP_BRIGHTNESS: 120.0}
        self.turned = []

    def isOpened(self):
        return self.opened

    def set(self, property_id, value):
        if property_id in (cv2.CAP_PROP_GAIN, cv2.CAP_PROP_FOCUS):
            return False
        self.turned.append((property_id, value))
        self.properties[property_id] = min(value, 130.0) if property_id == cv2.CAP_PROP_BRIGHTNESS else value
        wanted = (self.properties.get(cv2.CAP_PROP_FRAME_WIDTH, 0), self.properties.get(cv2.CAP_PROP_FRAME_HEIGHT, 0))
        fits = 0 < wanted[0] <= self.limit[0] and 0 < wanted[1] <= self.limit[1]
        if fits and not (self.keeps_size and self.streaming):
            self.size = wanted
        return True

    def get(self, property_id):
        if property_id in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT):
            return float(self.size[property_id == cv2.CAP_PROP_FRAME_HEIGHT])
        return self.properties.get(property_id, -1.0)

    def read(self):
        self.streaming = True
        step = self.script.pop(0) if self.script else "sound"
        if callable(step):
            step()
        if step == "fail":
            return False, None
        stripes = (np.arange(self.size[0]) % 97 + 60).astype(np.uint8)[None, :, None]
        image = np.repeat(np.repeat(stripes, self.size[1], axis=0), 3, axis=2)
        if step == "half":
            image[self.size[1] // 2 // 8 * 8 :] = 128
        if self.properties.get(cv2.CAP_PROP_CONVERT_RGB) != 0:
            return True, image
        jpeg = cv2.imencode(".jpg", image)[1].reshape(1, -1)
        return True, jpeg[:, : jpeg.shape[1] // 2] if step == "torn" else jpeg

    def release(self):
        self.released = True


def camera_with(*captures, located=FOUND, settings=QUICK, reset=lambda camera: False):
    waiting, opened = list(captures), []

    def open_capture(node, backend):
        opened.append((node, backend))
        return waiting.pop(0)

    camera = UvcCamera(FOUND, lambda: located, settings, open_capture=open_capture, recovery=Recovery(reset=reset))
    camera.opened = opened
    return camera


def test_without_descriptors_the_largest_known_size_that_the_device_accepts_is_taken() -> None:
    capture = ScriptedCapture(limit=(2592, 1944))
    camera = camera_with(capture)
    assert isinstance(camera, Camera)
    assert camera.still().image.shape == (1944, 2592, 3)
    assert camera.preview().image.shape == (960, 1280, 3)
    assert camera.still().image.shape == (1944, 2592, 3)
    assert capture.properties[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")


def test_with_descriptors_only_offered_sizes_are_asked_for() -> None:
    capture = ScriptedCapture(limit=(9999, 9999))
    camera = camera_with(capture, located=OFFERING)
    assert camera.still().image.shape == (1944, 2592, 3)
    assert camera.preview().image.shape == (960, 1280, 3)
    widths = {value for number, value in capture.turned if number == cv2.CAP_PROP_FRAME_WIDTH}
    assert widths == {2592, 1280}


def test_a_device_that_will_not_change_size_while_it_streams_is_opened_anew() -> None:
    captures = [ScriptedCapture(limit=(2592, 1944), keeps_size=True) for _ in range(3)]
    camera = camera_with(*captures, located=OFFERING)
    assert camera.preview().image.shape == (960, 1280, 3)
    assert camera.still().image.shape == (1944, 2592, 3)
    assert camera.preview().image.shape == (960, 1280, 3)
    assert camera.preview().image.shape == (960, 1280, 3)
    assert [capture.released for capture in captures] == [True, True, False]


def test_a_device_that_gives_another_size_than_it_offers_is_not_opened_over_and_over() -> None:
    camera = camera_with(ScriptedCapture(limit=(640, 480)), located=OFFERING)
    for _ in range(3):
        assert camera.preview().image.shape == (480, 640, 3)
    assert len(camera.opened) == 1


def test_a_sensor_built_in_upside_down_is_set_upright() -> None:
    turned = replace(FOUND, model=CameraModel(vendor_id=1, name="高拍仪", rotation=90))
    assert camera_with(ScriptedCapture(), located=turned).preview().image.shape == (1280, 960, 3)


def test_gone_stalled_and_busy_are_told_apart() -> None:
    with pytest.raises(CameraUnplugged, match="USB线"):
        camera_with(located=None).preview()
    with pytest.raises(CameraStalled, match="没有启动好"):
        camera_with(located=replace(FOUND, video_node=None)).preview()
    with pytest.raises(CameraBusy, match="占用"):
        camera_with(*[ScriptedCapture(opened=False)] * 2).preview()


@pytest.mark.skipif(sys.platform != "linux", reason="only V4L2 hands out the camera's own JPEG")
def test_a_torn_jpeg_is_never_taken_for_a_picture() -> None:
    capture = ScriptedCapture(["sound", "torn", "torn"])
    image = camera_with(capture).preview().image
    assert capture.properties[cv2.CAP_PROP_CONVERT_RGB] == 0
    assert image.shape == (960, 1280, 3) and image[-1].std() > 10
    assert not capture.script


@pytest.mark.parametrize("damage", ["half", "torn"])
def test_a_device_that_only_sends_damaged_frames_is_reopened_once_and_then_reported(damage) -> None:
    first, second = ScriptedCapture([damage] * 20), ScriptedCapture([damage] * 20)
    camera = camera_with(first, second)
    with pytest.raises(PictureDamaged):
        camera.preview()
    assert first.released and second.released and len(camera.opened) == 2


def test_a_failed_read_is_healed_by_opening_again() -> None:
    camera = camera_with(ScriptedCapture(["sound", "fail"]), ScriptedCapture())
    assert camera.preview().image.shape == (960, 1280, 3)


def test_a_plug_pulled_while_reading_is_told_and_pictures_come_again_after_replugging() -> None:
    places = [FOUND]
    captures = [ScriptedCapture(["sound", "sound", "fail"]), ScriptedCapture()]
    camera = UvcCamera(FOUND, lambda: places[0], QUICK, open_capture=lambda *_: captures.pop(0))
    camera.preview()
    places[0] = None
    with pytest.raises(CameraUnplugged):
        camera.preview()
    with pytest.raises(CameraUnplugged):
        camera.still()
    places[0] = replace(FOUND, video_node="7")
    assert camera.still().image.size
    assert camera.describe().identity == FOUND.identity and camera.describe().video_node == "7"


def test_a_frozen_camera_is_reset_on_the_bus_and_goes_on() -> None:
    never, resets = threading.Event(), []
    stuck = ScriptedCapture([lambda: never.wait(30)])

    def reset(camera):
        resets.append(camera)
        never.set()
        return True

    camera = camera_with(stuck, ScriptedCapture(), reset=reset)
    assert camera.preview().image.size
    assert resets == [FOUND] and stuck.released


def test_a_camera_that_did_not_start_is_reset_when_it_is_opened() -> None:
    places = [replace(FOUND, video_node=None)]
    recovery = Recovery(reset=lambda camera: places.append(FOUND) or True)
    camera = UvcCamera(FOUND, lambda: places[-1], QUICK, open_capture=lambda *_: ScriptedCapture(), recovery=recovery)
    camera.open()
    assert camera.preview().image.size


def test_a_camera_that_stays_frozen_asks_for_the_plug_and_threads_do_not_pile_up() -> None:
    never, before = threading.Event(), threading.active_count()
    stuck = ScriptedCapture([lambda: never.wait(30)])
    camera = camera_with(stuck, ScriptedCapture(), settings=replace(QUICK, read_timeout_seconds=0.05))
    for _ in range(4):
        with pytest.raises(CameraFrozen, match="没有反应"):
            camera.preview()
    assert threading.active_count() <= before + 1 and len(camera.opened) == 1
    never.set()
    assert camera_recovers(camera)
    assert stuck.released


def camera_recovers(camera: UvcCamera) -> bool:
    for _ in range(50):
        try:
            return camera.preview().image.size > 0
        except CameraFrozen:
            continue
    return False


def test_closing_releases_and_may_be_repeated() -> None:
    capture = ScriptedCapture()
    camera = camera_with(capture)
    camera.open()
    camera.open()
    camera.close()
    camera.close()
    assert capture.released and len(camera.opened) == 1


def test_knobs_that_are_not_there_are_not_offered() -> None:
    present = camera_with(ScriptedCapture()).controls().list_present()
    assert {control.name: control.value for control in present if control.name in ("auto_focus", "brightness")} == {
        "auto_focus": 1.0,
        "brightness": 120.0,
    }
    assert not {"gain", "focus"} & {control.name for control in present}


def test_focusing_anew_switches_the_automatic_off_and_on() -> None:
    capture = ScriptedCapture()
    assert camera_with(capture).controls().refocus()
    switched = [value for number, value in capture.turned if number == cv2.CAP_PROP_AUTOFOCUS]
    assert switched[-2:] == [0, 1]


def test_light_is_turned_until_the_end_of_the_scale_and_outlasts_a_replugging() -> None:
    first, second = ScriptedCapture(["sound", "fail"]), ScriptedCapture()
    camera = camera_with(first, second)
    assert camera.controls().brighter() and not camera.controls().brighter()
    assert camera.controls().darker()
    assert camera.preview().image.size
    assert second.properties[cv2.CAP_PROP_BRIGHTNESS] == first.properties[cv2.CAP_PROP_BRIGHTNESS] == 118.0


def test_knobs_of_a_camera_that_is_gone_say_so() -> None:
    with pytest.raises(CameraUnplugged):
        camera_with(located=None).controls().refocus()


def test_probing_lists_what_opens() -> None:
    captures = [ScriptedCapture(), ScriptedCapture(opened=False), ScriptedCapture()]
    found = list_by_probing(lambda node, backend: captures[int(node)], count=3)
    assert [camera.video_node for camera in found] == ["0", "2"]
