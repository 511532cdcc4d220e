"""A benefit from the end of its case through its re-verifications to its end, on both databases."""

from datetime import date, timedelta

import pytest

from forms.clock import local_date
from server.db.benefit import list_benefit_entries, list_due_benefit_ids
from server.db.case import find_case_by_number, list_events
from server.domain.benefit import BenefitRefused, BenefitState, RecheckState, Way
from server.domain.roster import RosterRefused
from server.jobs import open_due_reverifications
from server.services import benefit, recheck, roster, roster_decision
from server.services.audit import verify_audit
from server.services.benefit_page import benefit_page, list_benefits
from tests import factories as make
from tests.benefits import begun, benefits, move_to, on_benefit, rechecks, reject, walked
from tests.rosters import on_roster, person

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AGENT, REVIEWER, HEAD = make.VILLAGE_AGENT, make.COUNTY_CIVIL, make.COUNTY_HEAD


def only(installation, number):
    [row] = benefits(installation, number)
    return row


def due(installation, number) -> str:
    """The benefit of a case, its re-verification opened."""
    row = only(installation, number)
    move_to(installation, row.next_check_on)
    assert open_due_reverifications(installation) == 1
    return row.id


def test_a_year_later_the_data_match_and_nobody_has_to_come(installation):
    number = walked(installation)
    row = only(installation, number)
    assert (row.state, row.recheck_months, row.person_masked) == ("active", 12, "潘**")
    first_due = row.next_due_on
    move_to(installation, row.next_check_on - timedelta(days=1))
    assert open_due_reverifications(installation) == 0
    benefit_id = due(installation, number)
    assert open_due_reverifications(installation) == 0
    on_benefit(installation, REVIEWER, benefit_id, recheck.record_match, True, "公安、殡葬、医保数据一致")
    [found] = rechecks(installation, benefit_id)
    assert (found.state, found.way) == (RecheckState.PASSED, Way.DATA_MATCH)
    assert only(installation, number).next_due_on == date(first_due.year + 1, first_due.month, first_due.day)
    with installation.look() as work:
        assert verify_audit(work).broken_at is None


def test_who_is_not_confirmed_in_time_is_suspended_and_resumed_with_a_note_on_the_months_between(installation):
    number = walked(installation)
    benefit_id = due(installation, number)
    on_benefit(installation, REVIEWER, benefit_id, recheck.record_match, False, "")
    [found] = rechecks(installation, benefit_id)
    move_to(installation, found.due_on)
    assert open_due_reverifications(installation) == 0  # until the end of its last day
    move_to(installation, found.due_on + timedelta(days=1))
    assert open_due_reverifications(installation) == 1
    row = only(installation, number)
    assert (row.state, rechecks(installation, benefit_id)[0].state) == (BenefitState.SUSPENDED, RecheckState.OVERDUE)
    with installation.look() as work:
        case = find_case_by_number(work.session, number)
        last = list_events(work.session, case.id)[-1]
        assert last.kind == "benefit_suspended" and "还没有复核" in last.public_note

    move_to(installation, found.due_on + timedelta(days=70))
    assert open_due_reverifications(installation) == 0
    with pytest.raises(BenefitRefused, match="补不补发"):
        on_benefit(installation, REVIEWER, benefit_id, benefit.resume, Way.VIDEO, "人在广东打工，已视频核实", "")
    on_benefit(
        installation, REVIEWER, benefit_id, benefit.resume, Way.VIDEO, "人在广东打工，已视频核实", "按本地办法补发"
    )
    row = only(installation, number)
    assert (row.state, row.suspended_from) == (BenefitState.ACTIVE, None)
    assert row.next_due_on > found.due_on + timedelta(days=400)
    with installation.look() as work:
        [*_, said] = list_benefit_entries(work.session, benefit_id)
    assert said.kind == "resumed" and "停发2个月" in said.note and "元" not in said.note


@ON_SQLITE
class TestTheVisit:
    def test_is_recorded_with_its_kind_year_after_year(self, installation):
        number = walked(installation)
        for way in (Way.HOME_VISIT, Way.AT_VILLAGE, Way.VIDEO, Way.PROXY):
            benefit_id = due(installation, number)
            on_benefit(installation, REVIEWER, benefit_id, recheck.record_match, False, "")
            on_benefit(installation, AGENT, benefit_id, recheck.confirm, way, f"女儿 {make.FICTITIOUS_ID} 陪着")
        assert [row.way for row in rechecks(installation, benefit_id)] == [
            Way.HOME_VISIT, Way.AT_VILLAGE, Way.VIDEO, Way.PROXY,
        ]  # fmt: skip
        assert only(installation, number).state == BenefitState.ACTIVE
        with installation.look() as work:
            said = [row.note for row in list_benefit_entries(work.session, benefit_id)]
            said += [line.note for line in benefit_page(work, AGENT, benefit_id).rechecks]
        assert "女儿" in str(said) and make.FICTITIOUS_ID not in str(said)

    def test_by_video_says_with_whom(self, installation):
        benefit_id = due(installation, walked(installation))
        on_benefit(installation, REVIEWER, benefit_id, recheck.record_match, False, "")
        with pytest.raises(BenefitRefused, match="同谁核实"):
            on_benefit(installation, AGENT, benefit_id, recheck.confirm, Way.VIDEO, "")
        with pytest.raises(BenefitRefused, match="怎么核实"):
            on_benefit(installation, AGENT, benefit_id, recheck.confirm, Way.DATA_MATCH, "数据比对过了")

    def test_that_finds_the_person_not_entitled_suspends_and_does_not_end(self, installation):
        number = walked(installation)
        benefit_id = due(installation, number)
        on_benefit(installation, REVIEWER, benefit_id, recheck.record_match, False, "")
        on_benefit(installation, AGENT, benefit_id, recheck.fail, "户口已经迁到南宁，邻居都说搬走了")
        assert only(installation, number).state == BenefitState.SUSPENDED

    def test_is_nobodys_before_the_data_match_and_nobody_elses_after(self, installation):
        benefit_id = due(installation, walked(installation))
        with pytest.raises(BenefitRefused, match="等县里数据比对"):
            on_benefit(installation, AGENT, benefit_id, recheck.confirm, Way.HOME_VISIT, "")
        with pytest.raises(BenefitRefused):
            on_benefit(installation, AGENT, benefit_id, recheck.record_match, True, "")
        on_benefit(installation, REVIEWER, benefit_id, recheck.record_match, False, "")
        with pytest.raises(BenefitRefused):
            on_benefit(installation, REVIEWER, benefit_id, recheck.confirm, Way.HOME_VISIT, "")


