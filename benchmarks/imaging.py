"""Capture: a picture read, its sheet found, judged, straightened and encoded, against the same with its corners known."""

import threading
import time
from typing import Any

import cv2

from benchmarks.measuring import compare
from forms.clock import SystemClock
from kiosk.camera.protocol import CameraTrouble
from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.imaging.capture import process, straightened
from kiosk.imaging.encode import encode_page
from kiosk.imaging.page import find_sheet
from kiosk.imaging.read import read_picture
from kiosk.screen.eye import ImagingEye
from kiosk.screen.live_view import LiveView

SHEETS = ("apply_form", "id_card_front", "bank_passbook")
PREVIEW_SIZE = (1280, 720)
PREVIEW_SECONDS = 5.0


def measure(rounds: int = 9) -> dict[str, Any]:
    """Per sheet, on 8-megapixel pictures of the virtual camera. The floor decodes, warps and encodes, and does no more."""
    camera = VirtualCamera(clock=SystemClock().now)
    camera.open()
    answer: dict[str, Any] = {}
    for name in SHEETS:
        specimen = specimens_for(story_person())[name]
        camera.place(specimen.picture, specimen.width_mm, specimen.height_mm)
        content = cv2.imencode(".jpg", camera.still().image)[1].tobytes()
        sheet = find_sheet(read_picture(content))
        answer[name] = compare(
            lambda content=content: encode_page(process(read_picture(content)).page),
            lambda content=content, sheet=sheet: encode_page(straightened(read_picture(content), sheet)),
            rounds,
        )
    answer["preview"] = _preview()
    return answer


def _preview() -> dict[str, Any]:
    """Pictures a second that a watching page is given at 1280 x 720, with the sheet looked for all the while."""
    camera = VirtualCamera(VirtualCameraSettings(preview_resolution=PREVIEW_SIZE), clock=SystemClock().now)
    specimen = specimens_for(story_person())["apply_form"]
    camera.place(specimen.picture, specimen.width_mm, specimen.height_mm)
    view = LiveView(camera, ImagingEye())
    threading.Thread(target=view.run, daemon=True).start()
    try:
        seen = _watch(view, 1.0)[1]
        began = time.perf_counter()
        count, _ = _watch(view, PREVIEW_SECONDS, seen)
        return {"size": list(PREVIEW_SIZE), "frames_per_second": round(count / (time.perf_counter() - began), 1)}
    finally:
        view.stop()


def _watch(view: LiveView, seconds: float, after: int = 0) -> tuple[int, int]:
    """Take every new picture for so long; return how many came and the last one's number."""
    until, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        try:
            shot = view.watch(after)
        except CameraTrouble:
            continue
        if shot is not None:
            count, after = count + 1, shot.number
    return count, after
