"""A death reported, confirmed, found wrong and put right, on both databases: claims, benefits, clocks and desks."""

from datetime import date, timedelta

import pytest

from server.db.benefit import list_benefit_entries
from server.db.case import find_case_by_number, list_events
from server.db.deadline import list_clocks
from server.db.public_notice import list_open_notices
from server.domain.case import Status
from server.domain.death import DeathRefused, ReportState
from server.jobs import end_expired_notices
from server.services.audit import verify_audit
from server.services.death import ReportHidden, Stated, acknowledge, confirm_report, report_death, withdraw_report
from server.services.death_page import list_death_reports, list_tasks, report_page
from tests import factories as make
from tests.benefits import begun, benefits, walked
from tests.rosters import person

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AGENT, TOWN, REVIEWER, HEAD = make.VILLAGE_AGENT, make.TOWNSHIP_CIVIL, make.COUNTY_CIVIL, make.COUNTY_HEAD
MEDICAL = make.Actor("xian-yb", "医保示例", make.Role.DEPARTMENT_REVIEWER, make.Desk("医保", make.COUNTY))


def stated(installation, **changes) -> Stated:
    yesterday = (installation.tools.clock.now() - timedelta(days=1)).date()
    known = {
        "name": make.FICTITIOUS_NAME,
        "id_number": make.FICTITIOUS_ID,
        "village_code": make.VILLAGE,
        "died_on": yesterday,
        "source": "certificate",
    }
    return Stated(**{**known, **changes})


def reported(installation, actor=TOWN, **changes) -> str:
    with installation.begin() as work:
        return report_death(work, actor, stated(installation, **changes)).id


def acted(installation, errand, actor, report_id, *given):
    with installation.begin() as work:
        return errand(work, actor, report_id, *given)


def status(installation, number) -> str:
    with installation.look() as work:
        return find_case_by_number(work.session, number).status


def clocks(installation, number) -> dict:
    with installation.look() as work:
        rows = list_clocks(work.session, find_case_by_number(work.session, number).id)
        return {row.kind: row for row in rows if row.kind in ("promised", "statutory")}


def pass_days(installation, days: int) -> None:
    clock = installation.tools.clock
    clock.move_to(clock.now() + timedelta(days=days))


def test_a_wrong_report_is_put_right_and_the_limits_run_on_without_the_days_between(installation):
    walk = begun(installation, "MZ-008")
    walk.step()
    before = clocks(installation, walk.number)
    report_id = reported(installation)
    assert status(installation, walk.number) == Status.TERMINATED
    stopped = clocks(installation, walk.number)
    assert all(clock.finished_at and clock.due_on == before[kind].due_on for kind, clock in stopped.items())
    pass_days(installation, 14)
    acted(installation, withdraw_report, TOWN, report_id, "同名同姓，死者是邻村的另一个人")
    assert status(installation, walk.number) not in (Status.TERMINATED, Status.COMPLETED)
    after = clocks(installation, walk.number)
    for kind, clock in after.items():
        assert clock.finished_at is None
        # Two whole weeks of working days, National Day and Mid-Autumn aside, were not counted.
        assert clock.due_on > before[kind].due_on + timedelta(days=10)
    walk.to_its_end()
    assert status(installation, walk.number) == Status.COMPLETED
    with installation.look() as work:
        kinds = [event.kind for event in list_events(work.session, find_case_by_number(work.session, walk.number).id)]
        assert verify_audit(work).broken_at is None
        page = report_page(work, TOWN, report_id)
    assert kinds.count("terminated") == kinds.count("reopened") == 1
    assert page.line.state == ReportState.WITHDRAWN
    assert [effect.undone is not None for effect in page.effects] == [True]


