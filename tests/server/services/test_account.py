"""Accounts and absences through the services, on both databases: what is opened, closed, moved, covered and recorded."""

from datetime import date, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from forms.packet import Agent, PacketFault
from server.db.audit import AuditRow
from server.db.staff import find_staff_by_name
from server.domain.people import Desk, Role
from server.services import account, staff
from server.services.absence import AbsenceRefused, end_absence, set_absence
from server.services.account import AccountRefused, Seat
from server.services.staff import check_password, find_signed_in, start_session, with_covers
from tests import factories as make

CENTRE = make.Actor("centre", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500"))
HEAD = make.COUNTY_HEAD
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HAICHENG = "450502001"
COUNTER_SEAT = Seat("township_counter", "民政", make.TOWNSHIP)


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch):
    monkeypatch.setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def people(installation):
    """Somebody opens an account; the one-time password."""

    def opened(name: str, seat: Seat = COUNTER_SEAT, shown: str = "林演示", by=CENTRE) -> str:
        with installation.begin() as work:
            return account.create_account(work, by, name, shown, seat)

    return opened


def do(installation, errand, *given):
    with installation.begin() as work:
        return errand(work, *given)


def refusal(installation, errand, *given) -> str:
    with pytest.raises((AccountRefused, AbsenceRefused)) as refused, installation.begin() as work:
        errand(work, *given)
    return str(refused.value)


def recorded(installation) -> list[tuple[str, str, str]]:
    with installation.look() as work:
        rows = work.session.scalars(select(AuditRow).order_by(AuditRow.number))
        return [(row.actor, row.action, row.subject) for row in rows]


def signs_in(installation, name: str, password: str) -> bool:
    with installation.begin() as work:
        return not isinstance(check_password(work, name, password), str)


def actor_now(installation, name: str):
    with installation.look() as work:
        return with_covers(work, staff.actor_of(find_staff_by_name(work.session, name)))


class TestOpening:
    def test_a_one_time_password_opens_a_session_that_must_choose_its_own(self, installation, people):
        password = people("zhen-mz-2")
        with installation.begin() as work:
            token = start_session(work, check_password(work, "zhen-mz-2", password))
        with installation.look() as work:
            signed_in = find_signed_in(work, token)
        assert signed_in.must_change_password
        assert signed_in.actor.desk == Desk("民政", make.TOWNSHIP)
        assert ("centre", "staff.created", "zhen-mz-2") in recorded(installation)

    def test_a_slip_nobody_used_for_a_week_opens_nothing(self, installation, people, clock):
        password = people("zhen-mz-2")
        clock.move_to(clock.now() + timedelta(days=7))
        with installation.begin() as work:
            assert check_password(work, "zhen-mz-2", password) == staff.SLIP_IS_OLD
            assert check_password(work, "zhen-mz-2", "guess") == staff.WRONG

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("name", "shown", "seat", "told"),
        [
            ("Z", "林演示", COUNTER_SEAT, "3到32个"),
            ("zhen mz", "林演示", COUNTER_SEAT, "3到32个"),
            ("zhen-mz", "林", COUNTER_SEAT, "2到20个字"),
            ("zhen-mz", "林演示（代李练习）", COUNTER_SEAT, "不带括号"),
            ("zhen-mz", "林演示", Seat("township_counter", "民政", make.COUNTY), "要放在乡镇"),
            ("zhen-mz", "林演示", Seat("villager", "民政", make.TOWNSHIP), "不能放在"),
            ("zhen-mz", "林演示", Seat("emperor", "民政", make.TOWNSHIP), "请选角色"),
            ("zhen-mz", "林演示", Seat("township_counter", "民政", "999999"), "请选角色"),
            ("zhen-mz", "林演示", Seat("township_counter", "礼部", make.TOWNSHIP), "没有这个部门"),
        ],
    )
    def test_what_cannot_be_is_told(self, installation, name, shown, seat, told):
        assert told in refusal(installation, account.create_account, CENTRE, name, shown, seat)

    @ON_SQLITE
    def test_a_name_is_given_once(self, installation, people):
        people("zhen-mz-2")
        again = refusal(installation, account.create_account, CENTRE, "zhen-mz-2", "甲乙", COUNTER_SEAT)
        assert "已经有人用了" in again

    @ON_SQLITE
    def test_a_head_opens_reviewers_at_the_own_desk_and_no_second_head(self, installation, people):
        people("xian-mz-3", Seat("department_reviewer", "民政", make.COUNTY), by=HEAD)
        for seat in (
            Seat("department_head", "民政", make.COUNTY),
            Seat("department_reviewer", "公安", make.COUNTY),
            Seat("control_centre", "综控中心", "450500"),
        ):
            assert "您不能给这个账号" in refusal(installation, account.create_account, HEAD, "xian-x", "甲乙", seat)


