"""The replay bears out what the sweep wrote down, and finds what somebody changed by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from forms.clock import BEIJING_TIME
from server.db.case import CaseRow
from server.db.deadline import CardDeskRow, CardRow, ClockEntryRow, ClockRow
from server.domain.review import Verdict
from server.jobs import end_expired_notices, sweep_deadlines, sweep_until_nothing_is_due
from server.services import review
from server.services.deadline import keep_time
from server.services.desk import get_case_to_act
from server.services.replay import replay
from tests import factories as make

LATE = datetime(2026, 11, 2, 2, tzinfo=UTC)


def act(installation, actor, number, errand, *arguments):
    with installation.begin() as work:
        errand(work, get_case_to_act(work, actor, number), actor, *arguments)


def replayed(installation):
    with installation.look() as work:
        return list(replay(work))


def differences(installation):
    return [str(difference) for case in replayed(installation) for difference in case.differences]


def every(installation, row):
    with installation.look() as work:
        return list(work.session.query(row).order_by(row.id))


@pytest.fixture
def late(installation, clock):
    """A case that lay at the county until all its cards had fallen, and one that is brand new."""
    machine = make.enrolled_machine(installation)
    number = make.take_in(installation, machine).case_number
    clock.move_to(datetime(2026, 9, 17, 2, tzinfo=UTC))
    act(installation, make.TOWNSHIP_CIVIL, number, review.verify_case, "年龄、户籍相符")
    act(installation, make.COUNTY_POLICE, number, review.give_verdict, Verdict.AGREE, "户籍正常")
    clock.move_to(LATE)
    sweep_until_nothing_is_due(installation)
    make.take_in(installation, machine)
    return number


def test_the_whole_way_of_a_case_bears_itself_out(installation, late, clock):
    act(installation, make.COUNTY_CIVIL, late, review.give_verdict, Verdict.AGREE, "未重复享受")
    clock.move_to(clock.now() + timedelta(days=9))
    assert end_expired_notices(installation) == 1
    clock.move_to(clock.now() + timedelta(days=20))
    sweep_until_nothing_is_due(installation)
    act(installation, make.COUNTY_HEAD, late, review.approve_case, "符合条件", {})
    act(installation, make.TOWNSHIP_CIVIL, late, review.issue_result, "已告知")
    assert differences(installation) == []
    cases = replayed(installation)
    assert [case.pending for case in cases] == [0, 0]
    assert sum(case.cards for case in cases) == len(every(installation, CardRow)) > 4
    assert sum(case.clocks for case in cases) == len(every(installation, ClockRow))


def test_what_has_fallen_and_was_not_swept_is_pending_and_no_difference(installation, clock):
    make.take_in(installation, make.enrolled_machine(installation))
    clock.move_to(LATE)
    [case] = replayed(installation)
    assert (case.cards, case.differences) == (0, ())
    assert case.pending == 4  # yellow and red of the whole case and of the stage at the township
    assert sweep_until_nothing_is_due(installation).cards == 4
    [case] = replayed(installation)
    assert (case.cards, case.pending, case.differences) == (4, 0, ())


def test_a_card_that_was_deleted_is_missing_even_while_another_is_yet_to_be_written(installation, clock):
    make.take_in(installation, make.enrolled_machine(installation))
    clock.move_to(datetime(2026, 9, 17, 2, tzinfo=UTC))
    assert sweep_deadlines(installation) == 1
    with installation.begin() as work:
        [yellow] = work.session.query(CardRow)
        clock_id = yellow.clock_id
        work.session.query(CardDeskRow).delete()
        work.session.delete(yellow)
    clock.move_to(LATE)
    [case] = replayed(installation)
    assert case.pending == 3
    [sentence] = map(str, case.differences)
    assert f"环节时限（表{clock_id}）黄牌：记录里没有" in sentence


def test_a_card_nobody_earned_is_found(installation, late):
    with installation.begin() as work:
        real = work.session.query(CardRow).order_by(CardRow.id).first()
        work.session.add(
            CardRow(
                case_id=real.case_id, clock_id=real.clock_id, colour="red", rule=real.rule, rule_version=1,
                due_on=real.due_on, fell_at=LATE, recorded_at=LATE, evidence={}, fell_on=[],
            )
        )  # fmt: skip
    [sentence] = differences(installation)
    assert late in sentence
    assert "红牌：记录里有，按日志不应有" in sentence
    assert "2026-11-02 10:00:00亮牌" in sentence


CHANGES = {
    "责任岗位": lambda card: setattr(card.fell_on[0], "department", "财政"),
    "规则版本": lambda card: setattr(card, "rule_version", 7),
    "依据": lambda card: setattr(card, "evidence", {}),
    "亮牌时间": lambda card: setattr(card, "fell_at", LATE),
    "到期日": lambda card: setattr(card, "due_on", LATE.date()),
    "撤牌时间": lambda card: (setattr(card, "withdrawn_at", LATE), setattr(card, "withdrawn_for", "calendar")),
}


@pytest.mark.parametrize("told", CHANGES)
def test_a_card_changed_by_hand_is_told_with_both_values(installation, late, told):
    with installation.begin() as work:
        CHANGES[told](work.session.query(CardRow).order_by(CardRow.id).first())
    [sentence] = differences(installation)
    assert f"黄牌：{told}记的是" in sentence


def test_a_card_taken_back_on_appeal_is_counted_and_no_difference(installation, late):
    with installation.begin() as work:
        card = work.session.query(CardRow).first()
        card.withdrawn_at, card.withdrawn_for = LATE, "appeal"
    assert differences(installation) == []
    assert sum(case.appealed for case in replayed(installation)) == 1


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("due_on", LATE.date(), "到期日"),
        ("next_check_at", LATE, "下次查看"),
        ("finished_at", LATE, "停表时间"),
        ("stops", [{"reason": "correction", "started_at": LATE.isoformat(), "ended_at": LATE.isoformat()}], "暂停"),
        ("amount", 99, "时限记的是99"),
    ],
)
def test_a_clock_changed_by_hand_is_found(installation, late, column, value, told):
    with installation.begin() as work:
        clock = work.session.query(ClockRow).filter(ClockRow.kind == "promised").order_by(ClockRow.id).first()
        setattr(clock, column, value)
    [sentence] = differences(installation)
    assert told in sentence
    assert "承诺时限" in sentence


def test_a_clock_struck_from_the_log_is_told_and_the_others_are_still_compared(installation, late):
    with installation.begin() as work:
        case = work.session.query(CaseRow).filter(CaseRow.case_number != late).one()
        clock = work.session.query(ClockRow).filter(ClockRow.case_id == case.id).order_by(ClockRow.id).first()
        work.session.query(ClockEntryRow).filter(ClockEntryRow.clock_id == clock.id).delete()
    [sentence] = differences(installation)
    assert f"{case.case_number} 承诺时限（表{clock.id}）：记录里有，按日志不应有" in sentence


def test_a_log_that_cannot_be_read_is_a_difference_and_no_crash(installation, late):
    with installation.begin() as work:
        started = work.session.query(ClockEntryRow).filter(ClockEntryRow.kind == "started").first()
        started.said = {"kind": "promised"}
    [sentence] = differences(installation)
    assert f"{late} 时限日志：日志读不通" in sentence


def test_a_server_on_beijing_time_begins_no_stretch_of_work_twice(installation, clock):
    """The opening was written in one zone and is read in another."""
    clock.move_to(make.MONDAY_MORNING.astimezone(BEIJING_TIME))
    number = make.take_in(installation, make.enrolled_machine(installation)).case_number
    clock.move_to(clock.now() + timedelta(hours=3))
    with installation.begin() as work:
        keep_time(work, get_case_to_act(work, make.TOWNSHIP_CIVIL, number))
    assert [clock.kind for clock in every(installation, ClockRow)] == ["promised", "stage"]
    assert differences(installation) == []
