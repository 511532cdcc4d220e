"""The table of a follow-up: every step of every state has one part that may take it, and nobody else does."""

from dataclasses import replace
from itertools import product

import pytest

from forms.catalogue import load_catalogue
from server.domain.follow_up import (
    STATE_LABELS,
    STEP_LABELS,
    TABLE,
    Part,
    Standing,
    State,
    Step,
    StepNotAllowed,
    allowed_steps,
    answers_for,
    next_state,
    parts_of,
)
from server.domain.people import Actor, Desk, Role

VILLAGE, TOWNSHIP, COUNTY, CITY = "450521100215", "450521100", "450521", "450500"
REGIONS = load_catalogue().regions
STANDING = Standing(
    state=State.RECTIFYING,
    desk=Desk("民政", COUNTY),
    village_code=VILLAGE,
    handler="centre-1",
    rated_people=frozenset({"李练习"}),
    may_be_called=True,
)


def actor(role: Role, department: str, region: str, name: str = "某示例", account: str = "x") -> Actor:
    return Actor(account, name, role, Desk(department, region))


@pytest.mark.parametrize("state", list(State))
def test_each_step_is_one_parts_and_no_other_may_take_it(state):
    for step, part in product(Step, Part):
        standing = replace(STANDING, state=state, may_be_called=step is not Step.CHECK_RECORDS)
        whose, then = TABLE[state].get(step, (None, None))
        if part is whose:
            assert next_state(standing, frozenset({part}), step) is then
        else:
            with pytest.raises(StepNotAllowed, match=STATE_LABELS[state]):
                next_state(standing, frozenset({part}), step)


def test_every_state_is_left_by_somebody_and_every_state_and_step_has_its_word():
    reached = {then for steps in TABLE.values() for _, then in steps.values()}
    assert reached | {State.OPENED} == set(State)
    leaving = {state for state, steps in TABLE.items() if {then for _, then in steps.values()} - {state}}
    assert leaving == set(State) - {State.CLOSED}
    assert (STATE_LABELS.keys(), STEP_LABELS.keys()) == (set(State), set(Step))


def test_whoever_served_has_no_part_whatever_the_role():
    for role in (Role.DEPARTMENT_HEAD, Role.CONTROL_CENTRE, Role.SUPERVISOR):
        somebody = actor(role, "民政", COUNTY, "李练习", "centre-1")
        assert parts_of(somebody, STANDING, REGIONS) == frozenset()
        assert parts_of(replace(somebody, display_name="某示例"), STANDING, REGIONS)


@pytest.mark.parametrize("state", [State.OPENED, State.CALLED_BACK])
def test_a_desk_has_no_part_before_it_is_assigned(state):
    head = actor(Role.DEPARTMENT_HEAD, "民政", COUNTY)
    assert parts_of(head, replace(STANDING, state=state), REGIONS) == frozenset()
    assert parts_of(head, STANDING, REGIONS) == {Part.HEAD}


@pytest.mark.parametrize(
    ("who", "desk", "answers"),
    [
        (actor(Role.DEPARTMENT_HEAD, "民政", COUNTY), Desk("民政", COUNTY), True),
        (actor(Role.DEPARTMENT_HEAD, "民政", COUNTY), Desk("民政", TOWNSHIP), True),
        (actor(Role.DEPARTMENT_HEAD, "民政", CITY), Desk("民政", COUNTY), True),
        (actor(Role.DEPARTMENT_HEAD, "民政", TOWNSHIP), Desk("民政", COUNTY), False),
        (actor(Role.DEPARTMENT_HEAD, "民政", "450502"), Desk("民政", TOWNSHIP), False),
        (actor(Role.DEPARTMENT_HEAD, "公安", COUNTY), Desk("民政", COUNTY), False),
        (actor(Role.DEPARTMENT_REVIEWER, "民政", COUNTY), Desk("民政", COUNTY), False),
        (actor(Role.TOWNSHIP_COUNTER, "民政", TOWNSHIP), Desk("民政", TOWNSHIP), False),
        (actor(Role.TOWNSHIP_COUNTER, "民政", TOWNSHIP), Desk("村级组织", VILLAGE), True),
        (actor(Role.VILLAGE_AGENT, "村级组织", VILLAGE), Desk("村级组织", VILLAGE), False),
    ],
)
def test_heads_answer_for_their_department_here_and_below_and_the_township_for_its_villages(who, desk, answers):
    assert answers_for(who, desk, REGIONS) is answers


def test_the_centre_of_another_place_and_a_supervisor_elsewhere_have_no_part():
    for role in (Role.CONTROL_CENTRE, Role.SUPERVISOR):
        assert parts_of(actor(role, "综控中心", "450502"), STANDING, REGIONS) == frozenset()


def test_three_calls_in_vain_open_the_papers_and_an_appeal_is_spent_with_the_first():
    handler, opened = frozenset({Part.HANDLER}), replace(STANDING, state=State.OPENED)
    assert Step.CHECK_RECORDS not in allowed_steps(replace(opened, unreached=2), handler)
    assert Step.CHECK_RECORDS in allowed_steps(replace(opened, unreached=3), handler)
    assert allowed_steps(replace(opened, may_be_called=False), handler) == [Step.CHECK_RECORDS]
    assert Step.APPEAL not in allowed_steps(replace(STANDING, has_appealed=True), frozenset({Part.HEAD}))
