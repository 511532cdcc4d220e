"""Attacks on a case: two at once, stops nobody ends, extensions past their measure, endings used as a way round."""

import threading
from datetime import timedelta

import pytest

from forms.packet import PacketFault
from server.db.case import find_case_by_number
from server.db.proceeding import ExtensionRow, find_open_procedure
from server.db.public_notice import find_notice
from server.domain.case import ActionNotAllowed, Status
from server.domain.correction import CorrectionPoint, CorrectionReason
from server.domain.deadline import in_unit
from server.domain.people import Actor, Desk, Role
from server.services import review
from server.services.correction import list_open_corrections, request_correction
from server.services.deadline import start_statutory_clock
from server.services.desk import get_case_to_act
from server.services.ending import reopen, terminate_case, withdraw_by_lookup_code, withdraw_case
from server.services.extension import ExtensionRefused, decide_extension, most_days, request_extension
from server.services.hand_over import hand_over
from server.services.item_version import item_of
from server.services.notice_expiry import end_expired_notice
from server.services.objection import decide_objection, raise_objection
from server.services.special_procedure import ProcedureRefused, end_procedure, start_procedure
from tests import factories as make
from tests.server.services.test_case_engine import ON_SQLITE, REASON, TOWNSHIP_HEAD, Told, _answers, _at_an_open_desk

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
UNCLEAR = [CorrectionPoint("id_card", CorrectionReason.UNCLEAR, "国徽面反光，请重拍")]


@pytest.fixture
def told(installation) -> Told:
    return Told(installation)


class Second(threading.Thread):
    """What another person does at the same moment; `fault` is what came of it."""

    def __init__(self, errand):
        super().__init__(daemon=True)
        self.errand, self.fault = errand, None

    def run(self) -> None:
        try:
            self.errand()
        except Exception as fault:
            self.fault = fault

    def waits(self) -> bool:
        """Whether it is held up by a lock: it has begun and does not get on."""
        self.start()
        self.join(0.5)
        return self.is_alive()


# --- two at once


@ON_POSTGRESQL
def test_a_withdrawal_from_a_phone_waits_for_the_desk_that_decides_at_that_moment(told):
    told.to_public_notice()
    told.days_pass(20)
    receipt = told.taken.lookup_code

    def withdraw():
        with told.installation.begin() as work:
            withdraw_by_lookup_code(work, receipt)

    with told.installation.begin() as work:
        case = get_case_to_act(work, make.COUNTY_HEAD, told.number)
        villager = Second(withdraw)
        assert villager.waits()
        review.reject_case(work, case, make.COUNTY_HEAD, "户籍已经迁出本市")
    villager.join(20)
    assert isinstance(villager.fault, ActionNotAllowed)
    assert told.status == Status.REJECTED
    assert told.kinds().count("withdrawn") == 0


@ON_POSTGRESQL
def test_a_notice_that_ends_while_a_desk_ends_the_case_waits_and_never_for_ever(told):
    """Case before notice, as every desk takes them: the other way round each would wait for the other."""
    told.to_public_notice()
    clock = told.installation.tools.clock
    clock.move_to(clock.now() + timedelta(days=20))
    notice_id = told.read(lambda work, case: find_notice(work.session, case.id).id)

    def expire():
        with told.installation.begin() as work:
            end_expired_notice(work, notice_id)

    with told.installation.begin() as work:
        case = get_case_to_act(work, TOWNSHIP_HEAD, told.number)
        worker = Second(expire)
        assert worker.waits()
        terminate_case(work, case, TOWNSHIP_HEAD, "申请人拒绝核对家庭情况")
    worker.join(20)
    assert worker.fault is None
    assert told.status == Status.TERMINATED
    assert "public_notice_ended" not in told.kinds()


def test_an_objection_that_came_in_at_the_last_moment_still_holds_the_notice(told):
    """The worker has listed the notice as over; before it takes it down a neighbour's objection is written down."""
    told.to_public_notice()
    clock = told.installation.tools.clock
    clock.move_to(clock.now() + timedelta(days=20))
    notice_id = told.read(lambda work, case: find_notice(work.session, case.id).id)
    told.act(make.VILLAGE_AGENT, raise_objection, "", "他家有两套房子，应当核实")
    with told.installation.begin() as work:
        assert not end_expired_notice(work, notice_id)
    assert told.status == Status.IN_PUBLIC_NOTICE


@ON_SQLITE
def test_the_second_of_two_objections_is_not_forgotten_when_the_first_is_upheld(told):
    """It was raised against the notice that came down; the new one hangs until it is answered too."""
    told.to_public_notice()
    first = told.act(make.VILLAGE_AGENT, raise_objection, "", "他家有两套房子，应当核实")
    second = told.act(make.VILLAGE_AGENT, raise_objection, "", "他的户口早就迁走了")
    told.act(make.TOWNSHIP_CIVIL, decide_objection, first, True, "情况属实，重新核实")
    told.act(make.TOWNSHIP_CIVIL, review.verify_case, "重新核实过，房子是他兄弟的")
    told.days_pass(40)
    assert told.status == Status.IN_PUBLIC_NOTICE
    told.act(make.TOWNSHIP_CIVIL, decide_objection, second, False, "户口在本村，异议不成立")
    told.days_pass(1)
    assert told.status == Status.AWAITING_DECISION
    told.replays()


# --- stops


def _begun(told: Told) -> None:
    told.act(make.TOWNSHIP_CIVIL, start_procedure, "鉴定", 300, "年龄有疑问，送司法鉴定")


