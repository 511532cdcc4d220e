"""Capture: a picture read, its sheet found, judged, straightened and encoded, against the same with its corners known."""

from typing import Any

import cv2

from benchmarks.measuring import compare
from forms.clock import SystemClock
from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera
from kiosk.imaging.capture import process
from kiosk.imaging.encode import encode_page
from kiosk.imaging.read import read_picture
from kiosk.imaging.rectify import rectify

SHEETS = ("apply_form", "id_card_front", "bank_passbook")


def measure(rounds: int = 7) -> dict[str, Any]:
    """Per sheet, on 8-megapixel pictures of the virtual camera. The floor decodes, warps and encodes, and does no more."""
    camera = VirtualCamera(clock=SystemClock().now)
    camera.open()
    answer = {}
    for name in SHEETS:
        specimen = specimens_for(story_person())[name]
        camera.place(specimen.picture, specimen.width_mm, specimen.height_mm)
        image = camera.still().image
        content = cv2.imencode(".jpg", image)[1].tobytes()
        corners = process(image).sheet.corners
        answer[name] = compare(
            lambda content=content: encode_page(process(read_picture(content)).page),
            lambda content=content, corners=corners: encode_page(rectify(read_picture(content), corners)),
            rounds,
        )
    return answer