@ON_SQLITE
class TestWhoMay:
    def test_see_a_benefit_is_its_village_its_department_and_the_supervisor(self, installation):
        benefit_id = only(installation, walked(installation)).id
        neighbour = make.Actor("x", "邻村", make.Role.VILLAGE_AGENT, make.Desk("村级组织", "450521100216"))
        with installation.look() as work:
            for actor in (AGENT, make.TOWNSHIP_CIVIL, REVIEWER, HEAD, make.SUPERVISOR):
                assert benefit_page(work, actor, benefit_id).person == "潘**"
                assert [line.id for line in list_benefits(work, actor)] == [benefit_id]
            for actor in (neighbour, make.COUNTY_POLICE):
                assert list_benefits(work, actor) == []
                with pytest.raises(benefit.BenefitHidden):
                    benefit_page(work, actor, benefit_id)

    def test_end_one_is_a_head_with_a_reason(self, installation):
        number = walked(installation)
        benefit_id = only(installation, number).id
        for actor in (AGENT, make.TOWNSHIP_CIVIL, REVIEWER, make.SUPERVISOR):
            with pytest.raises(BenefitRefused):
                on_benefit(installation, actor, benefit_id, benefit.terminate, "户籍已经迁出本市", None)
        with pytest.raises(BenefitRefused, match="理由"):
            on_benefit(installation, HEAD, benefit_id, benefit.terminate, "无", None)
        on_benefit(installation, HEAD, benefit_id, benefit.terminate, "户籍已经迁出本市", None)
        row = only(installation, number)
        assert (row.state, row.next_check_on) == (BenefitState.TERMINATED, None)
        for errand in ((benefit.suspend, "停一停看看情况"), (benefit.terminate, "再终止一次看看", None)):
            with pytest.raises(BenefitRefused, match="已终止"):
                on_benefit(installation, HEAD, benefit_id, *errand)


@ON_SQLITE
class TestWhereABenefitBegins:
    def test_a_claim_turned_down_begins_none(self, installation):
        walk = begun(installation, "MZ-008")
        walk.to("approve")
        reject(installation, walk.number, HEAD)
        assert benefits(installation, walk.number) == []

    def test_the_month_is_the_applications_where_its_item_says_so(self, installation):
        move_to(installation, date(2026, 9, 26))
        [row] = benefits(installation, walked(installation, "MZ-011"))
        assert row.start_month == "2026-09"
        assert local_date(row.opened_at) > date(2026, 9, 30)

    def test_granted_twice_it_is_still_one(self, installation):
        number = walked(installation)
        walked(installation)
        assert len(benefits(installation, number)) == 1

    def test_the_yearly_certificate_done_as_an_errand_confirms_it(self, installation):
        number = walked(installation)
        benefit_id = due(installation, number)
        walked(installation, "MZ-009", applicant_name=make.FICTITIOUS_NAME, applicant_id=make.FICTITIOUS_ID)
        assert rechecks(installation, benefit_id)[0].state == RecheckState.PASSED

    def test_a_villages_yearly_batch_is_filled_from_who_draws_it_and_confirms_each(self, installation):
        number = walked(installation)
        benefit_id = due(installation, number)
        batch = begun(installation, "MZ-009", applicant_id=person(9))
        on_roster(installation, AGENT, batch.number, roster.open_roster)
        assert on_roster(installation, AGENT, batch.number, roster.fill_from_benefits) == 1
        with pytest.raises(RosterRefused, match="都在名册里了"):
            on_roster(installation, AGENT, batch.number, roster.fill_from_benefits)
        on_roster(installation, REVIEWER, batch.number, roster_decision.agree_remaining)
        batch.to_its_end()
        assert rechecks(installation, benefit_id)[0].state == RecheckState.PASSED

    def test_only_what_is_due_is_looked_at(self, installation):
        walked(installation)
        with installation.look() as work:
            assert list_due_benefit_ids(work.session, work.today + timedelta(days=300), 10) == []
            assert len(list_due_benefit_ids(work.session, work.today + timedelta(days=340), 10)) == 1
