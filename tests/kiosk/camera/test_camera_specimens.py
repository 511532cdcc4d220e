"""The fictitious sheets: right sizes, valid check digits, and something to read on each."""

import numpy as np
import pytest

from forms.identity import id_number_fault
from kiosk.camera.specimens import bank_account_from, id_number_from, specimens_for, story_person

NAMES = {
    "id_card_front", "id_card_back", "household_register_1", "household_register_2", "bank_passbook", "apply_form", "photo",
}  # fmt: skip


def test_every_sheet_of_the_visit_is_drawn_at_300_dots_per_inch() -> None:
    sheets = specimens_for(story_person())
    assert set(sheets) == NAMES
    for name, sheet in sheets.items():
        assert sheet.name == name and sheet.title_zh
        assert sheet.picture.dtype == np.uint8
        assert sheet.picture.shape[1] == pytest.approx(sheet.width_mm * 300 / 25.4, abs=2)
        assert sheet.picture.shape[0] == pytest.approx(sheet.height_mm * 300 / 25.4, abs=2)
        assert (sheet.picture.min(axis=2) < 90).mean() > 0.004, f"{name} has no ink"


def test_every_sheet_bears_the_red_specimen_stamp() -> None:
    for name, sheet in specimens_for(story_person()).items():
        blue, green, red = (sheet.picture[:, :, channel].astype(int) for channel in range(3))
        assert ((red - green > 60) & (red - blue > 60)).mean() > 0.001, name


def test_the_check_digits_are_those_of_the_standards() -> None:
    assert id_number_from("11010519491231002") == "11010519491231002X"
    assert bank_account_from("7992739871") == "79927398713"
    with pytest.raises(ValueError, match="seventeen"):
        id_number_from("123")


def test_the_person_of_the_story_has_a_number_nobody_was_ever_given() -> None:
    number = story_person().id_number
    assert number[14:17] == "000" and id_number_fault(number) is None


def test_drawing_twice_gives_the_same_sheet() -> None:
    one, other = specimens_for(story_person()), specimens_for(story_person())
    assert np.array_equal(one["id_card_front"].picture, other["id_card_front"].picture)
