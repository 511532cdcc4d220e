"""Papers under the camera are told apart and their fields read, whichever way they lie; what cannot be right is told."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from kiosk.camera.specimens import Specimen, specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.reading.paper import read_page
from kiosk.reading.photograph import read_photograph
from kiosk.reading.picture_file import read_file
from kiosk.reading.reading import Reading
from kiosk.reading.upright import turn_of, turned

PERSON = story_person()
SHEETS = specimens_for(PERSON)
NUMBER = PERSON.id_number
CARD = {
    "name": "潘某珍", "sex": "女", "nation": "汉", "birth_date": "1943-03-15", "id_number": NUMBER,
    "address": "广西合浦县样本镇样本村委会第三村民小组16号",
}  # fmt: skip


def page_of(sheet: Specimen) -> np.ndarray:
    """A page as the counter keeps it: 200 dpi."""
    return cv2.resize(sheet.picture, None, fx=2 / 3, fy=2 / 3, interpolation=cv2.INTER_AREA)


def photograph(sheet: Specimen, **quirks) -> np.ndarray:
    camera = VirtualCamera(VirtualCameraSettings(resolution=(2048, 1536), **quirks))
    camera.place(sheet.picture, sheet.width_mm, sheet.height_mm)
    return camera.still().image


def values_of(reading: Reading) -> dict[str, str]:
    return {field.name: field.value for field in reading.fields}


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("name", ["id_card_back", "household_register_2"])
def test_the_turn_that_sets_a_page_upright_is_found(name: str, turn: int) -> None:
    page = turned(page_of(SHEETS[name]), turn)
    assert (turn + turn_of(page)) % 360 == 0


def test_a_page_without_text_stays_as_it_is_and_gives_nothing() -> None:
    blank = np.full((500, 800, 3), 240, np.uint8)
    assert turn_of(blank) == 0
    reading = read_page(blank)
    assert (reading.kind, reading.lines, reading.fields) == (None, (), ())


@pytest.fixture(scope="module")
def reading() -> Reading:
    """A card that lies on its side."""
    return read_page(turned(page_of(SHEETS["id_card_front"]), 90))


class TestIdCard:
    def test_the_front_gives_all_that_is_printed(self, reading):
        assert (reading.kind, reading.turn) == ("id_card_front", 270)
        assert values_of(reading) == CARD
        assert [field.trouble for field in reading.fields] == [None] * 6
        assert all(field.sure > 0.8 for field in reading.fields)

    def test_lines_lie_where_they_stand_on_the_page_as_it_was_given(self, reading):
        """Turned clockwise, the number at the foot of the card stands along the left edge."""
        line = next(line for line in reading.lines if line.text == NUMBER)
        page = page_of(SHEETS["id_card_front"])
        assert line.box[:, 0].max() < 0.25 * page.shape[0]
        assert np.ptp(line.box[:, 1]) > 3 * np.ptp(line.box[:, 0])

    def test_the_back_gives_who_issued_it_and_how_long_it_holds(self):
        reading = read_page(page_of(SHEETS["id_card_back"]))
        assert reading.kind == "id_card_back"
        assert values_of(reading) == {"issuer": "样本县公安局", "valid_from": "2016-05-20", "valid_until": "长期"}

    def test_a_number_whose_check_digit_fails_is_reported_as_printed_with_its_trouble(self):
        wrong = NUMBER[:-1] + ("7" if NUMBER[-1] != "7" else "6")
        reading = read_page(page_of(specimens_for(replace(PERSON, id_number=wrong))["id_card_front"]))
        number = reading.find("id_number")
        assert number.value == wrong
        assert "校验位" in number.trouble
        assert number.sure <= 0.5

    def test_a_birth_date_and_a_sex_that_the_number_denies_are_told(self):
        person = replace(PERSON, sex="男", born_on=PERSON.born_on.replace(day=16))
        reading = read_page(page_of(specimens_for(person)["id_card_front"]))
        assert (reading.find("birth_date").value, reading.find("sex").value) == ("1943-03-16", "男")
        assert "不一样" in reading.find("birth_date").trouble
        assert "不一样" in reading.find("sex").trouble
        assert reading.find("id_number").trouble is None


class TestOtherPapers:
    def test_the_first_page_of_a_register_gives_the_household(self):
        reading = read_page(page_of(SHEETS["household_register_1"]))
        assert reading.kind == "household_register"
        assert values_of(reading) == {
            "householder": "潘某珍", "household_number": "00000168", "issuer": "样本县公安局", "address": CARD["address"],
        }  # fmt: skip

    def test_the_page_of_a_person_in_a_register(self):
        reading = read_page(page_of(SHEETS["household_register_2"]))
        assert reading.kind == "household_register"
        wanted = {name: CARD[name] for name in ("name", "sex", "nation", "birth_date", "id_number")}
        assert values_of(reading) == {**wanted, "relation": "户主"}
        assert "丧偶" in reading.text  # it stands under a red stamp
        assert "样本" in reading.text  # and the stamp's own word is not lost

    def test_a_passbook_gives_the_account_whole_and_whose_it_is(self):
        reading = read_page(page_of(SHEETS["bank_passbook"]))
        assert reading.kind == "bank_passbook"
        assert values_of(reading) == {
            "account_name": "潘某珍", "account_number": PERSON.bank_account,
            "bank": f"{PERSON.bank_name}{PERSON.village}分社",
        }  # fmt: skip

    def test_a_form_that_names_the_same_fields_is_no_card(self):
        reading = read_page(page_of(SHEETS["apply_form"]))
        assert (reading.kind, reading.fields) == ("other", ())
        assert "本人承诺以上内容真实" in reading.text


class TestPhotographs:
    def test_a_card_askew_on_a_wooden_desk_is_cut_out_and_read(self):
        image = photograph(SHEETS["id_card_front"], tilt_degrees=170, perspective=0.1, desk="wood")
        reading = read_photograph(image)
        assert (reading.kind, reading.turn) == ("id_card_front", 180)
        assert values_of(reading) == CARD

    def test_two_cards_in_one_picture_lose_no_text(self):
        front = photograph(SHEETS["id_card_front"], offset_mm=(-70, 0))
        back = photograph(SHEETS["id_card_back"], offset_mm=(70, 0))
        both = np.hstack([front[:, :1024], back[:, 1024:]])
        text = read_photograph(both).text
        assert NUMBER in text
        assert "签发机关" in text

    def test_a_picture_that_is_the_card_edge_to_edge_is_read_whole(self):
        reading = read_photograph(page_of(SHEETS["id_card_front"]))
        assert values_of(reading) == CARD


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (32, 20000), (20000, 32), (40, 40)])
def test_strips_and_specks_are_answered_like_any_picture(tmp_path, size: tuple[int, int]) -> None:
    path = tmp_path / "strip.png"
    cv2.imwrite(str(path), np.random.default_rng(2).integers(0, 255, (*size, 3), dtype=np.uint8))
    answer = read_file(path)
    assert "error" not in answer
    assert (answer["fields"], answer["codes"]) == ({}, [])
