"""差评回访 from the bad rating to the answer: who may do what, on which clock, and what stays on record."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.db.audit import iterate_audit
from server.db.case import find_case_by_number
from server.db.deadline import list_cards
from server.db.rating import find_rating
from server.domain.follow_up import Step, StepNotAllowed
from server.domain.rating import Grade, RatingRefused
from server.jobs import sweep_deadlines
from server.services.desk import case_page, list_recent_cards
from server.services.follow_up import FollowUpHidden, NobodyToAssign, WordsMissing, clocks_of, take_step
from server.services.follow_up_page import follow_up_page, list_lines, reveal_case
from server.services.rating_answer import find_answer, rate_again
from tests import factories as make
from tests.ratings import (
    CENTRE,
    CIVIL,
    HEAD_ELSEWHERE,
    OTHER_CENTRE,
    SECOND_HEAD,
    TO_THE_DESK,
    TO_THE_REPLY,
    bad_case,
    closed_case,
    follow_up_of,
    open_account,
    rate,
    step,
    walk,
)

# Rules that ask nothing of the database but what the tests on both ask already.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def bad(installation):
    """(the case, its follow-up, the rater's key)"""
    return bad_case(installation)


def clocks(installation, taken):
    with installation.look() as work:
        case = find_case_by_number(work.session, taken.case_number)
        return clocks_of(work, case.id)


def test_the_whole_way_from_the_call_to_the_second_opinion(installation, bad):
    taken, follow_up, key = bad
    walk(installation, follow_up, *TO_THE_DESK)
    step(installation, SECOND_HEAD, follow_up, Step.REPORT_RECTIFIED, "已经电话道歉，改了告知单")
    step(installation, CENTRE, follow_up, Step.CONFIRM)
    with installation.look() as work:
        assert find_answer(work, taken.lookup_code, key).reply is None
    step(installation, CENTRE, follow_up, Step.REPLY, "少跑的一趟，以后由代办员代跑。")
    with installation.look() as work:
        answer = find_answer(work, taken.lookup_code, key)
        assert (answer.reply, answer.may_say_again) == ("少跑的一趟，以后由代办员代跑。", True)
    with installation.begin() as work:
        assert rate_again(work, taken.lookup_code, key, Grade.SATISFIED, "这回好了")
    with installation.begin() as work, pytest.raises(RatingRefused, match="已经再评过一次"):
        rate_again(work, taken.lookup_code, key, Grade.VERY_SATISFIED, "")
    step(installation, CENTRE, follow_up, Step.CLOSE)
    with installation.look() as work:
        page = follow_up_page(work, CENTRE, follow_up)
        assert (page.line.state, page.second_label, page.steps) == ("closed", "满意", ())
        assert [one.label for one in page.history] == [
            "由我经手", "记回访", "交部门整改", "报已整改", "复核通过", "答复群众", "再评一次", "办结",
        ]  # fmt: skip


@on_one_database
def test_a_good_rating_opens_nothing(installation):
    taken = closed_case(installation)
    rate(installation, taken, Grade.FAIRLY_SATISFIED)
    with installation.look() as work:
        assert list_lines(work, CENTRE) == []
    assert clocks(installation, taken) == {}


def test_only_its_handler_learns_whose_case_it_is_and_every_look_is_on_record(installation, bad):
    taken, follow_up, _ = bad
    walk(installation, follow_up, *TO_THE_DESK)
    for other in (OTHER_CENTRE, SECOND_HEAD, make.SUPERVISOR):
        with installation.begin() as work, pytest.raises(FollowUpHidden):
            reveal_case(work, other, follow_up)
    with installation.begin() as work:
        seen = reveal_case(work, CENTRE, follow_up)
    assert (seen.case_number, seen.applicant, seen.phone) == (taken.case_number, make.FICTITIOUS_NAME, "13800000000")
    with installation.look() as work:
        looks = [row for row in iterate_audit(work.session) if row.action == "follow_up.case_viewed"]
        assert [(row.actor, row.subject) for row in looks] == [(CENTRE.account_id, taken.case_number)]


@on_one_database
def test_neither_the_list_nor_the_page_names_the_case(installation, bad):
    taken, follow_up, _ = bad
    walk(installation, follow_up, *TO_THE_DESK)
    with installation.look() as work:
        for actor in (CENTRE, SECOND_HEAD, make.SUPERVISOR):
            told = f"{list_lines(work, actor)}{follow_up_page(work, actor, follow_up)}"
            assert follow_up in told
            assert not any(secret in told for secret in (taken.case_number, taken.lookup_code, "潘", "13800000000"))


def test_the_desks_own_case_page_tells_nothing_of_a_rating(installation, bad, clock):
    taken, follow_up, _ = bad
    walk(installation, follow_up, *TO_THE_DESK)
    clock.move_to(clock.now().replace(month=12))
    sweep_deadlines(installation)
    with installation.look() as work:
        page = case_page(work, make.COUNTY_HEAD, taken.case_number)
        cards = [card for card in list_recent_cards(work, SECOND_HEAD) if card.clock_label == "差评整改时限"]
    assert "评" not in repr((page.clocks, page.cards, page.history))
    assert {card.case_number for card in cards} == {""}, "the late follow-up names no case"


@on_one_database
def test_whoever_served_the_villager_has_no_part_in_it(installation, bad):
    """The head who decided the case is the one rated."""
    _, follow_up, _ = bad
    walk(installation, follow_up, *TO_THE_DESK)
    with installation.begin() as work:
        with pytest.raises(FollowUpHidden):
            take_step(work, make.COUNTY_HEAD, follow_up, Step.REPORT_RECTIFIED, "已经整改好了")
        assert list_lines(work, make.COUNTY_HEAD) == []


@on_one_database
def test_a_desk_with_nobody_but_the_one_rated_is_not_assigned_to(installation):
    taken = closed_case(installation)
    rate(installation, taken, Grade.VERY_DISSATISFIED)
    open_account(installation, make.COUNTY_HEAD)
    follow_up = follow_up_of(installation, taken)
    walk(installation, follow_up, (CENTRE, Step.TAKE), (CENTRE, Step.RECORD_CALL))
    with pytest.raises(NobodyToAssign, match="没有可以整改的负责人"):
        step(installation, CENTRE, follow_up, Step.ASSIGN, desk=CIVIL)
    with pytest.raises(NobodyToAssign, match="选一个办过这件的部门"):
        step(installation, CENTRE, follow_up, Step.ASSIGN, desk=HEAD_ELSEWHERE.desk)
    open_account(installation, SECOND_HEAD)
    step(installation, CENTRE, follow_up, Step.ASSIGN, desk=CIVIL)


@on_one_database
@pytest.mark.parametrize("stranger", [HEAD_ELSEWHERE, make.TOWNSHIP_CIVIL, make.COUNTY_POLICE, make.VILLAGE_AGENT])
def test_nobody_else_sees_there_is_a_follow_up(installation, bad, stranger):
    _, follow_up, _ = bad
    with installation.look() as work:
        assert list_lines(work, stranger) == []
        with pytest.raises(FollowUpHidden) as hidden:
            follow_up_page(work, stranger, follow_up)
        with pytest.raises(FollowUpHidden) as unknown:
            follow_up_page(work, stranger, "0" * 32)
    assert str(hidden.value) == str(unknown.value)


@on_one_database
def test_a_desk_learns_of_it_only_once_it_is_assigned(installation, bad):
    _, follow_up, _ = bad
    with installation.look() as work, pytest.raises(FollowUpHidden):
        follow_up_page(work, SECOND_HEAD, follow_up)
    walk(installation, follow_up, *TO_THE_DESK)
    with installation.look() as work:
        assert [label for _, label in follow_up_page(work, SECOND_HEAD, follow_up).steps] == [
            "报已整改", "解释说明", "申诉",
        ]  # fmt: skip


@on_one_database
def test_a_desk_reads_neither_when_it_was_rated_nor_what_was_said_on_the_telephone(installation, bad):
    _, follow_up, _ = bad
    step(installation, CENTRE, follow_up, Step.TAKE)
    step(installation, CENTRE, follow_up, Step.RECORD_CALL, "老人家说是上星期三来的")
    step(installation, CENTRE, follow_up, Step.ASSIGN, "请说明为什么跑两趟", desk=CIVIL)
    with installation.look() as work:
        page = follow_up_page(work, SECOND_HEAD, follow_up)
        assert [one.words for one in page.history] == ["请说明为什么跑两趟"]
        assert (page.line.opened_at, [clock.label for clock in page.clocks]) == (None, ["整改"])
        assert len(follow_up_page(work, make.SUPERVISOR, follow_up).history) == 3


@on_one_database
def test_a_supervisor_sees_all_and_acts_on_none(installation, bad):
    _, follow_up, _ = bad
    with installation.look() as work:
        assert follow_up_page(work, make.SUPERVISOR, follow_up).steps == ()
    with pytest.raises(StepNotAllowed):
        step(installation, make.SUPERVISOR, follow_up, Step.TAKE)


@on_one_database
def test_where_there_is_a_telephone_the_papers_alone_will_not_do(installation, bad):
    _, follow_up, _ = bad
    step(installation, CENTRE, follow_up, Step.TAKE)
    for _ in range(3):
        with pytest.raises(StepNotAllowed, match="现在可以：记回访、没打通"):
            step(installation, CENTRE, follow_up, Step.CHECK_RECORDS)
        step(installation, CENTRE, follow_up, Step.NOTE_UNREACHED)
    step(installation, CENTRE, follow_up, Step.CHECK_RECORDS)


@on_one_database
def test_who_rated_anonymously_is_never_called(installation):
    _, follow_up, _ = bad_case(installation, is_anonymous=True)
    step(installation, CENTRE, follow_up, Step.TAKE)
    with pytest.raises(StepNotAllowed):
        step(installation, CENTRE, follow_up, Step.RECORD_CALL)
    with installation.begin() as work:
        seen = reveal_case(work, CENTRE, follow_up)
    assert (seen.applicant, seen.phone) == ("潘**", None)
    step(installation, CENTRE, follow_up, Step.CHECK_RECORDS)


def test_an_upheld_appeal_sets_the_rating_aside_and_keeps_it(installation, bad):
    taken, follow_up, _ = bad
    walk(installation, follow_up, *TO_THE_DESK)
    step(installation, SECOND_HEAD, follow_up, Step.APPEAL, "评价说的是别的部门的事")
    with pytest.raises(StepNotAllowed):
        step(installation, OTHER_CENTRE, follow_up, Step.UPHOLD_APPEAL)
    step(installation, CENTRE, follow_up, Step.UPHOLD_APPEAL)
    with installation.look() as work:
        rating = find_rating(work.session, find_case_by_number(work.session, taken.case_number).id)
        assert (rating.grade, rating.set_aside_at) == (Grade.DISSATISFIED, work.now)
        assert follow_up_page(work, SECOND_HEAD, follow_up).line.set_aside


@on_one_database
def test_a_desk_appeals_once(installation, bad):
    _, follow_up, _ = bad
    walk(installation, follow_up, *TO_THE_DESK, (SECOND_HEAD, Step.APPEAL), (CENTRE, Step.DISMISS_APPEAL))
    with pytest.raises(StepNotAllowed, match="现在可以：报已整改、解释说明。"):
        step(installation, SECOND_HEAD, follow_up, Step.APPEAL)


def test_a_late_call_is_a_card_on_the_control_centre_and_a_late_cure_one_on_the_desk(installation, bad, clock):
    taken, follow_up, _ = bad
    call = clocks(installation, taken)["call_back"]
    assert call.due_on.isoformat() == "2026-10-08"  # rated on 30 September, and then comes National Day
    clock.move_to(clock.now().replace(month=10, day=9))
    sweep_deadlines(installation)
    walk(installation, follow_up, *TO_THE_DESK)
    assert clocks(installation, taken)["rectify"].due_on.isoformat() == "2026-10-29"
    clock.move_to(clock.now().replace(day=30))
    sweep_deadlines(installation)
    with installation.look() as work:
        case = find_case_by_number(work.session, taken.case_number)
        ours = [card for card in list_cards(work.session, case.id) if card.rule == "follow_up_limit"]
        assert [(card.colour, card.fell_on[0].department) for card in ours] == [
            ("yellow", "综控中心"), ("red", "综控中心"), ("yellow", "民政"), ("red", "民政"),
        ]  # fmt: skip


def test_a_desks_time_stands_while_others_look_at_what_it_did(installation, bad, clock):
    taken, follow_up, _ = bad
    walk(installation, follow_up, *TO_THE_DESK, (SECOND_HEAD, Step.EXPLAIN))
    assert clocks(installation, taken)["rectify"].due_on is None
    clock.move_to(clock.now().replace(month=11))
    walk(installation, follow_up, (CENTRE, Step.SEND_BACK))
    assert clocks(installation, taken)["rectify"].due_on.isoformat() > "2026-11-01"


@on_one_database
def test_words_are_asked_for_and_a_slip_in_them_names_nobody(installation, bad):
    taken, follow_up, _ = bad
    step(installation, CENTRE, follow_up, Step.TAKE, "")
    with pytest.raises(WordsMissing, match="至少5个字"):
        step(installation, CENTRE, follow_up, Step.RECORD_CALL, " 好 ")
    slip = f"{make.FICTITIOUS_NAME}（{taken.case_number}）说身份证{make.FICTITIOUS_ID}录错了"
    step(installation, CENTRE, follow_up, Step.RECORD_CALL, slip)
    with installation.look() as work:
        said = follow_up_page(work, CENTRE, follow_up).history[1].words
    assert said.startswith("潘**（（编号隐去））说身份证450")
    assert make.FICTITIOUS_ID not in said


@on_one_database
def test_another_of_the_centre_may_take_it_over_and_the_first_then_sees_the_case_no_more(installation, bad):
    _, follow_up, _ = bad
    walk(installation, follow_up, (CENTRE, Step.TAKE), (OTHER_CENTRE, Step.TAKE))
    with installation.begin() as work, pytest.raises(FollowUpHidden):
        reveal_case(work, CENTRE, follow_up)


@on_one_database
def test_the_log_holds_no_words_of_anybody(installation):
    _, follow_up, _ = bad_case(installation, "窗口的某某态度不好")
    walk(installation, follow_up, *TO_THE_REPLY)
    with installation.look() as work:
        told = json.dumps([[row.subject, row.detail] for row in iterate_audit(work.session)], ensure_ascii=False)
    assert "态度" not in told


def test_of_two_who_take_the_same_step_at_once_one_is_told_it_is_done(installation, bad):
    _, follow_up, _ = bad
    walk(installation, follow_up, (CENTRE, Step.TAKE), (CENTRE, Step.RECORD_CALL))

    def assign(_: int) -> str:
        try:
            step(installation, CENTRE, follow_up, Step.ASSIGN, desk=CIVIL)
        except StepNotAllowed:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(assign, range(2))) == ["refused", "taken"]
    with installation.look() as work:
        assert [one.label for one in follow_up_page(work, CENTRE, follow_up).history].count("交部门整改") == 1
