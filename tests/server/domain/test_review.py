"""How a case walks: what opens next, what may be judged not applicable, and that every item's walk ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import load_catalogue
from server.domain.review import (
    FINISHED,
    StageState,
    asks_for_judgement,
    rules_itself_out,
    settled_alternatives,
    stages_to_open,
)

CATALOGUE = load_catalogue()
LOW_INCOME = CATALOGUE.get_item("MZ-001")
ALLOWANCE = CATALOGUE.get_item("MZ-008")


def opened(item, done: set[str] = frozenset(), active: set[str] = frozenset()) -> list[str]:
    states = {stage.id: StageState.PENDING for stage in item.stages}
    states |= dict.fromkeys(done, StageState.DONE) | dict.fromkeys(active, StageState.ACTIVE)
    return [stage.id for stage in stages_to_open(item.stages, states)]


def first(count: int) -> set[str]:
    return {f"s{number}" for number in range(1, count + 1)}


def test_a_case_begins_with_its_first_stage_alone():
    assert opened(LOW_INCOME) == ["s1"]


def test_nothing_opens_while_somebody_has_something_to_do():
    assert opened(LOW_INCOME, first(1), {"s2"}) == []
    assert opened(LOW_INCOME, first(2) | {"s3"}, {"s4"}) == []


def test_a_joint_review_opens_at_all_its_desks_at_once():
    assert opened(ALLOWANCE, first(2)) == ["s3", "s4"]
    assert opened(LOW_INCOME, first(2)) == [f"s{number}" for number in range(3, 13)]


def test_what_follows_a_joint_review_waits_for_its_last_verdict():
    assert opened(ALLOWANCE, first(3), {"s4"}) == []
    assert opened(ALLOWANCE, first(4)) == ["s5"]


def test_in_a_group_with_a_deciding_desk_the_parallel_stages_come_first():
    assert opened(LOW_INCOME, first(14)) == ["s16"]
    assert opened(LOW_INCOME, first(14) | {"s16"}) == ["s15"]
    assert opened(LOW_INCOME, first(16)) == ["s17"]


def test_after_the_last_stage_nothing_opens():
    assert opened(ALLOWANCE, first(7)) == []


def test_a_stage_judged_not_applicable_is_finished_like_one_done():
    states = {stage.id: StageState.DONE for stage in LOW_INCOME.stages} | {
        "s15": StageState.PENDING, "s16": StageState.NOT_APPLICABLE, "s17": StageState.PENDING, "s18": StageState.PENDING
    }  # fmt: skip
    assert [stage.id for stage in stages_to_open(LOW_INCOME.stages, states)] == ["s15"]


@pytest.mark.parametrize("item", CATALOGUE.items.values(), ids=lambda item: item.code)
@given(data=st.data())
def test_every_item_walks_to_its_end_and_opens_each_stage_once_in_whatever_order_desks_answer(item, data):
    states = {stage.id: StageState.PENDING for stage in item.stages}
    seen = []
    while any(state not in FINISHED for state in states.values()):
        for stage in stages_to_open(item.stages, states):
            assert states[stage.id] is StageState.PENDING
            states[stage.id] = StageState.ACTIVE
            seen.append(stage.id)
        active = sorted(key for key, state in states.items() if state is StageState.ACTIVE)
        assert active, "nobody has anything to do, and yet the case is not at its end"
        states[data.draw(st.sampled_from(active))] = data.draw(st.sampled_from(sorted(FINISHED)))
    assert sorted(seen) == sorted(states)


def test_a_condition_a_machine_can_decide_rules_a_stage_out_by_the_answers():
    stage = ALLOWANCE.stages[1].model_copy(update={"when": ALLOWANCE.materials_by_id["poa"].when})
    assert rules_itself_out(stage, {"by_agent": False})
    assert rules_itself_out(stage, {})
    assert not rules_itself_out(stage, {"by_agent": True})
    assert not asks_for_judgement(stage, {})


def test_a_condition_people_judge_is_for_the_desk_while_the_answers_leave_it_open():
    judged = next(stage for stage in LOW_INCOME.stages if stage.id == "s16")
    for open_answers in ({}, {"kin_related": False}):
        assert asks_for_judgement(judged, open_answers)
        assert not rules_itself_out(judged, open_answers)
    assert not asks_for_judgement(judged, {"kin_related": True}), (
        "近亲属 must be visited: the desk cannot judge that away"
    )
    assert not rules_itself_out(judged, {"kin_related": True})
    assert not asks_for_judgement(ALLOWANCE.stages[0], {})
    assert not rules_itself_out(ALLOWANCE.stages[0], {})


class TestDesksOfWhichOneDecides:
    RELIEF = CATALOGUE.get_item("MZ-003")

    def states(self, **changed):
        return {stage.id: StageState.DONE for stage in self.RELIEF.stages} | changed

    def test_the_other_has_nothing_left_to_do_once_one_has(self):
        states = self.states(s7=StageState.ACTIVE, s8=StageState.PENDING)
        assert [stage.id for stage in settled_alternatives(self.RELIEF.stages, states)] == ["s7"]

    def test_while_none_has_both_wait(self):
        states = self.states(s6=StageState.ACTIVE, s7=StageState.ACTIVE)
        assert settled_alternatives(self.RELIEF.stages, states) == []

    def test_desks_that_work_in_parallel_never_settle_for_one_another(self):
        states = {stage.id: StageState.PENDING for stage in LOW_INCOME.stages} | {"s4": StageState.DONE}
        assert settled_alternatives(LOW_INCOME.stages, states) == []
