"""A PC that has the wheel of onnxruntime and cannot load it, as Windows without Microsoft's runtime, or has none at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEEING_AND_READING = """
import sys
if sys.argv[1:] == ["absent"]:
    sys.modules["onnxruntime"] = None
import kiosk.agent
from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.imaging.geometry import ordered, overlap
from kiosk.imaging.page import find_sheet
from kiosk.reading.recogniser import CannotRead, recognise
camera = VirtualCamera(VirtualCameraSettings(resolution=(1632, 1224), tilt_degrees=9))
form = specimens_for(story_person())["apply_form"]
camera.place(form.picture, form.width_mm, form.height_mm)
sheet = find_sheet(camera.still().image)
print(overlap(sheet.corners, ordered(camera.true_corners())) > 0.97)
try:
    recognise(form.picture)
except CannotRead as told:
    print(told)
"""


@pytest.mark.parametrize("state", ["absent", "broken"])
def test_the_kiosk_still_finds_sheets_and_says_that_it_cannot_read(state: str, tmp_path: Path) -> None:
    (tmp_path / "onnxruntime").mkdir()
    (tmp_path / "onnxruntime" / "__init__.py").write_text("raise ImportError('DLL load failed')")
    path = str(ROOT) if state == "absent" else os.pathsep.join([str(tmp_path), str(ROOT)])
    ran = subprocess.run(
        [sys.executable, "-c", SEEING_AND_READING, state],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"},
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    seen, told = ran.stdout.splitlines()
    assert seen == "True"
    assert "文字识别没有装好" in told
