"""Who manages whose account, who may stand in for whom, and where somebody who covers is seated."""

from dataclasses import replace
from itertools import product

import pytest

from forms.catalogue import load_catalogue
from server.domain.people import (
    COVERED_BY,
    LEVELS_OF_ROLE,
    MANAGING,
    STAFF_ROLES,
    UNDER_A_HEAD,
    Account,
    Actor,
    Cover,
    Deed,
    Desk,
    Role,
    is_by,
    keeps_accounts,
    may_manage,
    may_see_case,
    may_stand_in,
    seated,
)

REGIONS = load_catalogue().regions
CITY, COUNTY, TOWNSHIP, OTHER_COUNTY = "450500", "450521", "450521100", "450502"
CIVIL, TAX = Desk("民政", COUNTY), Desk("税务", COUNTY)
HEAD = Actor("head", "李练习", Role.DEPARTMENT_HEAD, CIVIL)
CENTRE = Actor("centre", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", CITY))


def account(role: Role, desk: Desk = CIVIL, name: str = "somebody") -> Account:
    return Account(name, role, desk)


class TestWhoManagesWhom:
    @pytest.mark.parametrize(("deed", "role"), list(product(Deed, sorted(STAFF_ROLES))))
    def test_the_control_centre_manages_everybody_elses_account(self, deed, role):
        assert may_manage(CENTRE, deed, account(role, TAX))

    @pytest.mark.parametrize(("deed", "role"), list(product(Deed, sorted(STAFF_ROLES))))
    def test_a_head_manages_the_own_desks_reviewers_and_counters_but_moves_nobody(self, deed, role):
        allowed = role in UNDER_A_HEAD and deed is not Deed.MOVE
        assert may_manage(HEAD, deed, account(role)) is allowed
        assert not may_manage(HEAD, deed, account(role, TAX))
        assert not may_manage(HEAD, deed, account(role, Desk("民政", OTHER_COUNTY)))

    @pytest.mark.parametrize(("manager", "deed"), list(product((HEAD, CENTRE), Deed)))
    def test_of_oneself_nothing_but_the_own_absence(self, manager, deed):
        own = Account(manager.account_id, manager.role, manager.desk)
        assert may_manage(manager, deed, own) is (deed is Deed.SET_ABSENCE)

    @pytest.mark.parametrize("role", sorted(STAFF_ROLES - {Role.CONTROL_CENTRE, Role.DEPARTMENT_HEAD}))
    def test_nobody_else_manages_any(self, role):
        other = replace(HEAD, role=role)
        assert not keeps_accounts(other)
        assert not any(may_manage(other, deed, account(Role.DEPARTMENT_REVIEWER)) for deed in Deed)

    def test_the_table_knows_every_deed_and_every_role_has_its_levels(self):
        assert set(MANAGING) == set(Deed)
        assert set(LEVELS_OF_ROLE) == STAFF_ROLES


class TestWhoStandsIn:
    @pytest.mark.parametrize(("absent", "cover"), list(product(sorted(STAFF_ROLES), repeat=2)))
    def test_only_a_role_that_may_do_what_the_absent_one_does(self, absent, cover):
        named = may_stand_in(CENTRE, account(cover, CIVIL, "b"), account(absent, CIVIL, "a"), REGIONS)
        assert named is (cover in COVERED_BY.get(absent, ()))

    def test_a_heads_power_is_covered_by_a_head_only(self):
        assert COVERED_BY[Role.DEPARTMENT_HEAD] == {Role.DEPARTMENT_HEAD}

    def test_a_head_names_somebody_of_the_own_desk_only_the_centre_of_the_county(self):
        absent, beside = account(Role.DEPARTMENT_REVIEWER), account(Role.DEPARTMENT_REVIEWER, CIVIL, "b")
        afield = account(Role.DEPARTMENT_REVIEWER, TAX, "c")
        far = account(Role.DEPARTMENT_REVIEWER, Desk("民政", OTHER_COUNTY), "d")
        assert [may_stand_in(HEAD, one, absent, REGIONS) for one in (beside, afield, far)] == [True, False, False]
        assert [may_stand_in(CENTRE, one, absent, REGIONS) for one in (beside, afield, far)] == [True, True, False]

    def test_nobody_stands_in_for_himself(self):
        assert not may_stand_in(CENTRE, account(Role.DEPARTMENT_HEAD), account(Role.DEPARTMENT_HEAD), REGIONS)


class TestSeating:
    ABSENT = Cover(TAX, "he", "何旁人")
    ACTOR = Actor("head", "李练习", Role.DEPARTMENT_HEAD, CIVIL, (ABSENT,))

    def test_the_own_desk_comes_first(self):
        assert seated(self.ACTOR, [(TAX, None), (CIVIL, None)]) == self.ACTOR

    def test_at_a_covered_desk_the_record_says_for_whom_and_the_role_stays(self):
        there = seated(self.ACTOR, [(TAX, "he")])
        assert (there.desk, there.display_name, there.role) == (TAX, "李练习（代何旁人）", Role.DEPARTMENT_HEAD)
        assert there.account_id == "head"

    def test_elsewhere_nothing_changes(self):
        assert seated(self.ACTOR, [(Desk("公安", COUNTY), None)]) == self.ACTOR
        assert seated(replace(self.ACTOR, covers=()), [(TAX, None)]).desk == CIVIL

    def test_a_colleague_of_the_same_desk_is_covered_for_what_was_in_his_hands(self):
        beside = replace(self.ACTOR, covers=(Cover(CIVIL, "wu", "吴试用"),))
        assert seated(beside, [(CIVIL, "wu")]).display_name == "李练习（代吴试用）"
        assert seated(beside, [(CIVIL, None)]).display_name == "李练习"
        assert seated(beside, [(CIVIL, "third")]).display_name == "李练习"

    def test_a_covered_desks_cases_are_seen_and_no_others(self):
        assert self.ACTOR.desks == (CIVIL, TAX)
        village = "450521100215"
        assert may_see_case(self.ACTOR, {TAX}, village, REGIONS)
        assert not may_see_case(self.ACTOR, {Desk("公安", COUNTY)}, village, REGIONS)

    def test_a_name_in_the_record_is_the_same_persons_with_or_without_whom_he_stood_in_for(self):
        assert is_by("李练习", self.ACTOR)
        assert is_by("李练习（代何旁人）", self.ACTOR)
        assert is_by("李练习", seated(self.ACTOR, [(TAX, None)]))
        assert not is_by("何旁人", self.ACTOR)
