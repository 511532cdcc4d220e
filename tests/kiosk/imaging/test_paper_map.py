"""The network's word about paper: high on a sheet, low on the desk, of the picture's own size, and the same every time."""

import cv2
import numpy as np
import pytest

from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.imaging.paper_map import paper_map

SHEETS = specimens_for(story_person())


def photographed(name: str, **quirks) -> tuple[np.ndarray, np.ndarray]:
    camera = VirtualCamera(VirtualCameraSettings(resolution=(448, 336), **quirks))
    camera.place(SHEETS[name].picture, SHEETS[name].width_mm, SHEETS[name].height_mm)
    inside = np.zeros((336, 448), np.uint8)
    image = camera.still().image
    cv2.fillConvexPoly(inside, camera.true_corners().round().astype(np.int32), 1)
    return image, inside


@pytest.mark.parametrize("desk", ["dark", "light", "wood"])
@pytest.mark.parametrize("name", ["apply_form", "household_register_2", "id_card_front"])
def test_paper_is_told_from_the_desk(name: str, desk: str) -> None:
    image, inside = photographed(name, desk=desk)
    paper, _ = paper_map(image)
    within, beside = cv2.erode(inside, np.ones((9, 9))), cv2.dilate(inside, np.ones((15, 15)))
    assert paper[within > 0].mean() > 0.8
    assert paper[beside == 0].mean() < 0.1


def test_the_rim_lies_around_the_sheet() -> None:
    image, inside = photographed("apply_form", desk="wood")
    _, rims = paper_map(image)
    rim = cv2.dilate(inside, np.ones((5, 5))) - cv2.erode(inside, np.ones((5, 5)))
    assert rims[rim > 0].mean() > 8 * rims[rim == 0].mean()


@pytest.mark.parametrize("size", [(448, 336), (336, 448), (448, 252), (448, 40), (60, 33)])
def test_the_maps_have_the_size_of_the_picture(size: tuple[int, int]) -> None:
    picture = np.full((size[1], size[0], 3), 120, np.uint8)
    for answer in (paper_map(picture), paper_map(picture)):
        assert [part.shape for part in answer] == [picture.shape[:2]] * 2
        assert all(part.min() >= 0 and part.max() <= 1 for part in answer)
