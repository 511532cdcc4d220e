"""Messages leave as rows and arrive on the phone once, whatever happens to the line, the platform or the worker."""

import threading
from datetime import timedelta

import pytest

from server.db.case import find_case_by_number
from server.db.outbound import OutboundRow, list_messages
from server.domain.review import Verdict
from server.jobs import deliver_messages
from server.services import review
from server.services.desk import get_case_to_act
from server.services.event import record_event
from server.services.message import (
    ATTEMPTS,
    FIRST_PAUSE,
    LEASE,
    LONGEST_PAUSE,
    claim_message,
    next_attempt,
    send_message,
    settle_message,
)
from server.services.wechat import Asked, answer_once
from tests import factories as make
from tests.factories import with_wechat
from tests.server.wechat_play import new_villager

# Rows, locks and races are tried on both databases; what WeChat answers is the same for each.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def bind(installation, openid: str, lookup_code: str, key: str = "key") -> str:
    with installation.begin() as work:
        return answer_once(work, key, Asked(openid, "text", lookup_code, "", ""))


def rows(installation, case) -> list[OutboundRow]:
    with installation.look() as work:
        return list_messages(work.session, find_case_by_number(work.session, case.case_number).id)


def cards(villager) -> list[dict]:
    return [message for message in villager.messages() if message["kind"] == "template"]


@pytest.fixture
def villager(here, simulator, case):
    """A villager who follows the account and the case; the card of the first step is waiting to be sent."""
    villager = new_villager(simulator)
    villager.do("follow")
    bind(here, villager.official_openid, case.lookup_code)
    return villager


def test_a_message_arrives_once_and_says_what_happened(here, villager, case):
    assert deliver_messages(here) == 1
    [card] = cards(villager)
    told = {name: value["value"] if isinstance(value, dict) else value for name, value in card["data"].items()}
    assert told["character_string2"] == case.case_number
    assert told["thing3"] == "村里收件"
    assert card["url"].endswith(f"/c/{case.lookup_code}")
    assert "潘示例" not in str(card)
    [row] = rows(here, case)
    assert (row.state, row.attempts, row.fault, row.next_attempt_at) == ("sent", 1, None, None)
    assert row.provider_message_id == str(card["id"])
    assert deliver_messages(here) == 0
    assert len(cards(villager)) == 1


def test_a_desk_that_acts_is_told_to_everybody_who_follows_the_case_and_to_nobody_else(here, simulator, villager, case):
    relative, stranger = new_villager(simulator, "潘外出"), new_villager(simulator, "路人")
    for other in (relative, stranger):
        other.do("follow")
    bind(here, relative.official_openid, case.lookup_code, "another key")
    deliver_messages(here)
    with here.begin() as work:
        review.verify_case(work, get_case_to_act(work, make.TOWNSHIP_CIVIL, case.case_number), make.TOWNSHIP_CIVIL, "")
    assert deliver_messages(here) == 2
    assert [len(cards(person)) for person in (villager, relative, stranger)] == [2, 2, 0]


@ON_SQLITE
def test_an_act_that_is_rolled_back_tells_nobody(here, villager, case):
    deliver_messages(here)
    with pytest.raises(review.ReasonMissing), here.begin() as work:  # noqa: PT012 - two acts in one transaction
        act = get_case_to_act(work, make.TOWNSHIP_CIVIL, case.case_number)
        review.verify_case(work, act, make.TOWNSHIP_CIVIL, "")
        act = get_case_to_act(work, make.COUNTY_CIVIL, case.case_number)
        review.give_verdict(work, act, make.COUNTY_CIVIL, Verdict.DISAGREE, "")
    assert deliver_messages(here) == 0
    assert len(cards(villager)) == 1


@ON_SQLITE
def test_somebody_who_stopped_following_is_not_reached_and_not_tried_again(here, villager, case):
    villager.do("unfollow")
    deliver_messages(here)
    [row] = rows(here, case)
    assert (row.state, row.next_attempt_at) == ("failed", None)
    assert "没有关注" in row.fault
    here.tools.clock.move_to(here.tools.clock.now() + timedelta(days=4))
    assert deliver_messages(here) == 0
    assert cards(villager) == []


@ON_SQLITE
def test_one_message_that_cannot_be_sent_does_not_hold_up_the_next(here, simulator, villager, case):
    villager.do("unfollow")
    relative = new_villager(simulator)
    relative.do("follow")
    bind(here, relative.official_openid, case.lookup_code, "another key")
    assert deliver_messages(here) == 2
    assert len(cards(relative)) == 1


