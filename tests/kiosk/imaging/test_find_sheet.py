"""Finding the sheet: on every desk, turned, small, beside other papers — and never on an empty desk."""

import cv2
import numpy as np
import pytest

from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings, draw_desk
from kiosk.imaging.geometry import ordered, overlap
from kiosk.imaging.page import find_sheet, find_sheets

SHEETS = specimens_for(story_person())
SIZE = (1632, 1224)


def photograph(name: str | None, **quirks) -> tuple[np.ndarray, np.ndarray | None]:
    camera = VirtualCamera(VirtualCameraSettings(resolution=SIZE, **quirks))
    if name is not None:
        sheet = SHEETS[name]
        camera.place(sheet.picture, sheet.width_mm, sheet.height_mm)
    return camera.still().image, camera.true_corners()


@pytest.mark.parametrize("desk", ["dark", "light", "wood"])
@pytest.mark.parametrize("name", sorted(SHEETS))
def test_every_sheet_of_the_visit_is_found_on_every_desk(name: str, desk: str) -> None:
    image, corners = photograph(name, desk=desk, tilt_degrees=4, perspective=0.06)
    sheet = find_sheet(image)
    assert sheet is not None
    assert overlap(sheet.corners, ordered(corners)) > 0.97
    assert 0.5 < sheet.confidence <= 1.0


@pytest.mark.parametrize("tilt", [-45, 20, 40, 90])
@pytest.mark.parametrize("name", ["id_card_back", "apply_form"])
def test_a_turned_sheet_is_found(name: str, tilt: int) -> None:
    image, corners = photograph(name, tilt_degrees=tilt, perspective=0.15)
    sheet = find_sheet(image)
    assert sheet is not None and overlap(sheet.corners, ordered(corners)) > 0.97


@pytest.mark.parametrize("desk", ["dark", "light", "wood"])
@pytest.mark.parametrize("seed", [1, 2])
def test_an_empty_desk_has_no_sheet(desk: str, seed: int) -> None:
    image, _ = photograph(None, desk=desk, seed=seed, unevenness=0.2 * seed)
    assert find_sheet(image) is None


def test_cables_and_cups_on_a_desk_are_no_sheet() -> None:
    desk = draw_desk("wood", SIZE, 4)
    cv2.circle(desk, (400, 400), 130, (240, 240, 240), -1, cv2.LINE_AA)
    cv2.ellipse(desk, (1200, 700), (90, 200), 30, 0, 360, (30, 30, 30), -1, cv2.LINE_AA)
    cable = np.array([[0, 900], [500, 700], [900, 1000], [1600, 300]], np.int32)
    cv2.polylines(desk, [cable], False, (20, 20, 20), 14, cv2.LINE_AA)
    assert find_sheet(desk) is None


def test_of_two_sheets_the_large_one_is_taken() -> None:
    image, corners = photograph("apply_form", desk="wood", offset_mm=(-60, 0))
    card = cv2.resize(SHEETS["id_card_front"].picture, (330, 208), interpolation=cv2.INTER_AREA)
    image[480:688, 1270:1600] = card
    sheet = find_sheet(image)
    assert sheet is not None and overlap(sheet.corners, ordered(corners)) > 0.97


def test_two_cards_laid_side_by_side_are_both_found() -> None:
    image, corners = photograph("id_card_front", desk="wood", offset_mm=(-60, 0), tilt_degrees=3)
    other, beside = photograph("id_card_back", desk="wood", offset_mm=(70, 20), tilt_degrees=-8)
    half = SIZE[0] // 2 + 40
    image[:, half:] = other[:, half:]
    found = find_sheets(image)
    assert len(found) == 2
    for wanted in (corners, beside):
        assert max(overlap(sheet.corners, ordered(wanted)) for sheet in found) > 0.95


@pytest.mark.parametrize("desk", ["light", "wood"])
def test_a_sheet_half_out_of_the_picture_is_found_all_the_same(desk: str) -> None:
    image, corners = photograph("apply_form", desk=desk, offset_mm=(95, 0), tilt_degrees=0)
    assert corners[:, 0].max() > SIZE[0]
    sheet = find_sheet(image)
    assert sheet is not None
    assert sheet.corners[:, 0].min() == pytest.approx(corners[:, 0].min(), abs=12)
    assert sheet.corners[:, 0].max() > SIZE[0] - 12


def test_white_paper_on_a_white_desk_is_found() -> None:
    image = np.full((960, 1280, 3), 226, np.uint8)
    image += np.random.default_rng(3).integers(0, 5, image.shape, dtype=np.uint8)
    corners = np.array([[420, 120], [900, 150], [880, 830], [400, 800]])
    shade = cv2.GaussianBlur(cv2.fillConvexPoly(np.zeros(image.shape[:2], np.uint8), corners + 5, 40), (0, 0), 6)
    image = np.clip(image - shade[..., None].astype(int), 0, 255).astype(np.uint8)
    cv2.fillConvexPoly(image, corners, (236, 236, 236), cv2.LINE_AA)
    for row in range(14):
        cv2.putText(image, "1. 2026 11 24", (500, 230 + 40 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (60, 60, 60), 2)
    sheet = find_sheet(image)
    assert sheet is not None and overlap(sheet.corners, ordered(corners)) > 0.95


def test_a_sheet_is_found_in_poor_light_and_with_noise() -> None:
    image, corners = photograph("apply_form", desk="wood", light=0.45, unevenness=0.9, noise=5.0)
    sheet = find_sheet(image)
    assert sheet is not None and overlap(sheet.corners, ordered(corners)) > 0.97


def test_the_corners_do_not_depend_on_the_resolution() -> None:
    image, _ = photograph("bank_passbook")
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    large, small = find_sheet(image), find_sheet(half)
    assert overlap(large.corners, small.corners * 2) > 0.985


def test_corners_start_at_the_top_left_and_run_clockwise() -> None:
    image, _ = photograph("apply_form", tilt_degrees=8)
    top_left, top_right, bottom_right, bottom_left = find_sheet(image).corners
    assert top_left[0] < top_right[0] and bottom_left[0] < bottom_right[0]
    assert top_left[1] < bottom_left[1] and top_right[1] < bottom_right[1]


@pytest.mark.parametrize("shape", [(1, 1, 3), (8, 4000, 3), (40, 40, 3)])
def test_pictures_too_small_to_hold_a_sheet_are_answered_without_one(shape: tuple[int, int, int]) -> None:
    assert find_sheet(np.full(shape, 128, np.uint8)) is None
