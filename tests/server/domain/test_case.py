"""The one table of what may be done to a case: whole, closed where a case is closed, and frank in its refusals."""

from itertools import product

import pytest

from forms.catalogue import load_catalogue
from server.domain.case import (
    ALLOWED,
    CLOSED,
    STATUS_OF_STAGE,
    Action,
    ActionNotAllowed,
    Status,
    allowed_actions,
    require_allowed,
    status_of,
)
from server.domain.people import STAFF_ROLES, Role
from server.domain.words import ACTION, LABELS, ROLE, STATUS


def test_every_status_has_its_line_in_the_table_and_its_word_on_the_screen():
    assert set(ALLOWED) == set(Status)
    assert set(STATUS) == set(Status)
    assert set(ACTION) == set(Action)
    assert set(ROLE) == set(Role)


def test_every_action_is_allowed_somewhere():
    assert {action for line in ALLOWED.values() for action in line} == set(Action)


def test_a_closed_case_can_only_be_rated_and_only_by_villagers():
    for status in CLOSED - {Status.COMPLETED, Status.WITHDRAWN, Status.TERMINATED}:
        assert {role: allowed_actions(status, role) for role in Role if allowed_actions(status, role)} == {
            Role.VILLAGER: [Action.RATE]
        }


def test_what_ended_without_a_decision_may_be_taken_up_again_by_a_head_alone():
    for status in (Status.WITHDRAWN, Status.TERMINATED):
        assert [role for role in Role if Action.REOPEN in allowed_actions(status, role)] == [Role.DEPARTMENT_HEAD]


def test_a_case_that_is_not_closed_cannot_be_rated():
    for status in set(Status) - CLOSED:
        assert all(Action.RATE not in allowed_actions(status, role) for role in Role)


def test_nobody_moves_a_case_on_while_a_public_notice_hangs():
    moving = {Action.ACCEPT, Action.VERIFY, Action.GIVE_VERDICT, Action.APPROVE, Action.ISSUE}
    assert all(not moving & set(allowed_actions(Status.IN_PUBLIC_NOTICE, role)) for role in Role)


def test_a_supervisor_watches_and_only_lets_a_second_correction_be_asked():
    allowed = {action for status in Status for action in allowed_actions(status, Role.SUPERVISOR)}
    assert allowed == {Action.ALLOW_SECOND_CORRECTION}


def test_nobody_withdraws_in_the_midst_of_a_joint_review():
    assert all(Action.WITHDRAW not in allowed_actions(Status.IN_JOINT_REVIEW, role) for role in Role)


def test_only_heads_decide():
    for action in (Action.APPROVE, Action.REJECT):
        allowed = {role for line in ALLOWED.values() for role in line.get(action, ())}
        assert allowed == {Role.DEPARTMENT_HEAD}


def test_the_village_neither_declines_nor_asks_for_corrections():
    for status in Status:
        assert not {Action.DECLINE, Action.REQUEST_CORRECTION} & set(allowed_actions(status, Role.VILLAGE_AGENT))


@pytest.mark.parametrize(("status", "role"), list(product(Status, Role)))
def test_what_is_not_in_the_table_is_refused_with_what_is(status, role):
    for action in Action:
        if action in allowed_actions(status, role):
            require_allowed(status, action, role, LABELS)
            continue
        with pytest.raises(ActionNotAllowed) as refused:
            require_allowed(status, action, role, LABELS)
        words = str(refused.value)
        assert f"这件现在是“{STATUS[status]}”，不能“{ACTION[action]}”" in words
        assert refused.value.allowed == allowed_actions(status, role)
        if refused.value.allowed:
            assert words.endswith(f"现在可以：{'、'.join(ACTION[name] for name in refused.value.allowed)}。")
        else:
            assert words.endswith("现在没有需要您办的事。")


def test_the_status_is_that_of_the_first_open_stage_and_completed_with_none():
    assert status_of(["joint_review", "joint_review"]) is Status.IN_JOINT_REVIEW
    assert status_of(["publicise"]) is Status.IN_PUBLIC_NOTICE
    assert status_of([]) is Status.COMPLETED


def test_every_stage_of_every_item_has_a_status_in_which_its_own_action_is_offered():
    offered = {
        "accept": Action.ACCEPT, "verify": Action.VERIFY, "joint_review": Action.GIVE_VERDICT,
        "approve": Action.APPROVE, "issue": Action.ISSUE,
    }  # fmt: skip
    for item in load_catalogue().items.values():
        for stage in item.stages:
            line = ALLOWED[STATUS_OF_STAGE[stage.action]]
            if stage.action != "publicise":
                assert line[offered[stage.action]] & STAFF_ROLES