@ON_SQLITE
def test_while_the_platform_is_away_pauses_grow_and_the_message_waits(installation, case):
    bind(installation, "o-anybody", case.lookup_code)  # api_base is a port nobody listens on
    clock = installation.tools.clock
    for attempt in range(1, 7):
        deliver_messages(installation)
        [row] = rows(installation, case)
        assert (row.state, row.attempts) == ("queued", attempt)
        assert "连不上微信" in row.fault
        pause = row.next_attempt_at - clock.now()
        assert FIRST_PAUSE * 2 ** (attempt - 1) * 0.5 <= pause <= FIRST_PAUSE * 2 ** (attempt - 1) * 1.5
        assert deliver_messages(installation) == 0  # not before its time
        clock.move_to(row.next_attempt_at)


@ON_SQLITE
def test_a_platform_that_comes_back_gets_the_message(here, villager, case):
    away = with_wechat(here, api_base="http://127.0.0.1:9")
    deliver_messages(away)
    [row] = rows(here, case)
    here.tools.clock.move_to(row.next_attempt_at)
    deliver_messages(here)
    assert [row.state for row in rows(here, case)] == ["sent"]
    assert rows(here, case)[0].fault is None
    assert len(cards(villager)) == 1


def test_pauses_never_grow_beyond_the_longest_and_after_days_the_message_is_given_up(installation, case):
    now = installation.tools.clock.now()
    assert all(next_attempt(now, attempts) - now <= LONGEST_PAUSE * 1.5 for attempts in range(1, 100))
    bind(installation, "o-anybody", case.lookup_code)
    with installation.begin() as work:
        row = work.session.get(OutboundRow, rows(installation, case)[0].id)
        row.attempts = ATTEMPTS - 1
    deliver_messages(installation)
    [row] = rows(installation, case)
    assert (row.state, row.attempts, row.next_attempt_at) == ("failed", ATTEMPTS, None)


def claimed(installation, message_id: int) -> OutboundRow | None:
    with installation.begin() as work:
        return claim_message(work, message_id)


def test_a_worker_that_dies_with_a_message_in_hand_leaves_it_to_the_next_after_the_lease(here, villager, case):
    [row] = rows(here, case)
    assert claimed(here, row.id).state == "sending"
    assert deliver_messages(here) == 0
    assert claimed(here, row.id) is None
    here.tools.clock.move_to(here.tools.clock.now() + LEASE)
    assert deliver_messages(here) == 1
    assert rows(here, case)[0].state == "sent"
    assert len(cards(villager)) == 1


@ON_SQLITE
def test_a_worker_that_dies_between_sending_and_noting_it_does_not_make_a_second_card(here, villager, case):
    [row] = rows(here, case)
    provider_id, fault = send_message(here.official_account(), "progress", claimed(here, row.id))
    assert fault is None
    here.tools.clock.move_to(here.tools.clock.now() + LEASE)
    deliver_messages(here)
    assert len(cards(villager)) == 1
    assert rows(here, case)[0].provider_message_id == provider_id


def test_a_slow_worker_whose_lease_ran_out_cannot_undo_what_the_next_one_sent(here, villager, case):
    [row] = rows(here, case)
    slow = claimed(here, row.id)
    here.tools.clock.move_to(here.tools.clock.now() + LEASE)
    deliver_messages(here)
    _, fault = send_message(with_wechat(here, api_base="http://127.0.0.1:9").official_account(), "progress", slow)
    with here.begin() as work:
        settle_message(work, row.id, None, fault)
    assert [(row.state, row.next_attempt_at) for row in rows(here, case)] == [("sent", None)]


@ON_SQLITE
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"official_secret": "not the secret"}, "AppSecret"),
        ({"official_app_id": "wx-somebody-else"}, "AppID"),
        ({"progress_template_id": "no such template!"}, "模板编号"),
    ],
)
def test_a_fault_of_our_own_account_keeps_the_message_until_somebody_mends_it(here, villager, case, wrong, words):
    deliver_messages(with_wechat(here, **wrong))
    [row] = rows(here, case)
    assert row.state == "queued"
    assert words in row.fault
    assert "not the secret" not in row.fault
    here.tools.clock.move_to(row.next_attempt_at)
    deliver_messages(here)
    assert len(cards(villager)) == 1


@ON_SQLITE
def test_an_openid_that_is_not_ours_is_given_up_at_once(here, case):
    bind(here, "o-nobody-ever", case.lookup_code)
    deliver_messages(here)
    assert [row.state for row in rows(here, case)] == ["failed"]


def test_several_workers_at_once_send_each_message_once(here, villager, case):
    with here.begin() as work:
        row = find_case_by_number(work.session, case.case_number)
        for number in range(6):
            record_event(work, row, "verified", "林演示", f"第{number}步")
    start, faults = threading.Barrier(3), []

    def worker():
        try:
            start.wait()
            deliver_messages(here)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [(row.state, row.attempts) for row in rows(here, case)] == [("sent", 1)] * 7
    assert len(cards(villager)) == 7
