"""The villager in the official account: answered once, told what is theirs, and the same person in both apps."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from server.adapters.wechat import WeChatIdentity
from server.db.case import find_case_by_number
from server.db.outbound import OutboundRow
from server.db.wechat import CaseFollowerRow, WeChatPersonRow, find_openid, list_openids_to_ask
from server.services.event import record_event
from server.services.wechat import (
    HELP,
    NEED_CODE,
    SESSION_LIFE,
    UNKNOWN,
    WELCOME,
    Asked,
    answer_once,
    find_miniprogram_person,
    find_own_case,
    follow_by_lookup_code,
    forget_old_replies,
    learn_unionid,
    list_own_cases,
    sign_in_miniprogram,
)
from tests import factories as make

AUNT, NEPHEW = "o-aunt", "o-nephew"


class Chat:
    """One phone's chat with the account; every message has a key of its own unless it is delivered again."""

    def __init__(self, installation):
        self.installation = installation
        self.sent = 0

    def _ask(self, asked: Asked, key: str | None) -> str:
        self.sent += 1
        with self.installation.begin() as work:
            return answer_once(work, key or f"key {self.sent}", asked)

    def write(self, text: str, openid: str = AUNT, key: str | None = None) -> str:
        return self._ask(Asked(openid, "text", text, "", ""), key)

    def do(self, event: str, event_key: str = "", openid: str = AUNT, key: str | None = None) -> str:
        return self._ask(Asked(openid, "event", "", event, event_key), key)


@pytest.fixture
def chat(installation):
    return Chat(installation)


def count(installation, row_type) -> int:
    with installation.look() as work:
        return work.session.scalar(select(func.count()).select_from(row_type))


def happen(installation, case) -> None:
    with installation.begin() as work:
        record_event(work, find_case_by_number(work.session, case.case_number), "verified", "林演示", "已核验。")


class TestAnsweringOnce:
    def test_a_message_delivered_again_gets_the_same_reply_and_binds_nobody_twice(self, installation, chat, case):
        first = chat.write(case.lookup_code, key="one message")
        happen(installation, case)
        assert chat.write(case.lookup_code, key="one message") == first
        assert count(installation, CaseFollowerRow) == 1
        assert count(installation, OutboundRow) == 2  # the step that brought them here, and the one that happened since

    def test_the_code_sent_a_second_time_is_answered_anew_and_still_binds_once(self, installation, chat, case):
        chat.write(case.lookup_code)
        assert case.case_number in chat.write(case.lookup_code)
        assert count(installation, CaseFollowerRow) == 1
        assert count(installation, OutboundRow) == 1

    def test_replies_are_forgotten_after_a_day_and_not_before(self, installation, chat, clock):
        chat.write("你好")
        clock.move_to(clock.now() + timedelta(hours=23))
        with installation.begin() as work:
            assert forget_old_replies(work) == 0
        clock.move_to(clock.now() + timedelta(hours=2))
        with installation.begin() as work:
            assert forget_old_replies(work) == 1


# What is answered is decided before any row is asked for; one database is enough for the words.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_SQLITE
class TestAsking:
    def test_the_lookup_code_tells_where_the_case_is_and_gives_the_link(self, chat, case):
        reply = chat.write(f"{case.lookup_code[:4]}-{case.lookup_code[4:7]}-{case.lookup_code[7:]}".lower())
        assert case.case_number in reply
        assert "核验中" in reply
        assert "廉州镇·民政" in reply
        assert f"/c/{case.lookup_code}" in reply
        assert make.FICTITIOUS_NAME not in reply

    def test_a_lookup_code_typed_in_full_width_letters_is_understood(self, chat, case):
        wide = "".join(chr(ord(sign) + 0xFEE0) for sign in case.lookup_code)
        assert case.case_number in chat.write(wide)

    def test_the_case_number_alone_tells_a_stranger_the_bare_status_and_no_link(self, installation, chat, case):
        for words in ("{}", "办件编号{}", "查{}到哪了", "请问 {} 办好了吗？", "编号：{}。"):
            assert chat.write(words.format(case.case_number)) == f"现在：核验中\n{NEED_CODE}"
        assert count(installation, CaseFollowerRow) == 0
        assert count(installation, OutboundRow) == 0

    def test_the_case_number_tells_who_follows_the_case_everything(self, chat, case):
        chat.write(case.lookup_code)
        reply = chat.write(f"{case.case_number} 怎么样了")
        assert f"/c/{case.lookup_code}" in reply

    def test_a_number_that_fits_nothing_is_told_so(self, chat, case):
        for text in ("2222222222", "450521-20260914-9999"):
            assert chat.write(text) == UNKNOWN

    def test_anything_else_is_answered_with_what_to_send(self, chat, case):
        longer = ("1450521-20260914-0001", "450521-20260914-00011111", f"{case.case_number}-1")
        for text in ("", "你好", "我的津贴" * 50, *longer):
            assert chat.write(text) == HELP


