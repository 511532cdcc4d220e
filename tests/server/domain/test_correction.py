"""补正: everything at once, once, and in words a villager can follow."""

import pytest

from server.domain.correction import (
    CorrectionPoint,
    CorrectionReason,
    CorrectionRefused,
    require_one_time,
    require_sound,
    visible_before,
)
from server.domain.words import CORRECTION_REASON

KNOWN = {"id_card", "bank_passbook"}
CARD = CorrectionPoint("id_card", CorrectionReason.UNCLEAR, "国徽面反光，请重拍")
BOOK = CorrectionPoint("bank_passbook", CorrectionReason.OUTDATED, "存折已销户，请带新折")


def refused(points) -> str:
    with pytest.raises(CorrectionRefused) as told:
        require_sound(points, KNOWN)
    return str(told.value)


def test_one_or_several_papers_of_the_item_may_be_asked_for():
    require_sound([CARD], KNOWN)
    require_sound([CARD, BOOK], KNOWN)


def test_asking_for_nothing_is_refused():
    assert "至少选一样" in refused([])


def test_what_was_brought_anew_may_be_found_wanting_and_what_lay_there_before_may_not():
    again = visible_before([CARD, BOOK], {"id_card"})
    assert again == [BOOK]
    with pytest.raises(CorrectionRefused, match="一次性告知"):
        require_one_time(again, allowed=False)
    require_one_time(again, allowed=True)
    require_one_time([], allowed=False)


def test_a_paper_that_is_not_the_items_is_refused():
    assert "材料清单里" in refused([CARD, CorrectionPoint("marriage_proof", CorrectionReason.MISSING, "请补")])


@pytest.mark.parametrize("note", ["", "  ", "\u3000\n"])
def test_a_paper_without_a_word_of_help_is_refused(note):
    assert "写清哪里不对" in refused([CARD, CorrectionPoint("bank_passbook", CorrectionReason.WRONG, note)])


def test_every_reason_has_its_word():
    assert set(CORRECTION_REASON) == set(CorrectionReason)
