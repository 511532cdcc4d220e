"""What a death means: which claims end, which month is the last one, and who may make a report stand."""

from datetime import date

import pytest

from server.domain.death import (
    ALLOWED,
    TASKS,
    ClaimFate,
    DeathRefused,
    ReportAction,
    ReportState,
    fate_of_claim,
    months_to_pay_back,
    require_allowed,
    stop_of_benefit,
)
from server.domain.people import Role

OFFICES = {Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD}


def test_a_personal_claim_ends_and_heirs_and_households_go_on():
    assert fate_of_claim("MZ-008", 1) is ClaimFate.TERMINATED
    assert {fate_of_claim(code, 1) for code in ("RS-004", "MZ-013", "ZR-002")} == {ClaimFate.CONTINUES}
    assert fate_of_claim("MZ-001", 3) is ClaimFate.HOUSEHOLD
    assert fate_of_claim("MZ-001", 1) is ClaimFate.TERMINATED


def test_a_benefit_stops_with_the_month_after_and_what_went_out_beyond_it_is_counted():
    stop = stop_of_benefit(date(2026, 10, 31), 0, "2027-01")
    assert (stop.paid_through, stop.overpaid_months) == ("2026-10", 3)
    assert stop_of_benefit(date(2026, 10, 1), 0, "2026-10").overpaid_months == 0


def test_a_survivors_pension_runs_six_months_on():
    stop = stop_of_benefit(date(2026, 10, 31), 6, "2026-12")
    assert (stop.paid_through, stop.overpaid_months) == ("2027-04", 0)


def test_a_wrong_report_leaves_the_months_between_to_pay_back():
    assert months_to_pay_back(date(2026, 10, 20), "2026-10", date(2027, 1, 5)) == 2
    assert months_to_pay_back(date(2026, 10, 20), "2026-10", date(2026, 10, 25)) == 0
    assert months_to_pay_back(date(2026, 10, 20), "2026-08", date(2027, 1, 5)) == 2


EXPECTED = {
    (ReportState.REPORTED, ReportAction.CONFIRM): OFFICES,
    (ReportState.REPORTED, ReportAction.WITHDRAW): OFFICES | {Role.VILLAGE_AGENT},
    (ReportState.STANDING, ReportAction.WITHDRAW): OFFICES,
}


@pytest.mark.parametrize("state", list(ReportState))
@pytest.mark.parametrize("action", list(ReportAction))
@pytest.mark.parametrize("role", list(Role))
def test_nobody_else_may_do_anything_else(state, action, role):
    allowed = role in EXPECTED.get((state, action), set())
    assert (role in ALLOWED[state].get(action, frozenset())) == allowed
    if not allowed:
        with pytest.raises(DeathRefused, match="不能"):
            require_allowed(state, action, role)


def test_five_departments_are_told():
    assert set(TASKS) == {"人社", "民政", "医保", "残联", "退役军人"}