def test_a_benefit_stops_with_the_month_after_and_comes_back_with_the_months_noted(installation):
    number = walked(installation)
    [before] = benefits(installation, number)
    pass_days(installation, 95)
    died_on = (installation.tools.clock.now() - timedelta(days=70)).date()
    report_id = reported(installation, died_on=died_on)
    [stopped] = benefits(installation, number)
    assert (stopped.state, stopped.paid_through) == ("terminated", f"{died_on:%Y-%m}")
    assert (stopped.next_due_on, stopped.next_check_on) == (None, None)
    assert status(installation, number) == Status.COMPLETED  # what was decided stays decided
    with installation.look() as work:
        [*_, said] = list_benefit_entries(work.session, stopped.id)
        assert said.kind == "stopped_for_death" and "可能多发" in said.note
    pass_days(installation, 65)
    acted(installation, withdraw_report, HEAD, report_id, "医院登记错了身份证号")
    [again] = benefits(installation, number)
    kept = ("state", "next_due_on", "next_check_on", "suspended_from", "paid_through", "ended_at")
    assert [getattr(again, name) for name in kept] == [getattr(before, name) for name in kept]
    with installation.look() as work:
        kinds = {entry.kind: entry.note for entry in list_benefit_entries(work.session, stopped.id)}
    assert {"stopped_for_death", "restored"} <= kinds.keys()
    assert "按规定补发" in kinds["restored"] and "元" not in kinds["restored"]


@ON_SQLITE
class TestWhatGoesOn:
    def test_are_the_claims_of_heirs_and_of_households(self, installation):
        machine = make.enrolled_machine(installation)
        heirs = begun(installation, "ZR-002", machine)
        household = begun(installation, "MZ-001", machine, household_size="3")
        alone = begun(installation, "MZ-001", machine, household_size="1")
        report_id = reported(installation)
        assert status(installation, heirs.number) not in (Status.TERMINATED,)
        assert status(installation, household.number) not in (Status.TERMINATED,)
        assert status(installation, alone.number) == Status.TERMINATED
        with installation.look() as work:
            words = [effect.words for effect in report_page(work, TOWN, report_id).effects]
        assert any("继承人" in said for said in words) and any("家里还有人" in said for said in words)

    def test_a_households_benefit_stays_with_a_note(self, installation):
        number = walked(installation, "MZ-001", household_size="4")
        reported(installation)
        [row] = benefits(installation, number)
        assert row.state == "active"
        with installation.look() as work:
            assert [*list_benefit_entries(work.session, row.id)][-1].kind == "member_died"

    def test_a_dead_persons_notice_comes_down_and_does_not_move_the_case_on(self, installation):
        walk = begun(installation, "MZ-008").to("publicise")
        report_id = reported(installation)
        with installation.look() as work:
            assert list_open_notices(work.session) == []
        pass_days(installation, 30)
        assert end_expired_notices(installation) == 0
        acted(installation, withdraw_report, TOWN, report_id, "同名同姓，死者是邻村的另一个人")
        with installation.look() as work:
            [hanging] = list_open_notices(work.session)
            assert hanging.starts_on == work.today  # a whole new period
        walk.to_its_end()


