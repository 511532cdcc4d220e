"""What may happen to a case beside its plain way: each act through the services, as the desks do it."""

from datetime import timedelta

import pytest

from server.db.case import find_case_by_number, list_events
from server.db.deadline import list_cards, list_clocks
from server.db.disclosure import find_result
from server.db.public_notice import find_notice
from server.domain.case import ActionNotAllowed, Status
from server.domain.correction import CorrectionPoint, CorrectionReason
from server.domain.people import Actor, Desk, Role
from server.domain.review import Verdict
from server.jobs import end_expired_notices, sweep_deadlines
from server.services import review
from server.services.acceptance import AlreadyAccepted
from server.services.correction import request_correction
from server.services.disclosure import StatementRefused, last_desk, missing_labels, state_result
from server.services.ending import reopen, terminate_case, withdraw_by_lookup_code, withdraw_case
from server.services.extension import ExtensionRefused, decide_extension, request_extension
from server.services.hand_over import HandOverRefused, hand_over
from server.services.item_version import item_of
from server.services.joint_review import ReviewRefused, add_party, conclude_review, give_late_verdict
from server.services.objection import answering_row, decide_objection, raise_objection, read_objections
from server.services.routing_form import routing_form
from server.services.settling import folded
from server.services.special_procedure import ProcedureRefused, end_procedure, start_procedure
from tests import factories as make
from tests.server.services.test_every_item import Walk, begin, complete_answers

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
COUNTY_TAX = Actor("xian-sw", "石演示", Role.DEPARTMENT_REVIEWER, Desk("税务", make.COUNTY))
TOWNSHIP_HEAD = Actor("zhen-mz-shenpi", "庞试用", Role.DEPARTMENT_HEAD, make.TOWNSHIP_CIVIL.desk)
REASON = "按规定办理，理由写在这里"


class Told:
    """One case and what its desks do to it, each act its own transaction."""

    def __init__(self, installation, **changes):
        self.installation = installation
        self.taken = make.take_in(installation, make.enrolled_machine(installation), **changes)
        self.number = self.taken.case_number

    def act(self, actor, errand, *arguments, **options):
        with self.installation.begin() as work:
            return errand(work, find_case_by_number(work.session, self.number), actor, *arguments, **options)

    def days_pass(self, days: int) -> None:
        clock = self.installation.tools.clock
        clock.move_to(clock.now() + timedelta(days=days))
        sweep_deadlines(self.installation)
        end_expired_notices(self.installation)

    def read(self, what):
        with self.installation.look() as work:
            return what(work, find_case_by_number(work.session, self.number))

    @property
    def status(self) -> str:
        return self.read(lambda work, case: case.status)

    def clock(self, kind: str):
        return self.read(lambda work, case: next(c for c in list_clocks(work.session, case.id) if c.kind == kind))

    def kinds(self) -> list[str]:
        return self.read(lambda work, case: [event.kind for event in list_events(work.session, case.id)])

    def to_joint_review(self) -> "Told":
        self.act(make.TOWNSHIP_CIVIL, review.verify_case, "属实")
        return self

    def to_public_notice(self) -> "Told":
        self.to_joint_review()
        self.act(make.COUNTY_POLICE, review.give_verdict, Verdict.AGREE, "")
        self.act(make.COUNTY_CIVIL, review.give_verdict, Verdict.AGREE, "")
        return self

    def replays(self) -> None:
        """Every card and every clock is what the log alone says."""

        def check(work, case):
            log = folded(work, case.id)
            recorded = {
                (card.clock_id, card.colour, card.due_on, card.fell_at) for card in list_cards(work.session, case.id)
            }
            assert recorded == {card.key for card in log.cards}
            for clock in list_clocks(work.session, case.id):
                life = log.clocks[clock.id]
                assert clock.due_on == (life.due.due_on if life.due else None)
                assert clock.finished_at == life.finished_at

        self.read(check)


@pytest.fixture
def told(installation) -> Told:
    return Told(installation)


