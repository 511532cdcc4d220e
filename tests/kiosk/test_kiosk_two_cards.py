"""Both sides of a card laid side by side: one picture, two pages, in the order they lie."""

import numpy as np
import pytest

from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.imaging.encode import encode_page
from kiosk.imaging.read import read_picture
from kiosk.reading.paper import read_page
from kiosk.screen.eye import ImagingEye

SIZE = VirtualCameraSettings().resolution


def one_card(name: str, offset: tuple[int, int]) -> np.ndarray:
    camera = VirtualCamera(VirtualCameraSettings(desk="wood", offset_mm=offset, tilt_degrees=3))
    card = specimens_for(story_person())[name]
    camera.place(card.picture, card.width_mm, card.height_mm)
    return camera.still().image


def side_by_side(left: str, right: str) -> np.ndarray:
    picture = one_card(left, (-70, 0))
    half = SIZE[0] // 2
    picture[:, half:] = one_card(right, (70, 10))[:, half:]
    return picture


@pytest.mark.parametrize("sides", [("id_card_front", "id_card_back"), ("id_card_back", "id_card_front")])
def test_both_sides_are_cut_out_from_left_to_right(sides: tuple[str, str]) -> None:
    taken = ImagingEye().take(side_by_side(*sides), "id_card")
    assert taken.clean and taken.shape == "card" and len(taken.further) == 1
    assert [read_page(read_picture(page)).kind for page in (taken.page, *taken.further)] == list(sides)


def test_where_no_cards_are_wanted_only_the_main_sheet_is_taken() -> None:
    assert ImagingEye().take(side_by_side("id_card_front", "id_card_back"), "generic").further == ()
    assert ImagingEye().take(one_card("id_card_front", (0, 0)), "id_card").further == ()


def pages_of(visit: dict, material_id: str) -> list[str]:
    return [page["page_id"] for one in visit["materials"] if one["id"] == material_id for page in one["pages"]]


def test_one_shot_gives_both_pages_and_no_more_than_are_missing(begun, eye) -> None:
    second = encode_page(np.full((54, 86, 3), 90, np.uint8))
    eye.further = (second, second)
    begun.post("/api/visit/step", {"step": "capture"})
    visit = begun.post("/api/visit/capture", {"material_id": "id_card"})["visit"]
    first, other = pages_of(visit, "id_card")
    assert first != other
    visit = begun.post("/api/visit/capture", {"material_id": "id_card"})["visit"]
    assert len(pages_of(visit, "id_card")) == 3
