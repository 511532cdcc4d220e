"""Signing in at the counter: online, offline for two weeks, locked after guessing."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from kiosk.agents import FAILURES_BEFORE_LOCK, AgentRegister, SignInRefused
from kiosk.server_link import ServerAway, ServerRefused

FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Line:
    """A server that knows one password, or is away."""

    def __init__(self):
        self.away, self.password = False, "correct horse"

    def sign_in(self, sign_in_name, password):
        if self.away:
            raise ServerAway
        if password != self.password:
            raise ServerRefused("登录名或密码不对。", "SRV001", 401)
        return {"sign_in_name": sign_in_name, "display_name": "王小兰"}


@pytest.fixture
def line():
    return Line()


@pytest.fixture
def register(tmp_path, line, clock):
    return lambda: AgentRegister(tmp_path / "agents.json", line, clock, FAST)


def test_online_sign_in_opens_two_weeks_of_offline_sign_in(register, line, clock):
    assert register().sign_in("wang", "correct horse").display_name == "王小兰"
    line.away = True
    clock.move_to(clock.instant + timedelta(days=13))
    assert register().sign_in("wang", "correct horse").display_name == "王小兰"
    clock.move_to(clock.instant + timedelta(days=2))
    with pytest.raises(SignInRefused, match="超过14天"):
        register().sign_in("wang", "correct horse")


def test_offline_nobody_signs_in_for_the_first_time(register, line):
    line.away = True
    with pytest.raises(SignInRefused, match="没有在这台电脑上登录过"):
        register().sign_in("wang", "correct horse")


def test_guessing_locks_for_a_quarter_of_an_hour_and_a_restart_does_not_help(register, line, clock):
    register().sign_in("wang", "correct horse")
    line.away = True
    for _ in range(FAILURES_BEFORE_LOCK):
        with pytest.raises(SignInRefused):
            register().sign_in("wang", "guess")
    with pytest.raises(SignInRefused, match="还要等"):
        register().sign_in("wang", "correct horse")
    clock.move_to(clock.instant + timedelta(minutes=16))
    assert register().sign_in("wang", "correct horse")


def test_a_password_withdrawn_by_the_server_is_no_good_offline_either(register, line):
    register().sign_in("wang", "correct horse")
    line.password = "changed"
    with pytest.raises(SignInRefused):
        register().sign_in("wang", "correct horse")
    line.away = True
    with pytest.raises(SignInRefused, match="没有在这台电脑上登录过"):
        register().sign_in("wang", "correct horse")


def test_a_strangers_wrong_guess_does_not_take_offline_sign_in_away(register, line):
    register().sign_in("wang", "correct horse")
    with pytest.raises(SignInRefused):
        register().sign_in("wang", "guess")
    line.away = True
    assert register().sign_in("wang", "correct horse")


def test_the_file_holds_no_password_and_is_its_owners_only(register, tmp_path):
    register().sign_in("wang", "correct horse")
    file = tmp_path / "agents.json"
    assert "correct horse" not in file.read_text(encoding="utf-8") and "$argon2id$" in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_lets_nobody_in_offline_and_harms_nobody_online(register, line, tmp_path):
    (tmp_path / "agents.json").write_text("{half", encoding="utf-8")
    assert register().sign_in("wang", "correct horse")
