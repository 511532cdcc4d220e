"""What somebody types into addresses and forms by hand: nothing of it may be a fault of the server."""

import pytest


@pytest.mark.parametrize("name", ["head", "supervisor"])
@pytest.mark.parametrize("page", ["figures", "cards", "past"])
def test_a_place_there_is_not_is_told_so(official, name, page):
    assert official(name).client.get(f"/console/{page}", query_string={"place": "天上"}).status_code in (200, 404)


def test_what_is_to_be_published_has_an_end(official, world):
    """The attack: a published column of a whole book, on the village's board and in every printed decision."""
    number = world.case_to_decide()
    stated = {"stated 补助标准或金额": "每月80元" * 100, "stated 起始年月": "2026年10月"}
    answer = official("head").act(number, "approve", opinion="符合条件。", **stated)
    assert answer.status_code == 422
    assert "最多写200个字" in answer.get_data(as_text=True)