class TestClosing:
    def test_a_stopped_account_is_out_at_once_and_back_only_with_a_new_password(self, installation, people):
        password = people("zhen-mz-2")
        with installation.begin() as work:
            token = start_session(work, check_password(work, "zhen-mz-2", password))
        do(installation, account.disable_account, CENTRE, "zhen-mz-2")
        with installation.look() as work:
            assert find_signed_in(work, token) is None
        assert not signs_in(installation, "zhen-mz-2", password)
        anew = do(installation, account.enable_account, CENTRE, "zhen-mz-2")
        assert not signs_in(installation, "zhen-mz-2", password)
        assert signs_in(installation, "zhen-mz-2", anew)
        with installation.look() as work:
            assert find_signed_in(work, token) is None

    @ON_SQLITE
    def test_a_reset_ends_every_session_and_an_unlock_forgets_the_failures(self, installation, people):
        password = people("zhen-mz-2")
        with installation.begin() as work:
            token = start_session(work, check_password(work, "zhen-mz-2", password))
        anew = do(installation, account.reset_password, CENTRE, "zhen-mz-2")
        with installation.look() as work:
            assert find_signed_in(work, token) is None
        for _ in range(staff.FAILURES_BEFORE_LOCK):
            signs_in(installation, "zhen-mz-2", "wrong")
        assert not signs_in(installation, "zhen-mz-2", anew)
        do(installation, account.unlock_account, CENTRE, "zhen-mz-2")
        assert signs_in(installation, "zhen-mz-2", anew)

    @ON_SQLITE
    @pytest.mark.parametrize(
        "errand",
        [account.disable_account, account.enable_account, account.unlock_account, account.reset_password],
    )
    def test_nobody_does_it_to_himself_and_a_head_not_at_another_desk(self, installation, people, errand):
        people(
            "centre",
            Seat("control_centre", "综控中心", "450500"),
            by=make.Actor("x", "某", Role.CONTROL_CENTRE, CENTRE.desk),
        )
        people("zhen-mz-2")
        assert "不能给自己" in refusal(installation, errand, CENTRE, "centre")
        assert "您不能给这个账号" in refusal(installation, errand, HEAD, "zhen-mz-2")
        assert "没有这个账号" in refusal(installation, errand, CENTRE, "nobody")
        before = recorded(installation)
        assert not any(subject == "zhen-mz-2" and actor == HEAD.account_id for actor, _, subject in before)


class TestMoving:
    def test_what_was_received_before_the_move_still_has_who_answers_for_it(self, installation, people, clock):
        machine = make.enrolled_machine(installation)
        agent = make.agent_account(installation, make.VILLAGE)
        earlier = clock.now()
        manifest, sealed = make.sealed_packet(installation, machine, agent=agent)
        clock.move_to(earlier + timedelta(hours=1))
        with installation.look() as work:
            other = next(
                code for code in work.catalogue.regions.village_codes_in(make.TOWNSHIP) if code != make.VILLAGE
            )
        do(installation, account.move_account, CENTRE, agent.sign_in_name, Seat("village_agent", "", other))
        opened = make.open_sealed_packet(installation.tools, sealed, manifest.packet_id)
        assert do(installation, make.take_in_packet, opened, machine).case_number
        clock.move_to(earlier + timedelta(hours=2))
        late, sealed = make.sealed_packet(installation, machine, agent=agent)
        opened = make.open_sealed_packet(installation.tools, sealed, late.packet_id)
        with pytest.raises(PacketFault, match="不是本村登记的代办员"):
            do(installation, make.take_in_packet, opened, machine)

    @ON_SQLITE
    def test_a_head_moves_nobody_and_nobody_moves_to_where_he_is(self, installation, people):
        people("xian-mz-3", Seat("department_reviewer", "民政", make.COUNTY))
        seat = Seat("department_reviewer", "公安", make.COUNTY)
        assert "您不能给这个账号" in refusal(installation, account.move_account, HEAD, "xian-mz-3", seat)
        same = Seat("department_reviewer", "民政", make.COUNTY)
        assert "和现在的一样" in refusal(installation, account.move_account, CENTRE, "xian-mz-3", same)


