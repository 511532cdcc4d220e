"""In whose hands a stage is, and who may move it: the whole table."""

from itertools import product

import pytest

from server.domain.assignment import ALLOWED_DEEDS, HandDeed, Hands, allowed_deeds, hands_of
from server.domain.people import STAFF_ROLES, Actor, Cover, Desk, Role
from server.domain.words import HAND_DEED

DESK = Desk("民政", "450521")
ME = Actor("me", "某人", Role.DEPARTMENT_REVIEWER, DESK)
HANDLERS = {Role.VILLAGE_AGENT, Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD}
ASSIGNERS = {Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_HEAD}


@pytest.mark.parametrize(("hands", "role"), list(product(Hands, sorted(STAFF_ROLES))))
def test_everybody_of_a_desk_takes_and_gives_and_only_heads_and_counters_assign(hands, role):
    own = {Hands.NOBODY: HandDeed.TAKE, Hands.OWN: HandDeed.GIVE_BACK, Hands.ANOTHER: HandDeed.TAKE_OVER}[hands]
    expected = {own} if role in HANDLERS else set()
    if role in ASSIGNERS:
        expected |= {HandDeed.ASSIGN} | ({HandDeed.TAKE_BACK} if hands is Hands.ANOTHER else set())
    assert set(allowed_deeds(hands, role)) == expected


def test_the_table_names_every_deed_and_each_has_its_word():
    assert {deed for deeds in ALLOWED_DEEDS.values() for deed in deeds} == set(HandDeed) == set(HAND_DEED)


@pytest.mark.parametrize(
    ("holder", "hands"), [(None, Hands.NOBODY), ("me", Hands.OWN), ("other", Hands.ANOTHER), ("away", Hands.OWN)]
)
def test_what_an_absent_one_has_in_hand_is_in_the_covers(holder, hands):
    covering = Actor("me", "某人", Role.DEPARTMENT_REVIEWER, DESK, (Cover(DESK, "away", "甲"),))
    assert hands_of(covering, DESK, holder) is hands


def test_a_cover_at_one_desk_is_nobody_at_another():
    covering = Actor("me", "某人", Role.DEPARTMENT_REVIEWER, DESK, (Cover(Desk("税务", "450521"), "away", "甲"),))
    assert hands_of(covering, DESK, "away") is Hands.ANOTHER