@ON_SQLITE
class TestEvents:
    def test_following_is_welcomed(self, chat):
        assert chat.do("subscribe") == WELCOME

    def test_a_first_scan_of_a_receipts_code_binds_at_once(self, installation, chat, case):
        assert case.case_number in chat.do("subscribe", f"qrscene_{case.lookup_code}")
        assert count(installation, CaseFollowerRow) == 1

    def test_a_followers_scan_of_a_receipts_code_binds_too(self, installation, chat, case):
        chat.do("subscribe")
        assert case.case_number in chat.do("scan", case.lookup_code)
        assert count(installation, CaseFollowerRow) == 1

    def test_a_scan_of_another_scene_is_a_welcome_and_of_an_unknown_code_is_told(self, installation, chat):
        assert chat.do("scan", "poster-7") == WELCOME
        assert chat.do("scan", "2222222222") == UNKNOWN
        assert count(installation, CaseFollowerRow) == 0

    def test_other_events_are_answered_with_silence(self, chat):
        for event in ("click", "view", "templatesendjobfinish", "location"):
            assert chat.do(event, "2222222222") == ""

    def test_who_left_gets_no_more_messages_until_coming_back(self, installation, chat, case):
        chat.write(case.lookup_code)
        assert count(installation, OutboundRow) == 1
        assert chat.do("unsubscribe") == ""
        happen(installation, case)
        assert count(installation, OutboundRow) == 1
        chat.do("subscribe")
        happen(installation, case)
        assert count(installation, OutboundRow) == 2

    def test_one_person_leaving_leaves_the_others_their_messages(self, installation, chat, case):
        for openid in (AUNT, NEPHEW):
            chat.write(case.lookup_code, openid)
        chat.do("unsubscribe", openid=AUNT)
        happen(installation, case)
        with installation.look() as work:
            told = work.session.scalars(select(OutboundRow.openid).where(OutboundRow.kind == "verified")).all()
        assert told == [NEPHEW]


def sign_in(installation, openid="m-aunt", unionid=None) -> str:
    with installation.begin() as work:
        return sign_in_miniprogram(work, WeChatIdentity(openid, unionid))


def person_of(installation, token) -> str | None:
    with installation.look() as work:
        return find_miniprogram_person(work, token)


def own_cases(installation, token) -> set[str]:
    with installation.look() as work:
        return {case.case_number for case in list_own_cases(work, find_miniprogram_person(work, token))}


def learn(installation, unionid, openid=AUNT) -> None:
    with installation.begin() as work:
        row = find_openid(work.session, installation.tools.settings.wechat.official_app_id, openid)
        learn_unionid(work, row.id, unionid)


class TestOnePersonInTwoApps:
    @pytest.fixture
    def cases(self, installation):
        machine = make.enrolled_machine(installation)
        return [make.take_in(installation, machine) for _ in range(3)]

    def test_joining_brings_cases_sessions_and_openids_of_both_together(self, installation, chat, cases):
        chat.write(cases[0].lookup_code)
        chat.write(cases[1].lookup_code)
        token = sign_in(installation, unionid="u-aunt")
        with installation.begin() as work:
            for case in cases[1:]:
                follow_by_lookup_code(work, find_miniprogram_person(work, token), case.lookup_code)
        assert own_cases(installation, token) == {case.case_number for case in cases[1:]}
        learn(installation, "u-aunt")
        assert own_cases(installation, token) == {case.case_number for case in cases}
        assert count(installation, WeChatPersonRow) == 1
        assert count(installation, CaseFollowerRow) == 3
        happen(installation, cases[2])  # followed in the mini-program, told in the account
        with installation.look() as work:
            told = work.session.scalars(select(OutboundRow.openid).where(OutboundRow.kind == "verified")).all()
        assert told == [AUNT]

    def test_an_account_known_first_is_found_by_the_mini_program(self, installation, chat, cases):
        chat.write(cases[0].lookup_code)
        learn(installation, "u-aunt")
        assert own_cases(installation, sign_in(installation, unionid="u-aunt")) == {cases[0].case_number}

    def test_a_unionid_that_comes_only_with_a_later_sign_in_joins_too(self, installation, chat, cases):
        # The apps were bound to one open-platform account after the first sign-in: until then WeChat gave no unionid.
        early = sign_in(installation)
        with installation.begin() as work:
            follow_by_lookup_code(work, find_miniprogram_person(work, early), cases[0].lookup_code)
        chat.write(cases[1].lookup_code)
        learn(installation, "u-aunt")
        late = sign_in(installation, unionid="u-aunt")
        assert own_cases(installation, late) == {case.case_number for case in cases[:2]}
        assert person_of(installation, early) == person_of(installation, late)

    def test_two_people_stay_two(self, installation, chat, cases):
        chat.write(cases[0].lookup_code)
        learn(installation, "u-aunt")
        assert own_cases(installation, sign_in(installation, "m-nephew", "u-nephew")) == set()
        assert count(installation, WeChatPersonRow) == 2

    def test_while_wechat_knows_no_unionid_it_is_asked_again_the_next_day(self, installation, chat, clock):
        chat.do("subscribe")
        learn(installation, None)
        with installation.look() as work:
            assert list_openids_to_ask(work.session, work.now, 10) == []
        clock.move_to(clock.now() + timedelta(days=1))
        with installation.look() as work:
            assert [row.openid for row in list_openids_to_ask(work.session, work.now, 10)] == [AUNT]
        learn(installation, "u-aunt")
        with installation.look() as work:
            assert list_openids_to_ask(work.session, work.now + timedelta(days=9), 10) == []


@ON_SQLITE
class TestMiniprogramSession:
    def test_it_ends_after_its_life_and_an_invented_token_is_nobodys(self, installation, clock):
        token = sign_in(installation)
        assert person_of(installation, token)
        assert person_of(installation, token + "x") is None
        clock.move_to(clock.now() + SESSION_LIFE)
        assert person_of(installation, token) is None

    def test_another_persons_case_is_no_case(self, installation, chat, case):
        chat.write(case.lookup_code)
        token = sign_in(installation)
        with installation.begin() as work:
            person = find_miniprogram_person(work, token)
            assert find_own_case(work, person, case.case_number) is None
            assert follow_by_lookup_code(work, person, "not a code") is None
            assert follow_by_lookup_code(work, person, case.lookup_code).case_number == case.case_number
            assert find_own_case(work, person, case.case_number).case_number == case.case_number