def test_a_party_added_late_is_waited_for_and_stands_on_the_cases_own_form(told):
    told.to_joint_review()
    told.act(make.COUNTY_POLICE, review.give_verdict, Verdict.AGREE, "")
    told.act(make.COUNTY_HEAD, add_party, "税务", "请核查个人纳税记录")
    told.act(make.COUNTY_CIVIL, review.give_verdict, Verdict.AGREE, "")
    assert told.status == Status.IN_JOINT_REVIEW
    told.act(COUNTY_TAX, review.give_verdict, Verdict.DISAGREE, "有经营收入")
    assert told.status == Status.IN_PUBLIC_NOTICE  # a negative verdict does not end the review
    assert [stage.department for stage in told.read(lambda work, case: item_of(case)).stages if stage.id == "added1"]
    told.replays()


def test_only_the_lead_adds_a_party_and_none_twice(told):
    told.to_joint_review()
    with pytest.raises(review.NotYourDesk, match="牵头"):
        told.act(make.COUNTY_POLICE, add_party, "税务", "请核查个人纳税记录")
    with pytest.raises(ReviewRefused, match="已经在"):
        told.act(make.COUNTY_HEAD, add_party, "公安", "请再核查一遍户籍")
    with pytest.raises(ReviewRefused, match="没有这个部门"):
        told.act(make.COUNTY_HEAD, add_party, "天文", "请核查一遍星象记录")


def test_the_lead_goes_on_without_a_silent_party_only_when_its_limit_is_over(told):
    told.to_joint_review()
    told.act(make.COUNTY_CIVIL, review.give_verdict, Verdict.AGREE, "")
    with pytest.raises(ReviewRefused, match="时限还没到"):
        told.act(make.COUNTY_HEAD, conclude_review)
    told.days_pass(7)
    told.act(make.COUNTY_HEAD, conclude_review)
    assert told.status == Status.IN_PUBLIC_NOTICE
    told.act(make.COUNTY_POLICE, give_late_verdict, Verdict.DISAGREE, "户籍已迁出，系统故障迟交")
    police = told.read(lambda work, case: next(row for row in case.stages if row.department == "公安"))
    assert (police.state, police.verdict) == ("no_answer", "disagree")
    assert told.status == Status.IN_PUBLIC_NOTICE
    with pytest.raises(review.NotYourDesk, match="没有欠"):
        told.act(make.COUNTY_POLICE, give_late_verdict, Verdict.AGREE, "再说一次")
    told.replays()


def test_a_special_procedure_stops_all_clocks_of_the_case_and_of_its_desk_until_its_result(told):
    promised = told.clock("promised").due_on
    told.act(make.TOWNSHIP_CIVIL, start_procedure, "鉴定", 20, "年龄有疑问，送司法鉴定")
    assert told.clock("promised").due_on is None and told.clock("stage").due_on is None
    told.days_pass(14)
    with pytest.raises(ProcedureRefused, match="一次只能有一个"):
        told.act(make.TOWNSHIP_CIVIL, start_procedure, "听证", 20, REASON)
    told.act(make.TOWNSHIP_CIVIL, end_procedure, "鉴定意见：年满80周岁")
    moved = told.clock("promised").due_on
    calendar = told.installation.tools.calendar
    cost = sum(calendar.is_working_day(promised + timedelta(days=n + 1)) for n in range((moved - promised).days))
    assert cost == sum(calendar.is_working_day(make.MONDAY_MORNING.date() + timedelta(days=n)) for n in range(1, 14))
    told.replays()


@pytest.mark.parametrize(("kind", "days"), [("学习", 3), ("鉴定", 0), ("鉴定", 4000)])
@ON_SQLITE
def test_nothing_but_what_law_names_stops_the_clock(told, kind, days):
    with pytest.raises(ProcedureRefused):
        told.act(make.TOWNSHIP_CIVIL, start_procedure, kind, days, REASON)


def _at_an_open_desk(told: Told, role: Role, name: str) -> Actor:
    row = told.read(lambda work, case: next(row for row in case.stages if row.state == "active"))
    return Actor(name, "示例", role, Desk(row.department, row.region_code))


