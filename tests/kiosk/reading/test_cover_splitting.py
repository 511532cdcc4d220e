"""A scanned stack comes apart by its cover sheets, and nothing that is uncertain goes into a material unseen."""

import numpy as np

from forms.cover_code import CoverCode
from kiosk.reading.covers import Group, Seen, seen_of, split_stack
from kiosk.reading.reading import Code, Codes

ITEM = "MZ-008"
MATERIALS = ("id_card", "household_register", "bank_passbook")
PAGE = Seen()


def cover(material: str, copy: int = 1, item: str = ITEM) -> Seen:
    return Seen((CoverCode(item, material, copy).text,))


def split(*pictures: Seen | None):
    return split_stack(pictures, ITEM, MATERIALS)


def test_pages_go_to_the_material_of_the_cover_before_them() -> None:
    found = split(cover("id_card"), PAGE, PAGE, cover("bank_passbook"), PAGE)
    assert found.groups == (Group("id_card", 1, (0,), (1, 2)), Group("bank_passbook", 1, (3,), (4,)))
    assert (found.unassigned, found.faults) == ((), ())


def test_a_code_on_a_paper_is_no_cover() -> None:
    assert split(cover("id_card"), Seen(("https://example.org/1",)), PAGE).groups[0].pages == (1, 2)


def test_copies_of_a_material_are_groups_of_their_own() -> None:
    found = split(cover("id_card", 1), PAGE, cover("id_card", 2), PAGE)
    assert [(group.copy, group.pages) for group in found.groups] == [(1, (1,)), (2, (3,))]


def test_pages_before_the_first_cover_are_kept_aside_and_told_once() -> None:
    found = split(PAGE, PAGE, cover("id_card"), PAGE)
    assert found.unassigned == (0, 1)
    assert [(fault.picture, "没有分隔页" in fault.sentence) for fault in found.faults] == [(0, True)]


def test_after_a_cover_of_another_item_or_an_unknown_material_nothing_is_guessed() -> None:
    found = split(cover("id_card", item="MZ-001"), PAGE, cover("marriage"), PAGE, cover("id_card"), PAGE)
    assert found.unassigned == (1, 3)
    assert found.groups == (Group("id_card", 1, (4,), (5,)),)
    assert "别的事项（MZ-001）" in found.faults[0].sentence
    assert "没有的材料" in found.faults[1].sentence


def test_a_large_code_that_cannot_be_read_ends_the_group_before_it() -> None:
    found = split(cover("id_card"), PAGE, Seen(large_miss=True), PAGE, cover("bank_passbook"), PAGE)
    assert [group.pages for group in found.groups] == [(1,), (5,)]
    assert found.unassigned == (2, 3)
    assert found.faults[0].sentence.startswith("第3张像是分隔页")


def test_the_same_cover_twice_goes_on_with_its_material_and_is_told() -> None:
    found = split(cover("id_card"), PAGE, cover("id_card"), PAGE)
    assert found.groups == (Group("id_card", 1, (0, 2), (1, 3)),)
    assert "第3张和第1张是同一张分隔页" in found.faults[0].sentence


def test_a_cover_with_nothing_behind_it_and_a_picture_that_does_not_open_are_told() -> None:
    found = split(cover("id_card"), cover("bank_passbook"), None, PAGE)
    assert [fault.picture for fault in found.faults] == [0, 2]
    assert "后面没有材料" in found.faults[0].sentence
    assert found.unassigned == (2,)
    assert found.groups == (Group("bank_passbook", 1, (1,), (3,)),)


def test_no_picture_is_ever_lost() -> None:
    stack = [PAGE, cover("id_card"), PAGE, None, Seen(large_miss=True), PAGE, cover("x", item="MZ-001"), PAGE]
    found = split(*stack)
    placed = {place for group in found.groups for place in (*group.covers, *group.pages)} | set(found.unassigned)
    assert placed | {6} == set(range(len(stack)))  # a cover of another item is told, and is no page


def test_a_small_code_that_is_not_legible_is_a_papers_own() -> None:
    place = np.array([[0, 0], [100, 0], [100, 100], [0, 100]], float)
    read = Code("QRCode", "HYC1|MZ-008|id_card|1", place)
    assert seen_of(Codes((), (place,)), (2339, 1654)) == Seen((), False)
    assert seen_of(Codes((read,), (place * 6,)), (2339, 1654)) == Seen(("HYC1|MZ-008|id_card|1",), True)
