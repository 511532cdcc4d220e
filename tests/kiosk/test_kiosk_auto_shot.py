"""自动拍 as pure rules: when a sheet is taken by itself, when never, and how the next one is told from the last."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.screen.auto_shot import CHANGED_FROM, COUNTDOWN_SECONDS, STILL_SECONDS, AutoShot, Glimpse, distance
from kiosk.screen.eye import ImagingEye

DIAGONAL = 1000.0
SQUARE = ((100.0, 100.0), (500.0, 100.0), (500.0, 500.0), (100.0, 500.0))
UNTIL_SHOT = STILL_SECONDS + COUNTDOWN_SECONDS


def picture(seed: int) -> np.ndarray:
    """A small picture of its own; two of them have nothing in common."""
    drawn = np.random.default_rng(seed).normal(size=(42, 42)).astype(np.float32)
    return (drawn - drawn.mean()) / drawn.std()


def sheet(number: int = 1, shift: float = 0.0, **more) -> Glimpse:
    return Glimpse(tuple((x + shift, y) for x, y in SQUARE), DIAGONAL, small=picture(number), **more)


NOTHING = Glimpse(None, DIAGONAL, forbidden=True)


class Desk:
    """An AutoShot shown ten looks a second, taking what it says is to be taken."""

    def __init__(self):
        self.auto, self.now, self.taken = AutoShot(), 0.0, []

    def show(self, glimpse: Glimpse, seconds: float) -> list[str]:
        phases = []
        for _ in range(round(seconds * 10)):
            moment = self.auto.see(glimpse, self.now)
            self.now += 0.1
            if not phases or phases[-1] != moment.phase:
                phases.append(moment.phase)
            if moment.phase == "shoot":
                self.taken.append(glimpse)
                self.auto.note_taken(glimpse.small)
        return phases


def test_a_sheet_lying_still_is_counted_down_and_taken_once():
    desk = Desk()
    assert desk.show(NOTHING, 1) == ["empty"]
    assert desk.show(sheet(), 10) == ["moving", "counting", "shoot", "taken"]
    assert len(desk.taken) == 1


def test_the_countdown_runs_from_nothing_to_all_of_it():
    auto = AutoShot()
    shares = [auto.see(sheet(), at / 20).share for at in range(round(UNTIL_SHOT * 20) + 1)]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1


def test_a_sheet_that_moves_is_never_taken():
    desk = Desk()
    for step in range(80):
        desk.show(sheet(shift=step * 11.0), 0.5)
    assert desk.taken == []


def test_a_tremble_below_one_hundredth_of_the_diagonal_counts_as_still():
    desk = Desk()
    for step in range(30):
        desk.show(sheet(shift=(step % 2) * 9.0), 0.1)
    assert len(desk.taken) == 1


@pytest.mark.parametrize(("more", "phase"), [({"forbidden": True}, "moving"), ({"doubtful": True}, "held")])
def test_what_was_found_holds_the_picture_back_until_it_is_gone(more, phase):
    desk = Desk()
    assert desk.show(sheet(**more), 10) == [phase] and desk.taken == []
    assert desk.show(sheet(), UNTIL_SHOT + 0.5)[-1] == "taken"


def test_after_an_empty_desk_the_next_sheet_is_taken_even_one_that_looks_the_same():
    desk = Desk()
    desk.show(sheet(1), 3)
    assert desk.show(NOTHING, 1) == ["taken", "empty"]
    desk.show(sheet(1), 3)
    assert len(desk.taken) == 2


def test_a_look_that_finds_nothing_once_is_no_empty_desk():
    desk = Desk()
    desk.show(sheet(), 3)
    desk.show(NOTHING, 0.2)
    desk.show(sheet(), 5)
    assert len(desk.taken) == 1


def test_a_sheet_laid_over_the_last_one_is_the_next():
    desk = Desk()
    desk.show(sheet(1), 3)
    desk.show(sheet(2), 3)
    desk.show(sheet(1), 3)
    assert len(desk.taken) == 3


def test_pushing_turning_or_touching_the_taken_sheet_takes_nothing():
    desk = Desk()
    desk.show(sheet(1), 3)
    desk.show(sheet(1, shift=200.0), 4)
    upside_down = Glimpse(SQUARE, DIAGONAL, small=np.rot90(picture(1), 2))
    desk.show(upside_down, 4)
    desk.show(sheet(9), 0.5)  # a hand goes over it
    desk.show(sheet(1), 4)
    assert len(desk.taken) == 1


def test_a_sheet_the_agent_is_asked_about_waits_until_it_is_moved():
    auto = AutoShot()
    auto.see(sheet(), 0.0)
    auto.note_asked()
    assert {auto.see(sheet(), at / 10).phase for at in range(1, 80)} == {"asked"}
    assert auto.see(sheet(shift=50.0), 8.1).phase == "moving"
    assert auto.see(sheet(shift=50.0), 8.1 + UNTIL_SHOT).phase == "shoot"


def test_a_page_to_be_taken_again_may_be_the_sheet_that_still_lies_there():
    desk = Desk()
    desk.show(sheet(), 3)
    desk.auto.forget()
    desk.show(sheet(), 3)
    assert len(desk.taken) == 2


def test_a_sheet_taken_by_the_space_key_is_not_taken_again():
    desk = Desk()
    desk.show(sheet(), 0.5)
    desk.auto.note_taken(picture(1))
    assert desk.show(sheet(), 5) == ["taken"] and desk.taken == []


def test_without_small_pictures_only_an_empty_desk_frees_the_next_shot():
    desk, plain = Desk(), Glimpse(SQUARE, DIAGONAL)
    desk.show(plain, 3)
    desk.show(Glimpse(SQUARE[::-1], DIAGONAL), 3)
    assert len(desk.taken) == 1
    desk.show(NOTHING, 1)
    desk.show(plain, 3)
    assert len(desk.taken) == 2


GLIMPSES = st.sampled_from(
    [NOTHING, sheet(1), sheet(2), sheet(1, shift=40.0), sheet(1, doubtful=True), sheet(2, forbidden=True)]
)


@given(st.lists(st.tuples(GLIMPSES, st.floats(0.1, 3.0)), max_size=12))
def test_whatever_happens_only_good_still_sheets_are_taken_and_none_twice_in_a_row(story):
    desk = Desk()
    emptied = True
    for glimpse, seconds in story:
        before = len(desk.taken)
        desk.show(glimpse, seconds)
        fresh = desk.taken[before:]
        assert len(fresh) <= 1 and not any(one.forbidden or one.doubtful or one.corners is None for one in fresh)
        if fresh and not emptied and before:
            assert distance(fresh[0].small, desk.taken[before - 1].small) >= CHANGED_FROM
        if fresh:
            emptied = False
        if glimpse.corners is None:
            emptied = True


def test_the_real_eye_tells_sheets_apart_and_knows_one_again():
    eye, seen = ImagingEye(), {}
    for key, specimen in specimens_for(story_person()).items():
        for tilt, light in ((2, 0.95), (9, 0.7)):
            camera = VirtualCamera(VirtualCameraSettings(tilt_degrees=tilt, light=light))
            camera.place(specimen.picture, specimen.width_mm, specimen.height_mm)
            seen[key, tilt] = eye.look(camera.preview().image).small
    for (key, tilt), small in seen.items():
        for (other_key, other_tilt), other in seen.items():
            if (key, tilt) != (other_key, other_tilt):
                assert (distance(small, other) < CHANGED_FROM) == (key == other_key), (key, tilt, other_key, other_tilt)
