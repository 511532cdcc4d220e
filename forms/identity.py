"""Numbers that name people and bodies: their check digits, what they tell, and how they are masked."""

import re
import unicodedata
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK_CHARACTERS = "10X98765432"
_CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def id_check_character(first_seventeen: str) -> str:
    """The eighteenth character of a citizen's number (GB 11643-1999, 校验码: ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _ID_WEIGHTS, strict=True))
    return _ID_CHECK_CHARACTERS[total % 11]


def normal_id_number(text: str) -> str:
    """A typed number as it is stored: no spaces, half-width digits, capital X; two ways of typing are one person."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def id_number_fault(number: str) -> str | None:
    """What is wrong with a citizen's number, in words for the agent; None when it holds."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "身份证号应是18位：17位数字，最后一位是数字或X。请对照证件重新输入。"
    if birth_date(number) is None:
        return "身份证号第7到14位不是真实的出生日期。请对照证件重新输入。"
    if id_check_character(number[:17]) != number[17]:
        return "身份证号的校验位不对，多半是有一位数字输错了。请对照证件逐位核对。"
    return None


def birth_date(number: str) -> date | None:
    """The birth date inside a citizen's number, None when those digits are no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def age_on(born: date, day: date) -> int:
    """Whole years lived; one born on 29 February is a year older on 1 March of a common year."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def credit_code_fault(code: str) -> str | None:
    """What is wrong with a unified social credit code (GB 32100-2015); None when it holds."""
    if not re.fullmatch(f"[{_CREDIT_CODE_ALPHABET}]{{18}}", code):
        return "统一社会信用代码应是18位数字和大写字母（没有I、O、S、V、Z）。"
    total = sum(_CREDIT_CODE_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    if _CREDIT_CODE_ALPHABET[(31 - total % 31) % 31] != code[17]:
        return "统一社会信用代码的校验位不对，请对照证照核对。"
    return None


def bank_account_fault(number: str) -> str | None:
    """What is wrong with an account number in words, None when it holds.

    Cards carry a Luhn digit (ISO/IEC 7812-1); passbooks of 12 to 15 and 17 digits do not, so only cards are checked by it.
    """
    digits = re.sub(r"\s", "", number)
    if not re.fullmatch(r"[0-9]{12,19}", digits):
        return "账号应是12到19位数字。请对照存折或社保卡重新输入。"
    if len(digits) in (16, 18, 19) and not luhn_holds(digits):
        return "卡号的校验位不对，多半是有一位数字输错了。请对照卡面逐位核对。"
    return None


def luhn_holds(digits: str) -> bool:
    """Whether the last digit of `digits` is their Luhn check digit."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def phone_fault(number: str) -> str | None:
    """What is wrong with a phone number; None when it holds (mobile, or a land line with its area code)."""
    if re.fullmatch(r"1[3-9][0-9]{9}", number) or re.fullmatch(r"0[0-9]{2,3}-?[0-9]{7,8}", number):
        return None
    return "电话应是11位手机号，或带区号的座机号。"


def mask_name(name: str) -> str:
    """潘**: only the family name stays (去标识化, 个人信息保护法 第51条); how long the rest was is not told either."""
    return name.strip()[:1] + "**" if name.strip() else ""


def mask_id_number(number: str) -> str:
    """450*************28: enough for its owner to know it, too little for a stranger to use; a stump shows nothing."""
    if len(number) < 15:
        return "*" * len(number)
    return number[:3] + "*" * max(0, len(number) - 5) + number[-2:]


def mask_phone(number: str) -> str:
    return number[:3] + "****" + number[-4:] if len(number) >= 9 else "****"


def mask_account(number: str) -> str:
    digits = re.sub(r"\s", "", number)
    return "**** " + digits[-4:] if len(digits) >= 8 else "****"