def test_an_extension_is_granted_by_another_head_before_the_end_and_only_once(installation):
    told = Told(installation, item_code="ZR-001", answers=_answers(installation, "ZR-001"))
    clerk = _at_an_open_desk(told, Role.DEPARTMENT_HEAD, "clerk")
    head = _at_an_open_desk(told, Role.DEPARTMENT_HEAD, "head")
    with pytest.raises(ExtensionRefused, match="最多延长10天"):
        told.act(clerk, request_extension, 11, REASON)
    told.act(clerk, request_extension, 5, "规划需要现场复核")
    with pytest.raises(ExtensionRefused, match="自己申请"):
        told.act(clerk, decide_extension, True, REASON)
    before = told.clock("promised").amount
    told.act(head, decide_extension, True, "情况复杂，同意延长")
    assert told.clock("promised").amount == before + 5
    with pytest.raises(ExtensionRefused, match="只能延一次"):
        told.act(clerk, request_extension, 1, REASON)
    assert "extended" in told.kinds()
    told.replays()


@ON_SQLITE
def test_an_extension_after_the_end_is_refused(installation):
    told = Told(installation, item_code="ZR-001", answers=_answers(installation, "ZR-001"))
    told.days_pass(60)
    with pytest.raises(ExtensionRefused, match="时限已经过了"):
        told.act(_at_an_open_desk(told, Role.DEPARTMENT_HEAD, "clerk"), request_extension, 1, REASON)


@ON_SQLITE
def test_an_item_whose_rule_knows_no_extension_gets_none(told):
    with pytest.raises(ExtensionRefused, match="没有规定"):
        told.act(make.TOWNSHIP_CIVIL, request_extension, 3, REASON)


def _answers(installation, code: str):
    return complete_answers(installation.tools.catalogue.get_item(code))


def test_an_upheld_objection_has_the_matter_looked_into_again_and_a_new_full_notice(told):
    told.to_public_notice()
    told.days_pass(3)
    objection = told.act(make.VILLAGE_AGENT, raise_objection, "隔壁 样本", "他早就搬到外县去了")
    first = told.read(lambda work, case: find_notice(work.session, case.id))
    told.days_pass(20)
    assert told.status == Status.IN_PUBLIC_NOTICE  # held, though its days are over
    assert told.read(lambda work, case: read_objections(work, case, make.COUNTY_HEAD)) == []
    [(_, who, what)] = told.read(lambda work, case: read_objections(work, case, make.TOWNSHIP_CIVIL))
    assert (who, what) == ("隔壁 样本", "他早就搬到外县去了")
    told.act(make.TOWNSHIP_CIVIL, decide_objection, objection, True, "经走访，需要重新核查")
    assert told.status == Status.IN_VERIFICATION
    assert told.clock("promised").open_stop["reason"] == "objection"
    with told.installation.begin() as work:
        before = [
            line for line in routing_form(work, make.TOWNSHIP_CIVIL, told.number).proceedings if "原来的意见" in line
        ]
    assert "属实" in before[0] and make.TOWNSHIP_CIVIL.display_name in before[0]
    told.days_pass(4)
    told.act(make.TOWNSHIP_CIVIL, review.verify_case, "重新走访，仍住本村")
    second = told.read(lambda work, case: find_notice(work.session, case.id))
    assert second.id != first.id
    assert (second.ends_on - second.starts_on).days >= 7
    assert told.clock("promised").open_stop["reason"] == "public_notice"
    told.replays()


def test_a_dismissed_objection_lets_the_notice_run_its_days(told):
    told.to_public_notice()
    objection = told.act(make.VILLAGE_AGENT, raise_objection, "", "听说他家有车")
    with pytest.raises(review.NotYourDesk, match="廉州镇·民政"):
        told.act(make.COUNTY_HEAD, decide_objection, objection, False, REASON)
    told.act(make.TOWNSHIP_CIVIL, decide_objection, objection, False, "名下没有车辆，已核实")
    told.days_pass(20)
    assert told.status == Status.AWAITING_DECISION
    with pytest.raises(ActionNotAllowed):
        told.act(make.VILLAGE_AGENT, raise_objection, "", "还有话说，请再看看")


