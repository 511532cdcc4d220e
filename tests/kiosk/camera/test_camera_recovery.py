"""Recovery: each cause has its own sentence, the ladder is climbed once, and a stuck driver costs one thread."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from kiosk.camera.driver_thread import DriverStuck, DriverThread
from kiosk.camera.protocol import (
    CameraBusy,
    CameraDescription,
    CameraForbidden,
    CameraFrozen,
    CameraStalled,
    CameraUnplugged,
    PictureDamaged,
)
from kiosk.camera.recovery import Recovery, find_holder, reset_on_bus, why_closed

PLUGGED = CameraDescription("uvc:0001:0002:A", "高拍仪", "uvc", 1, 2, "A", bus=1, port_path="1.4", video_node="0")


def test_absent_stalled_forbidden_and_busy_are_told_apart(tmp_path: Path, monkeypatch) -> None:
    node = tmp_path / "video0"
    node.touch()
    at_node = CameraDescription("x", "高拍仪", "uvc", video_node=str(node))
    assert isinstance(why_closed(None), CameraUnplugged)
    assert isinstance(why_closed(CameraDescription("x", "高拍仪", "uvc")), CameraStalled)
    assert type(why_closed(at_node)) is CameraBusy
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert isinstance(why_closed(at_node), CameraForbidden)
    node.unlink()
    assert isinstance(why_closed(at_node), CameraUnplugged)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which program holds a device")
def test_the_program_that_holds_the_camera_is_named(tmp_path: Path) -> None:
    node = tmp_path / "video0"
    node.touch()
    assert find_holder(str(node)) is None
    with node.open() as held, subprocess.Popen(["sleep", "30"], stdin=held) as holder:
        try:
            assert find_holder(str(node)) == "sleep"
            told = why_closed(CameraDescription("x", "高拍仪", "uvc", video_node=str(node)))
            assert "“sleep”占用" in told.sentence
        finally:
            holder.kill()
    assert find_holder(str(node), proc=tmp_path / "no") is None


def usb_device(port=(1, 4), fails=None):
    resets = []

    def reset():
        if fails:
            raise fails
        resets.append(port)

    return SimpleNamespace(idVendor=1, idProduct=2, bus=1, port_numbers=port, reset=reset, resets=resets)


def test_only_the_camera_itself_is_reset_and_a_refusal_is_normal() -> None:
    other, ours = usb_device((1, 3)), usb_device()
    assert reset_on_bus(PLUGGED, lambda: [other, ours])
    assert ours.resets and not other.resets
    assert not reset_on_bus(PLUGGED, lambda: [other])
    assert not reset_on_bus(PLUGGED, lambda: [usb_device(fails=PermissionError(13, "denied"))])


@pytest.mark.parametrize(
    ("trouble", "may_reset", "answers", "resets"),
    [
        (CameraFrozen(), True, [True, False], 1),
        (CameraFrozen(), False, [True, False], 1),
        (CameraStalled(), True, [True, False], 1),
        (CameraStalled(), False, [False], 1),
        (PictureDamaged(), True, [True, False], 0),
        (CameraUnplugged(), True, [False], 0),
        (CameraBusy(), True, [False], 0),
    ],
)
def test_one_rung_is_climbed_for_a_picture(trouble, may_reset, answers, resets) -> None:
    asked = []
    ladder = Recovery(reset=lambda camera: asked.append(camera) or may_reset).begin()
    assert [ladder.climb(trouble, PLUGGED) for _ in answers] == answers
    assert len(asked) == resets


def test_the_bus_is_not_reset_over_and_over() -> None:
    now, asked = [0.0], []
    recovery = Recovery(reset=lambda camera: asked.append(camera) or True, monotonic=lambda: now[0])
    for second, expected in ((0, 1), (1, 1), (59, 1), (61, 2)):
        now[0] = float(second)
        recovery.begin().climb(CameraFrozen(), PLUGGED)
        assert len(asked) == expected


def test_a_driver_that_hangs_costs_one_thread_however_often_it_is_asked() -> None:
    never, late = threading.Event(), []
    driver, before = DriverThread(patience=0.01), threading.active_count()
    with pytest.raises(DriverStuck):
        driver.do(lambda: never.wait(30) and "late", 0.05, abandoned=late.append)
    for _ in range(20):
        with pytest.raises(DriverStuck):
            driver.do(lambda: "next", 0.01)
    assert threading.active_count() == before + 1
    never.set()
    assert driver.do(lambda: "next", 5) == "next"
    assert late == ["late"]
    driver.stop()
    assert driver.do(lambda: "again", 5) == "again"
    driver.stop()


def test_errors_of_the_work_pass_through() -> None:
    driver = DriverThread()
    for error in (ValueError, TimeoutError):
        with pytest.raises(error):
            driver.do(lambda error=error: (_ for _ in ()).throw(error()), 5)
    driver.stop()
