"""From corners to a page: true proportions, even light, red stamps stay red; and the one call the kiosk makes."""

import cv2
import numpy as np
import pytest

from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.imaging.capture import process
from kiosk.imaging.encode import encode_page, encode_within
from kiosk.imaging.enhance import enhance
from kiosk.imaging.rectify import rectify, shape_of, true_proportion

SHEETS = specimens_for(story_person())
SIZE = (1632, 1224)
FULL_SIZE = VirtualCameraSettings().resolution


def photograph(name: str, **quirks) -> tuple[np.ndarray, np.ndarray]:
    camera = VirtualCamera(VirtualCameraSettings(**{"resolution": SIZE, **quirks}))
    camera.place(SHEETS[name].picture, SHEETS[name].width_mm, SHEETS[name].height_mm)
    return camera.still().image, camera.true_corners()


@pytest.mark.parametrize(
    ("name", "shape"), [("apply_form", "a4"), ("id_card_front", "card"), ("photo", "other"), ("id_card_back", "card")]
)
@pytest.mark.parametrize("tilt", [0, 17, -30])
def test_the_kind_of_paper_is_told_by_its_proportions(name: str, shape: str, tilt: int) -> None:
    camera = VirtualCamera(VirtualCameraSettings(tilt_degrees=tilt))
    camera.place(SHEETS[name].picture, SHEETS[name].width_mm, SHEETS[name].height_mm)
    assert shape_of(camera.true_corners(), (2448, 3264, 3)) == shape


def test_a_page_of_known_paper_has_its_true_size() -> None:
    image, corners = photograph("apply_form")
    assert rectify(image, corners, dpi=200).shape == (2339, 1654, 3)
    assert rectify(image, np.roll(corners, -1, axis=0), dpi=100).shape == (827, 1169, 3)
    image, corners = photograph("id_card_front")
    assert rectify(image, corners, dpi=300).shape == (638, 1011, 3)


def test_the_proportion_of_other_paper_is_kept() -> None:
    image, corners = photograph("photo", tilt_degrees=12)
    page = rectify(image, corners)
    assert page.shape[1] / page.shape[0] == pytest.approx(102 / 152, rel=0.05)
    assert true_proportion(corners, image.shape) == pytest.approx(102 / 152, rel=0.05)


def test_a_straightened_page_shows_what_was_on_the_paper() -> None:
    quirks = {"tilt_degrees": 25, "perspective": 0.05, "noise": 0, "unevenness": 0, "shadow": 0}
    image, corners = photograph("apply_form", resolution=FULL_SIZE, **quirks)
    page = rectify(image, corners, dpi=100)
    truth = cv2.resize(SHEETS["apply_form"].picture, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_AREA)
    likeness = np.corrcoef(page[..., 1].ravel(), truth[..., 1].ravel())[0, 1]
    assert likeness > 0.93


def test_corners_that_enclose_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="no area"):
        rectify(np.zeros((50, 50, 3), np.uint8), np.zeros((4, 2)))


def test_enhancing_evens_out_the_light_and_keeps_stamps_red() -> None:
    image, corners = photograph("apply_form", unevenness=1.0, light=0.7)
    page = rectify(image, corners, dpi=100)
    better = enhance(page)
    blanks = [better[40:70, 40:120].mean(), better[-60:-30, -140:-60].mean()]
    assert min(blanks) > 232 and abs(blanks[0] - blanks[1]) < 12
    red = (better[..., 2].astype(int) - better[..., 1] > 60).mean()
    assert (
        red
        > 0.6 * (SHEETS["apply_form"].picture[..., 2].astype(int) - SHEETS["apply_form"].picture[..., 1] > 60).mean()
    )
    assert enhance(page, mode="grey").shape == page.shape[:2]


def test_a_photograph_is_not_bleached() -> None:
    image, corners = photograph("photo")
    page = rectify(image, corners)
    assert enhance(page)[400:600, 300:500].mean() < page[400:600, 300:500].mean() * 1.35


def test_a_good_frame_becomes_an_acceptable_page() -> None:
    image, _ = photograph("id_card_front", desk="wood", resolution=FULL_SIZE)
    capture = process(image)
    assert capture.acceptable and capture.findings == ()
    assert capture.page.shape == (638, 1011, 3) and capture.ms > 0
    encoded = encode_page(capture.page)
    assert encoded[:2] == b"\xff\xd8" and len(encode_page(capture.page, 30)) < len(encoded)


def test_an_empty_desk_is_not_acceptable_and_has_no_page() -> None:
    capture = process(VirtualCamera(VirtualCameraSettings(resolution=(1280, 960))).still().image)
    assert not capture.acceptable and capture.page is None and capture.sheet is None
    assert [finding.code for finding in capture.findings] == ["no_sheet"]


def test_a_page_is_made_as_light_as_its_material_may_be() -> None:
    page = SHEETS["household_register_2"].picture
    whole = len(encode_page(page))
    small = encode_within(page, whole // 3)
    assert len(small) <= whole // 3 and small[:2] == b"\xff\xd8"
    assert encode_within(page, whole) == encode_page(page)
    assert len(encode_within(page, 1)) < len(small)


def test_in_black_and_white_only_ink_is_left() -> None:
    image, corners = photograph("apply_form", unevenness=0.8, light=0.7)
    page = enhance(rectify(image, corners), mode="bitonal")
    assert page.ndim == 2 and set(np.unique(page)) == {0, 255}
    assert 0.005 < (page == 0).mean() < 0.15


def test_the_cast_of_a_lamp_goes_and_coloured_paper_stays() -> None:
    sheet = np.full((500, 350, 3), 235, np.uint8)
    cv2.putText(sheet, "2026", (60, 250), cv2.FONT_HERSHEY_SIMPLEX, 3, (20, 20, 20), 6)
    warm = (sheet * np.array([0.9, 0.97, 1.0])).astype(np.uint8)
    pink = (sheet * np.array([0.75, 0.68, 1.0])).astype(np.uint8)
    assert np.ptp(np.median(enhance(warm).reshape(-1, 3), axis=0)) <= 2
    assert np.ptp(np.median(enhance(pink).reshape(-1, 3), axis=0)) > 50