@ON_SQLITE
@pytest.mark.parametrize("code", ["XC-004", "NY-007", "MZ-008"])
def test_objections_are_never_heard_by_the_village_itself_but_it_may_have_to_look_again(installation, code):
    walk = begin(installation, code).to("publicise")
    with installation.begin() as work:
        case = walk.case(work)
        objection = raise_objection(work, case, make.VILLAGE_AGENT, "隔壁 样本", "名单里的人不够条件")
        row = answering_row(case)
        desk = Desk(row.department, row.region_code)
        assert desk.region_code != make.VILLAGE
    with installation.begin() as work:
        hearing = Actor("hearing", "示例", Role.DEPARTMENT_REVIEWER, desk)
        decide_objection(work, walk.case(work), hearing, objection, True, "走访核实，需要重新评议")
    [(stage, _)] = walk.open_stages()
    assert stage.action != "publicise"
    walk.act(*walk.open_stages()[0])
    assert walk.status() == Status.IN_PUBLIC_NOTICE  # hanging anew


def test_words_of_an_objector_are_nowhere_in_the_open(told):
    told.to_public_notice()
    told.act(make.VILLAGE_AGENT, raise_objection, "隔壁 样本", "他早就搬到外县去了")
    notes = told.read(lambda work, case: [event.public_note for event in list_events(work.session, case.id)])
    assert "隔壁" not in str(notes) and "外县" not in str(notes)


def test_a_case_is_taken_back_by_the_village_or_by_whoever_holds_the_receipt(installation):
    told, other = Told(installation), Told(installation)
    told.act(make.VILLAGE_AGENT, withdraw_case, "本人改主意了，不办了")
    with installation.begin() as work:
        withdraw_by_lookup_code(work, other.taken.lookup_code)
    assert told.status == other.status == Status.WITHDRAWN
    assert told.read(lambda work, case: find_result(work.session, case.id)).withheld_reason
    told.days_pass(60)
    assert told.read(lambda work, case: list_cards(work.session, case.id)) == []


def test_a_withdrawal_during_joint_review_is_refused_with_what_is_allowed(told):
    told.to_joint_review()
    with pytest.raises(ActionNotAllowed, match=r"部门联审中.*不能“撤回申请”"):
        told.act(make.VILLAGE_AGENT, withdraw_case, "本人改主意了，不办了")


def test_another_villages_agent_cannot_take_a_case_back(told):
    stranger = Actor("x", "外村", Role.VILLAGE_AGENT, Desk("村级组织", "450521100216"))
    with pytest.raises(review.NotYourDesk):
        told.act(stranger, withdraw_case, "本人改主意了，不办了")


def test_a_terminated_case_takes_its_notice_down_and_reopened_has_lost_no_day(told):
    told.to_public_notice()
    due_before = told.clock("promised").amount
    told.act(
        TOWNSHIP_HEAD,
        terminate_case,
        "申请人拒绝核对家庭情况",
    )
    assert told.status == Status.TERMINATED
    assert told.read(lambda work, case: find_notice(work.session, case.id)).ended_at
    told.days_pass(30)
    told.act(TOWNSHIP_HEAD, reopen, "终止有误，恢复办理")
    assert told.status == Status.IN_PUBLIC_NOTICE
    assert told.read(lambda work, case: find_result(work.session, case.id)) is None
    clock = told.clock("promised")
    assert (clock.amount, clock.open_stop["reason"]) == (due_before, "public_notice")
    assert [stop["reason"] for stop in clock.stops].count("closed") == 1
    told.days_pass(20)
    told.act(make.COUNTY_HEAD, review.approve_case, "符合条件", {"起始年月": "2026年11月"})
    told.replays()


def test_a_case_handed_over_keeps_its_first_receipt_and_the_new_desk_its_own_days(told):
    received, due = told.read(lambda work, case: case.received_at), told.clock("promised").due_on
    told.days_pass(2)
    told.act(make.TOWNSHIP_CIVIL, hand_over, "残联", "应由残联受理，已电话联系")
    row = told.read(lambda work, case: next(row for row in case.stages if row.state == "active"))
    assert row.department == "残联"
    assert (told.read(lambda work, case: case.received_at), told.clock("promised").due_on) == (received, due)
    with pytest.raises(review.NotYourDesk):
        told.act(make.TOWNSHIP_CIVIL, review.verify_case, "")
    told.replays()


