"""The visit that is played on the virtual village PC: the old age allowance, up to where papers are laid under the camera."""

from typing import Any

from hongye.demo.story import ITEM, answers_of
from kiosk.camera.specimens import story_person
from tests.virtual_pc.village import SlowCounter

PERSON = story_person()


def begin_capturing(counter: SlowCounter) -> dict[str, Any]:
    """Choose the item, answer its questions, turn to the camera; nothing is printed on the way."""
    visit = counter.begin(ITEM)
    counter.turn_to("answers")
    counter.answer(answers_of(PERSON))
    counter.turn_to("capture")
    return visit


def pages_of(counter: SlowCounter, material_id: str) -> list[str]:
    """The ids of the pages kept for one paper."""
    visit = counter.call("GET", "/api/visit")["visit"]
    return [page["page_id"] for one in visit["materials"] if one["id"] == material_id for page in one["pages"]]
