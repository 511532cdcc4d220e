"""Least privilege: which desk a stage belongs to, and who may see which case."""

import pytest

from forms.catalogue import load_catalogue
from server.domain.people import STAFF_ROLES, Actor, Desk, Role, desk_of, may_see_case

CATALOGUE = load_catalogue()
REGIONS = CATALOGUE.regions
YANLOU, LIANZHOU, HEPU, BEIHAI, HAICHENG = "450521100215", "450521100", "450521", "450500", "450502"
DESKS = {Desk("民政", LIANZHOU), Desk("公安", HEPU), Desk("村级组织", YANLOU)}


def actor(role: Role, department: str, region: str) -> Actor:
    return Actor("x", "某人", role, Desk(department, region))


def sees(someone: Actor) -> bool:
    return may_see_case(someone, DESKS, YANLOU, REGIONS)


@pytest.mark.parametrize(
    ("level", "region"), [("village", YANLOU), ("township", LIANZHOU), ("county", HEPU), ("city", BEIHAI)]
)
def test_a_stage_lies_at_the_department_of_its_level_above_the_village(level, region):
    stage = CATALOGUE.get_item("MZ-008").stages[0].model_copy(update={"level": level})
    assert desk_of(stage, YANLOU, REGIONS) == Desk(stage.department, region)


@pytest.mark.parametrize("item", CATALOGUE.items.values(), ids=lambda item: item.code)
def test_every_stage_of_every_item_has_a_desk_for_every_kind_of_place(item):
    for village in (REGIONS.list_level("village")[0], REGIONS.list_level("village")[-1]):
        for stage in item.stages:
            assert REGIONS.lies_in(village.code, desk_of(stage, village.code, REGIONS).region_code)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {Role.SUPERVISOR}))
def test_a_desk_sees_the_cases_it_handles_and_no_others(role):
    assert sees(actor(role, "公安", HEPU))
    assert not sees(actor(role, "公安", HAICHENG))
    assert not sees(actor(role, "公安", LIANZHOU))
    assert not sees(actor(role, "税务", HEPU))


@pytest.mark.parametrize(
    ("region", "allowed"), [(BEIHAI, True), (HEPU, True), (LIANZHOU, True), (YANLOU, True), (HAICHENG, False)]
)
def test_a_supervisor_sees_the_cases_of_the_own_region(region, allowed):
    assert sees(actor(Role.SUPERVISOR, "电子监察", region)) is allowed


def test_a_supervisor_of_another_village_sees_nothing_even_with_a_desk_in_the_case():
    other = next(place.code for place in REGIONS.list_level("village") if place.code != YANLOU)
    assert not sees(actor(Role.SUPERVISOR, "公安", other))


def test_villagers_are_no_staff():
    assert Role.VILLAGER not in STAFF_ROLES
    assert len(STAFF_ROLES) == len(Role) - 1