@ON_SQLITE
def test_a_licence_is_never_handed_over(installation):
    walk = begin(installation, "LY-001").to("verify")
    row = walk.open_stages()[0][1]
    clerk = Actor("clerk", "示例", Role.TOWNSHIP_COUNTER, row)
    with installation.begin() as work, pytest.raises(HandOverRefused, match="第32条"):
        hand_over(work, walk.case(work), clerk, "民政", REASON)


@ON_SQLITE
def test_a_licence_left_unanswered_for_five_days_is_accepted_by_law(installation):
    walk = begin(installation, "NY-001").to("accept")
    stage, desk = walk.open_stages()[0]
    clerk = Actor("clerk", "示例", Role.TOWNSHIP_COUNTER, desk)
    walk.next_day(16)  # over National Day
    point = [CorrectionPoint("id_card", CorrectionReason.UNCLEAR, "国徽面反光，请重拍")]
    with installation.begin() as work, pytest.raises(AlreadyAccepted, match="视为受理"):
        review.decline_case(work, walk.case(work), clerk, "材料看不清，不予受理")
    with installation.begin() as work, pytest.raises(AlreadyAccepted):
        request_correction(work, walk.case(work), clerk, point)
    sweep_deadlines(installation)
    with installation.look() as work:
        case = walk.case(work)
        assert "deemed_accepted" in [event.kind for event in list_events(work.session, case.id)]
        accepted = next(row for row in case.stages if row.stage_id == stage.id)
        assert walk.clocks()["statutory"].started_at == accepted.opened_at
        cards = [(card.rule, card.colour, card.fell_on[0].department) for card in list_cards(work.session, case.id)]
        assert ("late_acceptance", "red", desk.department) in cards


@ON_SQLITE
def test_a_result_nobody_stated_waits_for_its_last_desk_and_costs_it_a_card_when_late(installation):
    walk = begin(installation, "NY-004")
    while walk.open_stages():
        walk.step()
    with installation.look() as work:
        case = walk.case(work)
        waiting = next(clock for clock in list_clocks(work.session, case.id) if clock.kind == "publication")
        desk, labels = last_desk(case), missing_labels(case)
        assert find_result(work.session, case.id) is None
        assert (waiting.department, waiting.finished_at) == (desk.department, None)
    walk.next_day(60)
    sweep_deadlines(installation)
    last = Actor("last", "示例", Role.DEPARTMENT_REVIEWER, desk)
    with installation.begin() as work, pytest.raises(StatementRefused, match="请填"):
        state_result(work, walk.case(work), last, {})
    with installation.begin() as work, pytest.raises(StatementRefused, match="最后办这件的部门"):
        state_result(work, walk.case(work), COUNTY_TAX, dict.fromkeys(labels, "示例"))
    with installation.begin() as work:
        state_result(work, walk.case(work), last, dict.fromkeys(labels, "示例"))
    with installation.look() as work:
        case = walk.case(work)
        assert "示例" in str(find_result(work.session, case.id).columns)
        rules = {(card.rule, card.colour) for card in list_cards(work.session, case.id)}
        assert {("late_publication", "yellow"), ("late_publication", "red")} <= rules


@ON_SQLITE
def test_a_party_without_days_of_its_own_has_the_groups_longest_and_keeps_nobody_waiting_for_ever(installation):
    answers = {**_answers(installation, "NY-001"), "occupy_farmland": True}
    machine = make.enrolled_machine(installation)
    taken = make.take_in(installation, machine, item_code="NY-001", answers=answers)
    walk = Walk(installation, installation.tools.catalogue.get_item("NY-001"), taken.case_number).to("joint_review")
    without_days = next(stage for stage, _ in walk.open_stages() if not stage.promised_days)
    for stage, desk in walk.open_stages():
        if stage.id != without_days.id:
            walk.act(stage, desk)
    lead = Actor("lead", "示例", Role.DEPARTMENT_HEAD, Desk("农业农村", make.TOWNSHIP))
    with installation.begin() as work, pytest.raises(ReviewRefused, match="时限还没到"):
        conclude_review(work, walk.case(work), lead)
    walk.next_day(20)
    with installation.begin() as work:
        conclude_review(work, walk.case(work), lead)
    assert walk.status() == Status.AWAITING_DECISION
