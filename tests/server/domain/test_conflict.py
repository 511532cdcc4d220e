"""Near relatives: what a match of numbers and names comes to, and whom a flag stops."""

import pytest

from server.domain.conflict import ConflictKind, ConflictState, Relation, kind_of_match, may_dismiss, stops
from server.domain.words import CONFLICT_KIND, CONFLICT_STATE, RELATION


@pytest.mark.parametrize(
    ("known", "same_name", "kind"),
    [
        ("index-a", True, ConflictKind.MATCHED),
        ("index-a", False, ConflictKind.MATCHED),
        ("index-b", True, None),  # two people of one name
        ("index-b", False, None),
        (None, True, ConflictKind.POSSIBLE),
        (None, False, None),
    ],
)
def test_numbers_decide_and_names_only_where_there_is_no_number(known, same_name, kind):
    assert kind_of_match(known, "index-a", same_name) is kind


def test_in_doubt_the_official_keeps_off():
    assert {state: stops(state) for state in ConflictState} == {
        ConflictState.OPEN: True,
        ConflictState.CONFIRMED: True,
        ConflictState.DISMISSED: False,
    }


def test_a_number_that_is_the_same_cannot_be_argued_away():
    assert [kind for kind in ConflictKind if not may_dismiss(kind)] == [ConflictKind.MATCHED]


def test_every_word_has_its_label():
    assert set(RELATION) == set(Relation)
    assert set(CONFLICT_KIND) == set(ConflictKind)
    assert set(CONFLICT_STATE) == set(ConflictState)
