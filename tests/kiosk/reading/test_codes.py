"""Codes on cover sheets are read through a poor camera; one that cannot be read is told, not passed over."""

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from forms.cover_code import CoverCode
from forms.render.cover_sheet import CoverSheet, render_cover_sheets
from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.reading.codes import read_codes

COVER = CoverCode("MZ-008", "household_register", 2)


@pytest.fixture(scope="module")
def cover_page() -> np.ndarray:
    sheet = CoverSheet(COVER, "高龄津贴", "居民户口簿", "潘**", "样本村", 2, 3)
    with pypdfium2.PdfDocument(render_cover_sheets([sheet])) as document:
        return np.ascontiguousarray(document[0].render(scale=150 / 72).to_numpy()[:, :, :3])


@pytest.mark.parametrize(
    "quirks", [{}, {"blur": 6.0, "tilt_degrees": 25}, {"light": 0.25, "perspective": 0.2}, {"glare": 0.5, "tilt_degrees": 180}]
)  # fmt: skip
def test_a_cover_is_read_whatever_the_camera_does_to_it(cover_page: np.ndarray, quirks: dict) -> None:
    camera = VirtualCamera(VirtualCameraSettings(**quirks))
    camera.place(cover_page)
    codes = read_codes(camera.still().image)
    assert [(code.format, code.text) for code in codes.found] == [("QRCode", COVER.text)]
    assert codes.missed == ()


def test_corners_lie_round_the_code(cover_page: np.ndarray) -> None:
    (code,) = read_codes(cover_page).found
    left, top, right, bottom = (round(edge) for edge in (*code.corners.min(axis=0), *code.corners.max(axis=0)))
    assert right - left == pytest.approx(72 / 25.4 * 150, rel=0.02)
    assert 0.4 < (cover_page[top:bottom, left:right] < 128).mean() < 0.6


def test_a_code_partly_covered_is_reported_as_missed(cover_page: np.ndarray) -> None:
    (code,) = read_codes(cover_page).found
    middle = code.corners.mean(axis=0).round().astype(int)
    spoilt = cover_page.copy()
    cv2.rectangle(spoilt, tuple(middle - 90), tuple(middle + 90), (60, 60, 60), -1)
    codes = read_codes(spoilt)
    assert codes.found == ()
    (place,) = codes.missed
    assert np.abs(place.mean(axis=0) - middle).max() < 60


def test_bar_codes_are_read_too() -> None:
    code = zxingcpp.create_barcode("HY20260302", zxingcpp.BarcodeFormat.Code128)
    bars = np.array(code.to_image(scale=3))
    page = np.full((600, 1200), 255, np.uint8)
    page[200 : 200 + bars.shape[0], 300 : 300 + bars.shape[1]] = bars
    assert [(found.format, found.text) for found in read_codes(page).found] == [("Code128", "HY20260302")]


@pytest.mark.parametrize("name", ["id_card_front", "household_register_2", "apply_form"])
def test_papers_without_a_code_have_none_and_miss_none(name: str) -> None:
    codes = read_codes(specimens_for(story_person())[name].picture)
    assert (codes.found, codes.missed) == ((), ())