class TestAbsence:
    MONDAY = date(2026, 9, 14)
    FRIDAY = date(2026, 9, 18)

    @pytest.fixture
    def two(self, installation, people):
        people("zhen-mz-2")
        people("zhen-cl", Seat("township_counter", "残联", make.TOWNSHIP), "梁示例")
        return installation

    def test_whoever_stands_in_has_the_desk_on_those_days_only(self, two, clock):
        do(two, set_absence, CENTRE, "zhen-mz-2", self.MONDAY, self.FRIDAY, "zhen-cl")
        [cover] = actor_now(two, "zhen-cl").covers
        assert (cover.desk, cover.display_name) == (Desk("民政", make.TOWNSHIP), "林演示")
        clock.move_to(clock.now() + timedelta(days=4))
        assert actor_now(two, "zhen-cl").covers
        clock.move_to(clock.now() + timedelta(days=1))
        assert not actor_now(two, "zhen-cl").covers

    def test_back_early_the_cover_ends(self, two):
        do(two, set_absence, CENTRE, "zhen-mz-2", self.MONDAY, self.FRIDAY, "zhen-cl")
        do(two, end_absence, CENTRE, "zhen-mz-2")
        assert not actor_now(two, "zhen-cl").covers
        assert "没有要结束的" in refusal(two, end_absence, CENTRE, "zhen-mz-2")

    @ON_SQLITE
    @pytest.mark.parametrize(
        "seat", [Seat("department_reviewer", "民政", make.COUNTY), Seat("township_counter", "民政", HAICHENG)]
    )
    def test_a_cover_moved_to_where_he_could_not_be_named_covers_no_longer(self, two, seat):
        do(two, set_absence, CENTRE, "zhen-mz-2", self.MONDAY, self.FRIDAY, "zhen-cl")
        do(two, account.move_account, CENTRE, "zhen-cl", seat)
        assert not actor_now(two, "zhen-cl").covers

    @ON_SQLITE
    def test_moved_away_the_cover_of_the_old_desk_ends(self, two):
        do(two, set_absence, CENTRE, "zhen-mz-2", self.MONDAY, self.FRIDAY, "zhen-cl")
        do(two, account.move_account, CENTRE, "zhen-mz-2", Seat("township_counter", "医保", make.TOWNSHIP))
        assert not actor_now(two, "zhen-cl").covers

    @ON_SQLITE
    def test_wrong_days_doubled_days_and_unfit_covers_are_told(self, two, people):
        people("cun-x", Seat("village_agent", "", make.VILLAGE), "陈样例")
        days = (self.MONDAY, self.FRIDAY)
        for name, begins, ends, cover, told in (
            ("zhen-mz-2", self.FRIDAY, self.MONDAY, "", "日子不对"),
            ("zhen-mz-2", self.MONDAY - timedelta(days=9), self.MONDAY - timedelta(days=1), "", "日子不对"),
            ("zhen-mz-2", self.MONDAY, self.MONDAY + timedelta(days=400), "", "日子不对"),
            ("zhen-mz-2", *days, "nobody", "没有这个代办人"),
            ("zhen-mz-2", *days, "cun-x", "不能代林演示"),
            ("zhen-mz-2", *days, "zhen-mz-2", "不能代林演示"),
        ):
            assert told in refusal(two, set_absence, CENTRE, name, begins, ends, cover), told
        do(two, set_absence, CENTRE, "zhen-mz-2", *days, "")
        assert "已经登记过" in refusal(two, set_absence, CENTRE, "zhen-mz-2", self.FRIDAY, self.FRIDAY, "")
        assert "您不能登记" in refusal(two, set_absence, HEAD, "zhen-cl", *days, "")

    @ON_SQLITE
    def test_an_agent_who_stands_in_receives_papers_in_the_other_village(self, installation, people):
        machine = make.enrolled_machine(installation)
        agent = make.agent_account(installation, make.VILLAGE)
        with installation.look() as work:
            other = next(
                code for code in work.catalogue.regions.village_codes_in(make.TOWNSHIP) if code != make.VILLAGE
            )
        people("cun-other", Seat("village_agent", "", other), "陈样例")
        stranger = Agent(sign_in_name="cun-other", display_name="陈样例")
        with pytest.raises(PacketFault):
            make.take_in(installation, machine, agent=stranger)
        do(installation, set_absence, CENTRE, agent.sign_in_name, self.MONDAY, self.FRIDAY, "cun-other")
        assert make.take_in(installation, machine, agent=stranger).case_number
