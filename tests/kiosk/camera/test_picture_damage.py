"""Damaged pictures: JPEGs cut at many places are recognised, dark desks and white paper are not mistaken for damage."""

import cv2
import numpy as np
import pytest

from kiosk.camera.damage import has_end, is_half_decoded
from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings

SIZE = VirtualCameraSettings(resolution=(1280, 960))


def photograph(**quirks) -> np.ndarray:
    camera = VirtualCamera(SIZE)
    camera.adjust(**quirks)
    sheet = specimens_for(story_person())["id_card_front"]
    camera.place(sheet.picture, sheet.width_mm, sheet.height_mm)
    return camera.still().image


def jpeg_of(image: np.ndarray, quality: int = 80) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def decoded(content: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("desk", ["dark", "light", "wood"])
def test_a_jpeg_that_was_cut_anywhere_is_recognised_when_its_end_was_put_back(desk) -> None:
    content = jpeg_of(photograph(desk=desk))
    for share in np.linspace(0.1, 0.85, 16):
        assert is_half_decoded(decoded(content[: int(len(content) * share)] + b"\xff\xd9")), share


@pytest.mark.parametrize("fill", [(0, 0, 0), (128, 128, 128), (0, 135, 0), (77, 0, 154)])
def test_every_fill_of_a_decoder_is_recognised(fill) -> None:
    image = photograph(desk="wood")
    for row in range(64, 912, 120):
        torn = image.copy()
        torn[row // 8 * 8 :] = fill
        assert is_half_decoded(torn), row


@pytest.mark.parametrize("desk", ["dark", "light", "wood"])
@pytest.mark.parametrize("light", [0.95, 0.3, 0.1, 0.03, 0.0])
def test_a_dark_desk_is_no_damage(desk, light) -> None:
    for noise in (0.0, 2.0):
        image = photograph(desk=desk, light=light, noise=noise)
        for turns in range(4):
            assert not is_half_decoded(np.ascontiguousarray(np.rot90(image, turns)))
            assert not is_half_decoded(decoded(jpeg_of(np.ascontiguousarray(np.rot90(image, turns)), 50)))


def test_a_clipped_black_table_below_a_sheet_is_no_damage() -> None:
    image = np.zeros((960, 1280, 3), np.uint8)
    image[80:480, 300:900] = 200
    assert not is_half_decoded(image)


def test_white_paper_is_no_damage_and_a_grey_screen_is() -> None:
    page = np.full((960, 1280, 3), 250, np.uint8)
    assert not is_half_decoded(page)
    assert is_half_decoded(np.full_like(page, 128))
    assert not is_half_decoded(np.zeros_like(page))


def test_the_end_of_a_jpeg_may_be_padded_with_zeros_and_nothing_else() -> None:
    content = jpeg_of(photograph())
    assert has_end(np.frombuffer(content, np.uint8))
    assert has_end(np.frombuffer(content + bytes(600), np.uint8))
    for cut in (1, 2, len(content) // 2, len(content) - 3):
        assert not has_end(np.frombuffer(content[:-cut], np.uint8))
    assert not has_end(np.frombuffer(b"", np.uint8))
