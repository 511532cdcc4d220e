"""Discovery through the real pyusb and libusb, on a bus that umockdev pretends."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kiosk.printer.print_hall import must_be_there

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def bus() -> dict:
    wrapper = shutil.which("umockdev-wrapper")
    if wrapper is None:
        told = "umockdev is not installed (scripts/system-packages.sh test)"
        assert not must_be_there(), told
        pytest.skip(told)
    command = [wrapper, sys.executable, "-m", "tests.kiosk.camera.umockdev_bus"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_document_camera_and_a_webcam_are_told_apart(bus: dict) -> None:
    webcam, document = bus["both"]
    assert document["setting"] == "uvc:1b17:0211@1-4" and webcam["setting"] == "uvc:05a3:9999@1-2"
    assert document["largest"] == [3264, 2448] and webcam["largest"] == [1920, 1080]
    assert document["controls"] == ["auto_focus", "brightness", "contrast", "focus"]
    assert document["auto"] and not webcam["auto"]
    assert "exposure" in webcam["controls"] and "focus" not in webcam["controls"]


def test_a_pulled_plug_and_another_port_are_seen(bus: dict) -> None:
    assert [camera["setting"] for camera in bus["unplugged"]] == ["uvc:05a3:9999@1-2"]
    assert [camera["setting"] for camera in bus["back"]] == ["uvc:05a3:9999@1-2", "uvc:1b17:0211@1-3"]
