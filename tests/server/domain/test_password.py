"""What a password must be, told in words."""

import pytest

from server.domain.password import LONGEST, password_fault


@pytest.mark.parametrize(
    "password", ["一句好记的话1234567", "correct horse battery", "abcdefgh12", "门前 大桥下 游过 1 群鸭"]
)
def test_long_enough_and_of_two_kinds_will_do(password):
    assert password_fault(password, "zhen-mz") is None


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("", "10到128"),
        ("short 1", "10到128"),
        ("a1" * LONGEST, "10到128"),
        ("1357924680", "至少要有两样"),
        ("abcdefghijk", "至少要有两样"),
        ("a1a1a1a1a1a1", "重复的字符"),
        ("ZHEN-MZ-2026!", "账号名"),
    ],
)
def test_anything_else_says_what_to_type_instead(password, told):
    assert told in password_fault(password, "zhen-mz")