@ON_SQLITE
class TestWhoMay:
    def test_a_villages_report_waits_for_an_office(self, installation):
        walk = begun(installation, "MZ-008")
        report_id = reported(installation, AGENT, source="village")
        assert status(installation, walk.number) != Status.TERMINATED
        with pytest.raises(DeathRefused, match="不能“核实属实”"):
            acted(installation, confirm_report, AGENT, report_id)
        acted(installation, confirm_report, TOWN, report_id)
        assert status(installation, walk.number) == Status.TERMINATED
        with pytest.raises(DeathRefused, match="现在没有需要您办的"):
            acted(installation, withdraw_report, AGENT, report_id, "其实人还在，弄错了")

    def test_the_village_takes_back_what_nobody_confirmed_and_nothing_else_happened(self, installation):
        walk = begun(installation, "MZ-008")
        report_id = reported(installation, AGENT, source="village")
        acted(installation, withdraw_report, AGENT, report_id, "其实人还在，弄错了")
        assert status(installation, walk.number) != Status.TERMINATED
        with installation.look() as work:
            assert list_tasks(work, MEDICAL) == []
        reported(installation, AGENT, source="village")  # a withdrawn one stands in nobody's way

    def test_nobody_reports_twice_or_outside_the_own_region_or_in_the_future(self, installation):
        reported(installation)
        with pytest.raises(DeathRefused, match="已经报过"):
            reported(installation, REVIEWER)
        other = person(5)
        for changes, words in (
            ({"village_code": "450521100216"}, "只能选您这个地区"),
            ({"died_on": date(2027, 1, 1)}, "还没有到"),
            ({"id_number": other[:17] + "Y"}, "身份证号"),
            ({"source": "registration"}, "从哪里得知"),
            ({"name": " "}, "姓名"),
        ):
            with pytest.raises(DeathRefused, match=words):
                reported(installation, AGENT, **{"id_number": other, **changes})
        with pytest.raises(DeathRefused, match="只能看"):
            reported(installation, make.SUPERVISOR, id_number=other)

    def test_reports_are_read_in_their_region_and_masked(self, installation):
        report_id = reported(installation)
        stranger = make.Actor("x", "别县", make.Role.DEPARTMENT_HEAD, make.Desk("民政", "450502"))
        with installation.look() as work:
            assert list_death_reports(work, stranger) == []
            with pytest.raises(ReportHidden):
                report_page(work, stranger, report_id)
            page = report_page(work, AGENT, report_id)
            assert make.FICTITIOUS_NAME not in str(page) and make.FICTITIOUS_ID not in str(page)
            assert report_page(work, AGENT, report_id, in_full=True).id_number == make.FICTITIOUS_ID
        for actor in (stranger,):
            with pytest.raises(ReportHidden):
                acted(installation, withdraw_report, actor, report_id, "不是我的也想撤")


@ON_SQLITE
class TestTheDesksTold:
    def test_are_five_and_each_acknowledges_its_own(self, installation):
        report_id = reported(installation)
        with installation.look() as work:
            departments = {task.department for task in report_page(work, TOWN, report_id).tasks}
            [task] = list_tasks(work, MEDICAL)
            assert list_tasks(work, AGENT) == []
        assert departments == {"人社", "民政", "医保", "残联", "退役军人"}
        for actor in (REVIEWER, TOWN, AGENT):
            with pytest.raises(ReportHidden):
                acted(installation, acknowledge, actor, task.id)
        acted(installation, acknowledge, MEDICAL, task.id)
        with installation.look() as work:
            assert list_tasks(work, MEDICAL) == []
        acted(installation, withdraw_report, TOWN, report_id, "同名同姓，死者是邻村的另一个人")
        with installation.look() as work:
            [put_right] = list_tasks(work, MEDICAL)
        assert (put_right.kind, "恢复" in put_right.what) == ("restore", True)

    def test_a_registration_done_is_a_report_that_stands(self, installation):
        number = walked(installation)
        walked(
            installation,
            "GA-002",
            deceased_name=make.FICTITIOUS_NAME,
            deceased_id=make.FICTITIOUS_ID,
            death_date="2026-09-20",
            applicant_id=person(7),
        )
        [row] = benefits(installation, number)
        assert (row.state, row.paid_through) == ("terminated", "2026-09")
        with installation.look() as work:
            [line] = list_death_reports(work, TOWN)
            assert line.state == ReportState.STANDING
            assert len(list_tasks(work, MEDICAL)) == 1

    def test_a_registration_confirms_what_the_village_had_reported(self, installation):
        report_id = reported(installation, AGENT, source="village")
        walked(
            installation,
            "GA-002",
            deceased_name=make.FICTITIOUS_NAME,
            deceased_id=make.FICTITIOUS_ID,
            death_date="2026-09-12",
            applicant_id=person(7),
        )
        with installation.look() as work:
            [line] = list_death_reports(work, TOWN)
        assert (line.id, line.state, line.died_on) == (report_id, ReportState.STANDING, date(2026, 9, 12))
