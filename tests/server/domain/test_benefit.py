"""What months, terms and the state table of benefits come to."""

from datetime import date

import pytest

from forms.catalogue import load_catalogue
from forms.item import Lifecycle
from server.domain.benefit import (
    ALLOWED,
    BenefitAction,
    BenefitRefused,
    BenefitState,
    RecheckState,
    allowed_actions,
    months_from,
    months_later,
    next_check,
    next_month,
    require_allowed,
    require_notice,
    start_month,
)
from server.domain.people import Role

APPLIED, DECIDED = date(2026, 11, 28), date(2027, 1, 4)


@pytest.mark.parametrize(
    ("code", "month"), [("MZ-001", "2027-02"), ("MZ-011", "2026-11"), ("MZ-012", "2026-11"), ("MZ-008", None)]
)
def test_a_benefit_begins_when_its_item_says(code, month):
    life = load_catalogue().get_item(code).lifecycle
    assert start_month(life, APPLIED, DECIDED) == month


def test_a_term_ends_on_the_same_day_or_the_last_of_its_month():
    assert months_later(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_later(date(2026, 12, 15), 1) == date(2027, 1, 15)


def test_the_village_hears_of_it_a_month_ahead_and_without_a_term_nothing_is_due():
    due = next_check(date(2026, 9, 14), 12)
    assert (due.due_on, due.check_on) == (date(2027, 9, 14), date(2027, 8, 15))
    assert next_check(date(2026, 9, 14), None).due_on is None


def test_months_are_counted_over_the_year():
    assert next_month("2026-12") == "2027-01"
    assert next_month("2026-10", 6) == "2027-04"
    assert months_from("2026-11", "2027-02") == 4
    assert months_from("2027-02", "2026-11") == 0


def test_a_recheck_is_matched_before_it_is_visited():
    active = BenefitState.ACTIVE
    assert BenefitAction.RECORD_MATCH in allowed_actions(active, RecheckState.MATCHING, Role.DEPARTMENT_REVIEWER)
    assert allowed_actions(active, RecheckState.MATCHING, Role.VILLAGE_AGENT) == []
    assert allowed_actions(active, RecheckState.VISITING, Role.VILLAGE_AGENT) == [
        BenefitAction.CONFIRM,
        BenefitAction.FAIL,
    ]
    assert allowed_actions(active, None, Role.VILLAGE_AGENT) == []


EXPECTED = {
    (BenefitState.ACTIVE, BenefitAction.RECORD_MATCH): {Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD},
    (BenefitState.ACTIVE, BenefitAction.CONFIRM): {Role.VILLAGE_AGENT},
    (BenefitState.ACTIVE, BenefitAction.FAIL): {Role.VILLAGE_AGENT},
    (BenefitState.ACTIVE, BenefitAction.SUSPEND): {
        Role.TOWNSHIP_COUNTER,
        Role.DEPARTMENT_REVIEWER,
        Role.DEPARTMENT_HEAD,
    },
    (BenefitState.ACTIVE, BenefitAction.TERMINATE): {Role.DEPARTMENT_HEAD},
    (BenefitState.SUSPENDED, BenefitAction.RESUME): {Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD},
    (BenefitState.SUSPENDED, BenefitAction.TERMINATE): {Role.DEPARTMENT_HEAD},
}


@pytest.mark.parametrize("state", list(BenefitState))
@pytest.mark.parametrize("action", list(BenefitAction))
@pytest.mark.parametrize("role", list(Role))
def test_nobody_else_may_do_anything_else(state, action, role):
    assert (role in ALLOWED[state].get(action, frozenset())) == (role in EXPECTED.get((state, action), set()))


def test_a_refusal_says_where_it_stands_and_what_is_allowed():
    with pytest.raises(BenefitRefused, match="现在是“已暂停”，不能“暂停发放”。现在可以：恢复发放、终止待遇。"):
        require_allowed(BenefitState.SUSPENDED, None, BenefitAction.SUSPEND, Role.DEPARTMENT_HEAD)


def test_a_termination_that_must_hang_out_first_waits_its_days():
    require_notice(0, None, date(2026, 9, 20))
    for hung_from in (None, date(2026, 9, 14)):
        with pytest.raises(BenefitRefused, match="公示7天"):
            require_notice(7, hung_from, date(2026, 9, 20))
    require_notice(7, date(2026, 9, 13), date(2026, 9, 20))


def test_what_is_applied_for_anew_and_what_confirms_another_open_no_benefit():
    items = load_catalogue().items
    assert not any(items[code].lifecycle.opens_benefit for code in ("NY-002", "WJ-004", "MZ-009", "RS-003"))
    assert all(items[code].lifecycle.opens_benefit for code in ("MZ-001", "MZ-008", "RS-002", "WJ-002"))
    assert not Lifecycle().opens_benefit
