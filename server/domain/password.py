"""What a password must be before it is taken, in words that say what to type instead."""

import re

SHORTEST, LONGEST = 10, 128
_KINDS = (r"[0-9]", r"[A-Za-z]", r"[^0-9A-Za-z]")


def password_fault(password: str, sign_in_name: str) -> str | None:
    """What is wrong with it; None when it will do.

    身份鉴别信息具有复杂度要求 (GB/T 22239-2019 等保三级 8.1.4.1, the number unconfirmed [M]): length does most of it, so a long
    sentence passes and a short riddle of signs does not.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return f"密码要有{SHORTEST}到{LONGEST}个字符，可以用一句好记的话。"
    if sum(bool(re.search(kind, password)) for kind in _KINDS) < 2:
        return "密码里数字、字母、其他字符至少要有两样，请加一样。"
    if len(set(password)) < 5:
        return "密码里重复的字符太多，容易被猜到，请换一个。"
    if sign_in_name.lower() in password.lower():
        return "密码里不要有账号名，请换一个。"
    return None