def test_a_desk_does_not_leave_its_special_procedure_behind_when_it_passes_the_case_on(told):
    """The attack: 鉴定 for 300 days, then 核验通过; every clock stands still for whoever comes after."""
    _begun(told)
    with pytest.raises(ProcedureRefused, match="先登记鉴定的结果"):
        told.act(make.TOWNSHIP_CIVIL, review.verify_case, "属实")
    with pytest.raises(ProcedureRefused, match="先登记鉴定的结果"):
        told.act(make.TOWNSHIP_CIVIL, hand_over, "残联", "应由残联受理，已电话联系")
    told.act(make.TOWNSHIP_CIVIL, end_procedure, "鉴定意见：年满80周岁")
    told.act(make.TOWNSHIP_CIVIL, review.verify_case, "属实")
    assert told.status == Status.IN_JOINT_REVIEW
    told.replays()


def test_a_case_that_ended_during_a_special_procedure_goes_on_without_it(told):
    _begun(told)
    told.act(TOWNSHIP_HEAD, terminate_case, "申请人拒绝核对家庭情况")
    assert told.read(lambda work, case: find_open_procedure(work.session, case.id)) is None
    told.act(TOWNSHIP_HEAD, reopen, "终止有误，恢复办理")
    assert told.clock("promised").open_stop is None
    _begun(told)
    told.act(make.TOWNSHIP_CIVIL, end_procedure, "鉴定意见：年满80周岁")
    told.replays()


def test_a_case_that_ended_while_it_waited_for_papers_waits_for_them_again(told):
    told.act(make.TOWNSHIP_CIVIL, request_correction, UNCLEAR)
    told.act(TOWNSHIP_HEAD, terminate_case, "申请人拒绝核对家庭情况")
    told.act(TOWNSHIP_HEAD, reopen, "终止有误，恢复办理")
    assert told.status == Status.AWAITING_CORRECTION
    with told.installation.look() as work:
        assert [one.case_number for one in list_open_corrections(work, make.VILLAGE)] == [told.number]
    assert told.clock("promised").open_stop["reason"] == "correction"
    told.replays()


def test_papers_that_come_after_the_case_has_ended_do_not_open_it_again(told):
    """A kiosk without a line sends what it kept: the case was withdrawn meanwhile, its result stands on the board."""
    told.act(make.TOWNSHIP_CIVIL, request_correction, UNCLEAR)
    told.act(make.VILLAGE_AGENT, withdraw_case, "本人改主意了，不办了")
    papers = {"kind": "correction", "case_number": told.number, "lookup_code": told.taken.lookup_code}
    with pytest.raises(PacketFault, match="不需要补材料"):
        make.take_in(told.installation, make.enrolled_machine(told.installation), **papers, only={"id_card"})
    assert told.status == Status.WITHDRAWN
    told.replays()


# --- extensions


def _licence(installation) -> tuple[Told, Actor, Actor]:
    told = Told(installation, item_code="ZR-001", answers=_answers(installation, "ZR-001"))
    return (
        told,
        _at_an_open_desk(told, Role.DEPARTMENT_REVIEWER, "clerk"),
        _at_an_open_desk(told, Role.DEPARTMENT_HEAD, "head"),
    )


def test_a_limit_that_is_over_is_not_made_longer_behind_a_stop(installation):
    """The attack: with the red card fallen, begin a 听证: no clock runs, so no clock is "over"."""
    told, clerk, _ = _licence(installation)
    told.days_pass(60)
    told.act(clerk, start_procedure, "听证", 20, REASON)
    with pytest.raises(ExtensionRefused, match="时限已经过了"):
        told.act(clerk, request_extension, 5, REASON)


def test_days_are_granted_by_a_head_of_the_desk_that_holds_the_case(installation):
    """行政许可法 第42条: 经本行政机关负责人批准. A head elsewhere, though the case has been there, is none of them."""
    told, clerk, head = _licence(installation)
    told.act(clerk, request_extension, 5, "规划需要现场复核")
    elsewhere = Actor("elsewhere", "何旁人", Role.DEPARTMENT_HEAD, Desk("税务", clerk.desk.region_code))
    with pytest.raises(review.NotYourDesk, match="本行政机关"):
        told.act(elsewhere, decide_extension, True, "情况复杂，同意延长")
    told.act(head, decide_extension, True, "情况复杂，同意延长")


def test_days_granted_before_the_legal_limit_began_count_for_it_too(told):
    """MZ-008's own way has no legal limit; a desk that grants days before acceptance must not run into its red card."""
    with told.installation.begin() as work:
        case = find_case_by_number(work.session, told.number)
        granted = ExtensionRow(case_id=case.id, days=5, reason=REASON, requested_by="a", requested_at=work.now)
        granted.approved, granted.decided_at = True, work.now
        refused = ExtensionRow(case_id=case.id, days=3, reason=REASON, requested_by="a", requested_at=work.now)
        refused.approved, refused.decided_at = False, work.now
        work.session.add_all([granted, refused])
        work.session.flush()
        limited = item_of(case).model_copy(update={"statutory_days": 20, "statutory_unit": "working_day"})
        start_statutory_clock(work, case, limited)
    assert told.clock("statutory").amount == 25


def test_days_granted_to_a_limit_in_hours_are_days_and_no_hours(installation):
    item = installation.tools.catalogue.get_item("SJ-001")
    hours = {"statutory_days": 72, "statutory_unit": "hour", "promised_unit": "hour", "promised_days": 48}
    assert most_days(item.model_copy(update=hours)) == most_days(item) == 3
    assert (in_unit(3, "hour"), in_unit(3, "working_day"), in_unit(3, "calendar_day")) == (72, 3, 3)
