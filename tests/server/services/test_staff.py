"""Staff at the door: wrong passwords lock, sessions end by the clock, and nothing tells which names are real."""

from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from forms.region import UnknownRegion
from server.db.engine import RowConflict
from server.db.staff import StaffRow, StaffSessionRow, find_staff_by_name
from server.domain.people import Desk, Role
from server.services import staff
from server.services.audit import verify_audit
from server.services.staff import (
    FAILURES_BEFORE_LOCK,
    IDLE_LIMIT,
    LOCK_TIME,
    LOCKED,
    WHOLE_LIMIT,
    WRONG,
    check_password,
    create_staff,
    end_session,
    find_signed_in,
    needs_touch,
    start_session,
    touch_session,
)

PASSWORD = "一个很长的口令 correct horse"
ONE_SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch):
    """argon2id as in the product, with little work: these tests count attempts, not milliseconds."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(staff, "_hasher", quick)
    monkeypatch.setattr(staff, "_NOBODY", quick.hash("nobody"))


@pytest.fixture
def lin(installation):
    with installation.begin() as work:
        create_staff(
            work, sign_in_name="zhen-mz", display_name="林演示", password=PASSWORD,
            role=Role.TOWNSHIP_COUNTER, department="民政", region_code="450521100",
        )  # fmt: skip
    return installation


def attempt(installation, password=PASSWORD, name="zhen-mz") -> StaffRow | str:
    with installation.begin() as work:
        return check_password(work, name, password)


def later(installation, how_long: timedelta) -> None:
    installation.tools.clock.move_to(installation.tools.clock.now() + how_long)


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestPassword:
    def test_the_right_one_opens_and_the_row_keeps_only_a_hash(self, lin):
        row = attempt(lin)
        assert staff.actor_of(row).desk == Desk("民政", "450521100")
        assert row.password_hash.startswith("$argon2id$")
        assert PASSWORD not in row.password_hash

    def test_five_failures_lock_for_fifteen_minutes_even_the_right_one(self, lin):
        assert [attempt(lin, "wrong") for _ in range(FAILURES_BEFORE_LOCK)] == [WRONG] * FAILURES_BEFORE_LOCK
        assert attempt(lin) == LOCKED
        later(lin, LOCK_TIME - ONE_SECOND)
        assert attempt(lin) == LOCKED
        later(lin, ONE_SECOND)
        assert isinstance(attempt(lin), StaffRow)

    def test_after_the_lock_there_are_five_attempts_again(self, lin):
        for _ in range(FAILURES_BEFORE_LOCK):
            attempt(lin, "wrong")
        later(lin, LOCK_TIME)
        assert [attempt(lin, "wrong") for _ in range(FAILURES_BEFORE_LOCK)] == [WRONG] * FAILURES_BEFORE_LOCK
        assert attempt(lin) == LOCKED

    def test_attempts_during_the_lock_do_not_lengthen_it(self, lin):
        for _ in range(FAILURES_BEFORE_LOCK):
            attempt(lin, "wrong")
        later(lin, LOCK_TIME - ONE_SECOND)
        for _ in range(FAILURES_BEFORE_LOCK):
            attempt(lin, "wrong")
        later(lin, ONE_SECOND)
        assert isinstance(attempt(lin), StaffRow)

    def test_a_success_forgets_the_failures_before_it(self, lin):
        for _ in range(3):
            for _ in range(FAILURES_BEFORE_LOCK - 1):
                attempt(lin, "wrong")
            assert isinstance(attempt(lin), StaffRow)

    @ON_SQLITE
    @pytest.mark.parametrize("name", ["zhen-mz", "nobody", "", "x" * 100_000, "zhen-mz ", "'; DROP TABLE staff; --"])
    def test_strange_words_are_wrong_and_no_error(self, lin, name):
        for password in ("", "x" * 100_000, "\x00", "𠮷"):
            assert attempt(lin, password, name) == WRONG

    def test_every_attempt_stands_in_the_audit_log_without_the_password(self, lin):
        attempt(lin, "hunter2")
        attempt(lin)
        with lin.look() as work:
            assert verify_audit(work).entries == 3
            assert verify_audit(work).broken_at is None

    def test_two_people_cannot_have_one_name_and_a_desk_needs_a_place(self, lin):
        stated = {"display_name": "乙", "password": "p", "role": Role.SUPERVISOR, "department": "电子监察"}
        with pytest.raises(RowConflict), lin.begin() as work:
            create_staff(work, sign_in_name="zhen-mz", region_code="450521", **stated)
        with pytest.raises(UnknownRegion), lin.begin() as work:
            create_staff(work, sign_in_name="nowhere", region_code="999999", **stated)


class TestUnknownNames:
    def test_with_signs_no_database_can_hold_are_unknown_and_no_error(self, lin):
        for name in ("zhen-mz\x00", "\x00", "\ufffe", "𠮷"):
            assert attempt(lin, name=name) == WRONG

    def test_are_answered_like_a_wrong_password(self, lin):
        assert attempt(lin, name="nobody") == attempt(lin, "wrong") == WRONG

    def test_are_answered_so_for_an_account_no_longer_active_even_with_its_password(self, lin):
        with lin.begin() as work:
            find_staff_by_name(work.session, "zhen-mz").active = False
        assert attempt(lin) == WRONG

    @ON_SQLITE
    def test_cost_the_same_work_as_a_wrong_password(self, lin, monkeypatch):
        """Counted, not timed: an answer without a hash computed would tell which names are real."""
        checked = []
        real = staff._hasher

        class Counting:
            def verify(self, password_hash: str, password: str) -> bool:
                checked.append(password_hash)
                return real.verify(password_hash, password)

        monkeypatch.setattr(staff, "_hasher", Counting())
        with lin.begin() as work:
            assert check_password(work, "zhen-mz", "wrong") == WRONG
            assert check_password(work, "nobody", "wrong") == WRONG
        assert len(checked) == 2


@pytest.fixture
def token(lin):
    with lin.begin() as work:
        return start_session(work, check_password(work, "zhen-mz", PASSWORD))


def signed_in(installation, token):
    with installation.look() as work:
        return find_signed_in(work, token)


@ON_SQLITE
class TestSession:
    def test_it_knows_its_holder_and_keeps_only_a_hash_of_the_token(self, lin, token):
        assert signed_in(lin, token).actor.display_name == "林演示"
        assert signed_in(lin, token[:-1]) is None
        assert signed_in(lin, "") is None
        with lin.look() as work:
            [row] = work.session.scalars(select(StaffSessionRow)).all()
        assert token not in (row.token_hash, row.csrf_token)
        assert signed_in(lin, row.token_hash) is None

    def test_every_sign_in_makes_a_new_token(self, lin, token):
        with lin.begin() as work:
            other = start_session(work, check_password(work, "zhen-mz", PASSWORD))
        assert other != token
        assert signed_in(lin, other).csrf_token != signed_in(lin, token).csrf_token

    def test_it_ends_when_nobody_used_it_for_half_an_hour(self, lin, token):
        later(lin, IDLE_LIMIT)
        assert signed_in(lin, token)
        later(lin, ONE_SECOND)
        assert signed_in(lin, token) is None

    def test_using_it_keeps_it_but_never_beyond_ten_hours(self, lin, token):
        used = timedelta()
        while used + IDLE_LIMIT <= WHOLE_LIMIT:
            later(lin, IDLE_LIMIT)
            used += IDLE_LIMIT
            with lin.begin() as work:
                assert find_signed_in(work, token)
                assert needs_touch(work, token)
                touch_session(work, token)
                assert not needs_touch(work, token)
        later(lin, ONE_SECOND)
        assert signed_in(lin, token) is None

    def test_signing_out_ends_it_and_only_it(self, lin, token):
        with lin.begin() as work:
            other = start_session(work, check_password(work, "zhen-mz", PASSWORD))
            end_session(work, token)
            end_session(work, "never was")
        assert signed_in(lin, token) is None
        assert signed_in(lin, other)

    def test_an_account_switched_off_is_out_at_once(self, lin, token):
        with lin.begin() as work:
            find_staff_by_name(work.session, "zhen-mz").active = False
        assert signed_in(lin, token) is None

    def test_a_desk_moved_is_the_new_desk_at_once(self, lin, token):
        with lin.begin() as work:
            find_staff_by_name(work.session, "zhen-mz").region_code = "450521101"
        assert signed_in(lin, token).actor.desk == replace(Desk("民政", "450521100"), region_code="450521101")
