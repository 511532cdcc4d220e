"""Turns what stands at a label into a value, and says in Chinese when it cannot be right; nothing is ever repaired."""

from __future__ import annotations

import re
from datetime import date

from forms.identity import bank_account_fault, birth_date, id_number_fault, normal_id_number

UNREADABLE_DATE = "日期读不清楚，请对照证件填写。"
NOT_A_SEX = "性别读不清楚，请对照证件填写。"
BIRTH_DIFFERS = "证件上印的出生日期和身份证号里的不一样，请对照证件核对。"
SEX_DIFFERS = "证件上印的性别和身份证号里的不一样，请对照证件核对。"
EXPIRED_BEFORE_ISSUED = "有效期的结束日期早于开始日期，请对照证件核对。"
LONG_TERM = "长期"

Checked = tuple[str, str | None]
_DATE = re.compile(r"([12][0-9]{3})[年./\-]?([01]?[0-9])[月./\-]?([0-3]?[0-9])日?")
_ID_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9Xx])")
_DIGITS = re.compile(r"[0-9](?:[ \-]?[0-9]){11,18}(?![0-9])")


def as_words(text: str) -> Checked:
    """A name, an address, an office: the rim cleared of what the recogniser makes of table lines and dots."""
    return text.strip(" :：;；,，.。、|丨_-—"), None


def as_sex(text: str) -> Checked:
    sexes = re.findall("[男女]", text)
    return (sexes[0], None) if len(sexes) == 1 else (text, NOT_A_SEX)


def as_nation(text: str) -> Checked:
    return as_words(text)[0].removesuffix("族") or text, None


def as_date(text: str) -> Checked:
    """An ISO day; what is no date stays as it is printed."""
    day = day_in(text)
    return (text, UNREADABLE_DATE) if day is None else (day.isoformat(), None)


def as_id_number(text: str) -> Checked:
    found = _ID_NUMBER.search(text)
    number = normal_id_number(found[0] if found else text)
    return number, id_number_fault(number)


def as_account(text: str) -> Checked:
    found = _DIGITS.search(text)
    number = re.sub(r"[ \-]", "", found[0] if found else text)
    return number, bank_account_fault(number)


def as_until(text: str) -> Checked:
    """The end of 2016.05.20-2036.05.20, or 长期."""
    if LONG_TERM in text:
        return LONG_TERM, None
    days = _DATE.findall(text)
    return as_date("-".join(days[-1])) if len(days) == 2 else (text, UNREADABLE_DATE)


def day_in(text: str) -> date | None:
    """The first day named in a text without blanks: 1943年3月15日, 1943.03.15, 19430315."""
    found = _DATE.search(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def id_number_in(text: str) -> str | None:
    """A citizen's number that stands somewhere in a text without blanks."""
    found = _ID_NUMBER.search(text)
    return found[0].upper() if found else None


def birth_fault(born: str, number: str) -> str | None:
    """What is wrong between an ISO birth date and a number; a number that is no date is told at the number."""
    inside = birth_date(number)
    return None if inside is None or born == inside.isoformat() else BIRTH_DIFFERS


def sex_fault(sex: str, number: str) -> str | None:
    """The seventeenth digit is odd for men (GB 11643)."""
    if len(number) != 18 or not number[16].isdigit():
        return None
    return None if sex == ("男" if int(number[16]) % 2 else "女") else SEX_DIFFERS
