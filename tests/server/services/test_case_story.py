"""One case from receipt to rating through the services, on both databases."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from forms.packet import Agent, PacketFault
from server.db.audit import append_audit
from server.db.case import find_case_by_number, list_events
from server.db.deadline import list_cards_of_villages, list_clocks
from server.domain.case import ActionNotAllowed, Status
from server.domain.correction import CorrectionPoint, CorrectionReason, CorrectionRefused
from server.domain.deadline import start_of
from server.domain.rating import Grade, RatingRefused
from server.domain.review import Verdict
from server.jobs import end_expired_notices, sweep_deadlines
from server.services import review
from server.services.audit import verify_audit
from server.services.correction import (
    allow_second_correction,
    correctable_materials,
    list_open_corrections,
    request_correction,
)
from server.services.desk import CaseHidden, case_page, get_case_to_act, list_inbox, list_recent_cards
from server.services.intake import OpenedPacket, take_in_packet
from server.services.public_board import read_board
from server.services.rating import rate_case
from server.services.sweep import sweep_clock
from server.services.tracking import find_progress
from tests import factories as make

STATED = {"补助标准或金额": "每月80元", "起始年月": "2026年10月"}


def act(installation, actor, number, errand, *arguments, **options):
    with installation.begin() as work:
        errand(work, get_case_to_act(work, actor, number), actor, *arguments, **options)


def beihai(day: int, hour: int = 9, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour - 8, tzinfo=UTC)


@pytest.fixture
def taken(installation):
    machine = make.enrolled_machine(installation)
    return make.take_in(installation, machine), machine


def promised(work, number):
    case = find_case_by_number(work.session, number)
    return next(clock for clock in list_clocks(work.session, case.id) if clock.kind == "promised")


def test_receipt_opens_the_case_at_the_township_with_its_promised_clock_running(installation, taken):
    (taken_in, _) = taken
    assert taken_in.case_number == "450521-20260914-0001"
    # 11 working days from Monday 14 September: Sunday 20 is worked, 25 to 27 are Mid-Autumn.
    assert taken_in.due_on == "2026-09-29"
    with installation.look() as work:
        assert [line.case_number for line in list_inbox(work, make.TOWNSHIP_CIVIL)] == [taken_in.case_number]
        assert list_inbox(work, make.COUNTY_HEAD) == []


def to_public_notice(installation, number):
    act(installation, make.TOWNSHIP_CIVIL, number, review.verify_case, "年龄、户籍相符")
    act(installation, make.COUNTY_POLICE, number, review.give_verdict, Verdict.AGREE, "户籍正常")
    act(installation, make.COUNTY_CIVIL, number, review.give_verdict, Verdict.AGREE, "未重复享受")


def test_the_whole_way_with_correction_notice_cards_approval_and_rating(installation, taken, clock):
    taken_in, machine = taken
    number = taken_in.case_number
    clock.move_to(beihai(15))
    point = CorrectionPoint("bank_passbook", CorrectionReason.UNCLEAR, "账号看不清，请重拍账户页")
    act(installation, make.TOWNSHIP_CIVIL, number, request_correction, [point])
    with installation.look() as work:
        assert promised(work, number).due_on is None
        [waiting] = list_open_corrections(work, make.VILLAGE)
        assert waiting.reasons[0].note == "账号看不清，请重拍账户页"

    clock.move_to(beihai(17))
    make.take_in(
        installation,
        machine,
        kind="correction",
        case_number=number,
        lookup_code=taken_in.lookup_code,
        only={"bank_passbook"},
    )
    with installation.look() as work:
        assert promised(work, number).due_on == date(2026, 10, 8)  # two working days later, and National Day between
        papers = [paper.name for paper in case_page(work, make.TOWNSHIP_CIVIL, number).papers]
        assert len(papers) == len(set(papers)) == 5

    to_public_notice(installation, number)
    with installation.look() as work:
        assert read_board(work, make.VILLAGE).notices[0].columns[0] == ("姓名", "潘**")
        assert promised(work, number).due_on is None

    clock.move_to(beihai(24, 23))
    assert end_expired_notices(installation) == 0  # until the end of its last day
    clock.move_to(beihai(25))
    assert end_expired_notices(installation) == 1
    with installation.look() as work:
        due = promised(work, number).due_on
    assert due == date(2026, 10, 16)  # 17 to 24 September cost seven working days

    clock.move_to(beihai(15, month=10))
    assert sweep_deadlines(installation) > 0
    clock.move_to(beihai(17, month=10))
    assert sweep_deadlines(installation) > 0
    assert sweep_deadlines(installation) == 0
    with installation.look() as work:
        cards = [card for card in list_recent_cards(work, make.SUPERVISOR) if card.clock_label == "承诺时限"]
        assert [(card.label, card.desks) for card in cards] == [("红牌", ("合浦县·民政",)), ("黄牌", ("合浦县·民政",))]

    act(installation, make.COUNTY_HEAD, number, review.approve_case, "符合条件", STATED)
    act(installation, make.TOWNSHIP_CIVIL, number, review.issue_result, "已告知从2026年10月起发")
    with installation.begin() as work:
        case = find_case_by_number(work.session, number)
        assert case.status == Status.COMPLETED
        rate_case(work, case, Grade.VERY_SATISFIED, "很方便", "miniprogram")
        result = dict(find_progress(work, taken_in.lookup_code).result)
        assert result["姓名"] == "潘**"
        assert result["起始年月"] == "2026年10月"
        assert result["补助标准或金额"] == "每月80元"
        board = read_board(work)
        assert (board.closed, board.shown) == (1, 1)
        kinds = [event.kind for event in list_events(work.session, case.id)]
    assert kinds == [
        "received", "correction_requested", "correction_answered", "verified", "verdict_given", "verdict_given",
        "public_notice_started", "public_notice_ended", "approved", "issued", "completed", "rated",
    ]  # fmt: skip
    with installation.look() as work:
        assert verify_audit(work).broken_at is None


def test_a_visit_packed_anew_after_a_lost_answer_is_the_same_case(installation, taken):
    taken_in, machine = taken
    again = make.take_in(installation, machine, lookup_code=taken_in.lookup_code)
    assert again == taken_in
    with pytest.raises(PacketFault, match="已经用在别的办件上"):
        make.take_in(installation, make.enrolled_machine(installation), lookup_code=taken_in.lookup_code)


def test_a_case_is_rated_once_and_only_when_closed(installation, taken):
    taken_in, _ = taken
    with installation.begin() as work, pytest.raises(ActionNotAllowed):
        rate_case(work, find_case_by_number(work.session, taken_in.case_number), Grade.SATISFIED, "", "phone")
    to_public_notice(installation, taken_in.case_number)
    installation.tools.clock.move_to(beihai(30))
    end_expired_notices(installation)
    act(installation, make.COUNTY_HEAD, taken_in.case_number, review.reject_case, "不具有本市户籍")
    with installation.begin() as work:
        case = find_case_by_number(work.session, taken_in.case_number)
        first = rate_case(work, case, Grade.DISSATISFIED, "", "phone")
        assert rate_case(work, case, Grade.DISSATISFIED, "", "phone") is first  # a lost answer, sent again
        with pytest.raises(RatingRefused, match="一件事评一次"):
            rate_case(work, case, Grade.VERY_SATISFIED, "", "phone")


def test_a_second_correction_is_refused(installation, taken):
    taken_in, machine = taken
    point = [CorrectionPoint("id_card", CorrectionReason.UNCLEAR, "国徽面反光，请重拍")]
    act(installation, make.TOWNSHIP_CIVIL, taken_in.case_number, request_correction, point)
    make.take_in(
        installation,
        machine,
        kind="correction",
        case_number=taken_in.case_number,
        lookup_code=taken_in.lookup_code,
        only={"id_card"},
    )
    book = [CorrectionPoint("bank_passbook", CorrectionReason.WRONG, "户名不对，请带本人的存折")]
    with pytest.raises(CorrectionRefused, match="一次性告知"):
        act(installation, make.TOWNSHIP_CIVIL, taken_in.case_number, request_correction, book)
    # What was brought for the first request could not be judged before it was brought.
    act(installation, make.TOWNSHIP_CIVIL, taken_in.case_number, request_correction, point)


def test_a_second_correction_with_the_supervisors_leave_is_a_red_card_for_the_desk_that_did_not_tell_all(
    installation, taken, clock
):
    taken_in, machine = taken
    number = taken_in.case_number
    card = [CorrectionPoint("id_card", CorrectionReason.UNCLEAR, "国徽面反光，请重拍")]
    book = [CorrectionPoint("bank_passbook", CorrectionReason.WRONG, "户名不对，请带本人的存折")]
    with pytest.raises(CorrectionRefused, match="还没有补正过"):
        act(installation, make.SUPERVISOR, number, allow_second_correction, "材料里有冒名存折")
    act(installation, make.TOWNSHIP_CIVIL, number, request_correction, card)
    answer = {"kind": "correction", "case_number": number, "lookup_code": taken_in.lookup_code, "only": {"id_card"}}
    make.take_in(installation, machine, **answer)
    clock.move_to(beihai(15))
    act(installation, make.SUPERVISOR, number, allow_second_correction, "材料里有冒名存折")
    act(installation, make.TOWNSHIP_CIVIL, number, request_correction, book)
    with installation.look() as work:
        [card] = list_cards_of_villages(work.session, [make.VILLAGE], 10)
        assert (card.rule, card.colour) == ("no_one_time_notice", "red")
        assert [(desk.department, desk.region_code) for desk in card.fell_on] == [("民政", make.TOWNSHIP)]


def test_another_desks_case_looks_like_no_case_at_all(installation, taken):
    taken_in, _ = taken
    stranger = make.Actor("x", "外人", make.Role.DEPARTMENT_REVIEWER, make.Desk("税务", make.COUNTY))
    with installation.look() as work:
        with pytest.raises(CaseHidden) as hidden:
            case_page(work, stranger, taken_in.case_number)
        with pytest.raises(CaseHidden) as unknown:
            case_page(work, stranger, "450521-20260914-9999")
        assert str(hidden.value) == str(unknown.value)


def test_a_desk_reads_a_case_when_it_comes_to_it_and_not_before(installation, taken):
    taken_in, _ = taken
    with installation.look() as work, pytest.raises(CaseHidden):
        case_page(work, make.COUNTY_POLICE, taken_in.case_number)
    act(installation, make.TOWNSHIP_CIVIL, taken_in.case_number, review.verify_case, "")
    with installation.look() as work:
        assert case_page(work, make.COUNTY_POLICE, taken_in.case_number).actions


def test_a_village_clock_that_stopped_years_ago_does_not_start_the_limit_years_ago(installation):
    machine = make.enrolled_machine(installation)
    taken_in = make.take_in(installation, machine, received_at=datetime(2018, 1, 1, tzinfo=UTC))
    assert (taken_in.case_number[:15], taken_in.due_on) == ("450521-20260914", "2026-09-29")


def test_a_refused_action_lists_what_is_allowed(installation, taken):
    taken_in, _ = taken
    with pytest.raises(ActionNotAllowed, match="现在可以：核验通过、一次性补正"):
        act(installation, make.TOWNSHIP_CIVIL, taken_in.case_number, review.issue_result, "")


def test_one_slow_department_of_a_joint_review_gets_the_card_not_the_quick_one(installation, taken, clock):
    taken_in, _ = taken
    act(installation, make.TOWNSHIP_CIVIL, taken_in.case_number, review.verify_case, "")
    act(installation, make.COUNTY_CIVIL, taken_in.case_number, review.give_verdict, Verdict.AGREE, "")
    clock.move_to(beihai(30))
    assert sweep_deadlines(installation) == 4  # of the whole limit and of the department's own, yellow and red
    with installation.look() as work:
        cards = list_cards_of_villages(work.session, [make.VILLAGE], 10)
        assert {(card.rule, desk.department) for card in cards for desk in card.fell_on} == {
            ("whole_limit", "公安"),
            ("stage_limit", "公安"),
        }


def test_cards_missed_by_a_sleeping_worker_are_recorded_when_the_desk_acts(installation, taken, clock):
    taken_in, _ = taken
    clock.move_to(beihai(30))
    act(installation, make.TOWNSHIP_CIVIL, taken_in.case_number, review.verify_case, "")
    with installation.look() as work:
        cards = list_cards_of_villages(work.session, [make.VILLAGE], 10)
        fell = {card.colour: card.fell_at for card in cards if card.rule == "whole_limit"}
        # The township was slow; the departments it only now passed the case on to answer for nothing.
        assert {desk.region_code for card in cards for desk in card.fell_on} == {"450521100"}
    assert fell == {"yellow": start_of(date(2026, 9, 28)), "red": start_of(date(2026, 9, 30))}


def test_a_desk_that_does_not_hold_the_case_cannot_spend_its_one_correction(installation, taken):
    taken_in, _ = taken
    point = [CorrectionPoint("id_card", CorrectionReason.UNCLEAR, "国徽面反光，请重拍")]
    with installation.begin() as work, pytest.raises(review.NotYourDesk, match="廉州镇·民政"):
        request_correction(work, find_case_by_number(work.session, taken_in.case_number), make.COUNTY_CIVIL, point)
    act(installation, make.TOWNSHIP_CIVIL, taken_in.case_number, request_correction, point)


def test_a_paper_that_departments_hold_is_asked_of_no_villager(installation):
    item = installation.tools.catalogue.get_item("MZ-001")
    asked = {material.id for material in correctable_materials(item)}
    assert item.materials_by_id.keys() - asked == {"school_proof"}


def test_half_a_paper_does_not_answer_the_one_correction(installation, taken):
    taken_in, machine = taken
    point = [CorrectionPoint("id_card", CorrectionReason.UNCLEAR, "两面都看不清，请重拍")]
    act(installation, make.TOWNSHIP_CIVIL, taken_in.case_number, request_correction, point)
    answer = {"kind": "correction", "case_number": taken_in.case_number, "lookup_code": taken_in.lookup_code}
    item = installation.tools.catalogue.get_item("MZ-008")
    documents, _ = make.documents_for(item, installation.tools.clock.now(), {"id_card"})
    one_side = (documents[0].model_copy(update={"pages": 1}),)
    manifest = make.manifest_for(installation, machine, documents=one_side, **answer)
    with installation.begin() as work, pytest.raises(PacketFault, match="还没有补齐"):
        take_in_packet(work, OpenedPacket(manifest, {"id_card": 1}), machine)
    make.take_in(installation, machine, only={"id_card"}, **answer)


def test_the_receipt_names_the_agent_as_the_account_does(installation, taken):
    _, machine = taken
    boast = Agent(sign_in_name=make.VILLAGE_AGENT.account_id, display_name="冒名")
    number = make.take_in(installation, machine, agent=boast).case_number
    with installation.look() as work:
        page = case_page(work, make.TOWNSHIP_CIVIL, number)
    assert (page.agent, page.history[0].actor) == (make.VILLAGE_AGENT.display_name,) * 2


def test_a_citys_supervisor_sees_the_cases_and_cards_of_its_counties(installation, taken, clock):
    city = make.Actor("shi-jiancha", "何模拟", make.Role.SUPERVISOR, make.Desk("电子监察", "450500"))
    elsewhere = make.Actor("x", "外县", make.Role.SUPERVISOR, make.Desk("电子监察", "450502"))
    clock.move_to(beihai(30))
    sweep_deadlines(installation)
    with installation.look() as work:
        assert [line.case_number for line in list_inbox(work, city)] == [taken[0].case_number]
        assert {card.label for card in list_recent_cards(work, city)} == {"黄牌", "红牌"}
        assert (list_inbox(work, elsewhere), list_recent_cards(work, elsewhere)) == ([], [])


def test_a_clock_that_cannot_be_read_keeps_no_other_card_from_falling(installation, taken, clock, monkeypatch):
    broken, whole = taken[0], make.take_in(installation, taken[1])
    with installation.look() as work:
        case = find_case_by_number(work.session, broken.case_number)
        spoilt = {clock.id for clock in list_clocks(work.session, case.id)}
    monkeypatch.setattr(
        "server.jobs.sweep_clock", lambda work, key: 1 // 0 if key in spoilt else sweep_clock(work, key)
    )
    clock.move_to(beihai(30))
    assert sweep_deadlines(installation) == 4
    with installation.look() as work:
        assert {card.case_number for card in list_recent_cards(work, make.TOWNSHIP_CIVIL)} == {whole.case_number}


def test_a_card_falling_while_a_desk_acts_keeps_neither_waiting_for_the_other(installation, taken, clock, caplog):
    number = taken[0].case_number
    clock.move_to(beihai(30))
    with ThreadPoolExecutor(1) as another:
        with installation.begin() as work:
            case = get_case_to_act(work, make.TOWNSHIP_CIVIL, number)
            append_audit(work.session, at=work.now, actor="zhen-mz", action="case.verified", subject=number)
            sweep = another.submit(sweep_deadlines, installation)
            time.sleep(0.3)
            review.verify_case(work, case, make.TOWNSHIP_CIVIL, "属实")
        assert sweep.result(timeout=20) == 0  # the desk's own step put both cards on record
    assert not caplog.records  # PostgreSQL would have ended one of two that wait for each other
    with installation.look() as work:
        assert len(list_recent_cards(work, make.TOWNSHIP_CIVIL)) == 4


def test_a_number_written_into_a_published_column_is_masked(installation, taken, clock):
    number = taken[0].case_number
    to_public_notice(installation, number)
    clock.move_to(beihai(30))
    end_expired_notices(installation)
    stated = {"补助标准或金额": f"80元，{make.FICTITIOUS_ID}", "起始年月": "2026年10月"}
    act(installation, make.COUNTY_HEAD, number, review.approve_case, "", stated)
    act(installation, make.TOWNSHIP_CIVIL, number, review.issue_result, "")
    with installation.look() as work:
        [result] = read_board(work).results
    published = dict(result.columns)
    assert published["起始年月"] == "2026年10月"
    assert published["补助标准或金额"].startswith("80元，450")
    assert make.FICTITIOUS_ID not in published["补助标准或金额"]
