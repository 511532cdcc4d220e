"""Conditions as officials write them in a cell or a form: 救助类型字段 = 支出型 且 年龄(applicant_id) < 16.

    字段 = 值      字段 属于 甲、乙      字段 >= 100      年龄(字段) < 16      问：只能由人判断的话
    字段 勾了 甲、乙（多选题里勾了其中一样）      先问：全看这一句、由人判断的话
    非(…)          (… 且 … 且 …)         (… 或 …)

Fields are named by their id, as in the form; 是 and 否 are the answers to yes-or-no lines.
"""

import re
from typing import Any

from forms.condition import Age, AllOf, AnyOf, Ask, Equals, Has, Not, Number, OneOf

_SIGNS = {"at_least": ">=", "at_most": "<=", "over": ">", "under": "<"}
_BOUNDS = {sign: bound for bound, sign in _SIGNS.items()}


LONGEST = 1000
_VALUES = {True: "是", False: "否"}


class ConditionFault(ValueError):
    """A condition that cannot be read; the text says how to write it."""


def condition_text(condition: Any) -> str:
    """One line that `read_condition` turns into the same condition again."""
    match condition:
        case Equals():
            return f"{condition.field} = {_VALUES.get(condition.equals) or _quoted(condition.equals)}"
        case OneOf():
            return f"{condition.field} 属于 {'、'.join(condition.one_of)}"
        case Has():
            return f"{condition.field} 勾了 {'、'.join(condition.has)}"
        case Number():
            return _joined_bounds(condition.field, condition)
        case Age():
            return _joined_bounds(f"年龄({condition.age_of})", condition)
        case Ask():
            return f"{'先问' if condition.decisive else '问'}：{condition.ask}"
        case Not():
            return f"非({condition_text(condition.inner)})"
        case AllOf() | AnyOf():
            word = " 且 " if isinstance(condition, AllOf) else " 或 "
            return word.join(_bracketed(part) for part in condition.parts)
    raise TypeError(f"no condition: {condition!r}")


def _quoted(value: Any) -> str:
    """A choice that is itself called 是 or 否 stands in quotes, so that it is not taken for a yes-or-no answer."""
    return f"“{value}”" if value in _VALUES.values() else str(value)


def _value(text: str) -> str | bool:
    answers = {word: answer for answer, word in _VALUES.items()}
    return answers[text] if text in answers else text.strip('“”"')


def _bracketed(condition: Any) -> str:
    """Asked words may hold anything, so inside a longer condition they stand in brackets, as joined ones do."""
    text = condition_text(condition)
    return f"({text})" if isinstance(condition, AllOf | AnyOf | Ask) or " 且 " in text else text


def _joined_bounds(subject: str, bounds: Number | Age) -> str:
    parts = [
        f"{subject} {sign} {_exactly(getattr(bounds, bound))}"
        for bound, sign in _SIGNS.items()
        if getattr(bounds, bound) is not None
    ]
    return " 且 ".join(parts)


def _exactly(number: float) -> str:
    """1000000 and 123456.5 as they are: what is saved untouched must not change."""
    return str(int(number)) if number.is_integer() else repr(number)


def read_condition(text: str) -> dict[str, Any]:
    """The condition as plain values, for the shape to check. Raises ConditionFault."""
    if len(text) > LONGEST:
        raise ConditionFault(f"条件太长，最多{LONGEST}个字。请分开写，或改成问一句")
    parts, joins = _split(text.strip())
    if not joins:
        return _single(parts[0])
    if len(set(joins)) > 1:
        raise ConditionFault(f"“{text}”里既有“且”又有“或”，请用括号分开，例如：(甲 且 乙) 或 丙")
    read = [read_condition(part) for part in parts]
    return _merged_bounds(read) if joins[0] == "且" else {"any": read}


def _merged_bounds(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """年龄(x) >= 16 且 年龄(x) < 18 is one condition on one number."""
    subjects = {part.get("field") or part.get("age_of") for part in parts}
    numbers = all(set(part) & set(_SIGNS) for part in parts)
    if numbers and len(subjects) == 1 and len({tuple(sorted(set(part) & {"field", "age_of"})) for part in parts}) == 1:
        return {key: value for part in parts for key, value in part.items()}
    return {"all": parts}


def _split(text: str) -> tuple[list[str], list[str]]:
    """The parts between 且 and 或 that stand outside brackets, and those words."""
    if not text:
        raise ConditionFault("条件是空的")
    parts, joins, depth, start, at = [], [], 0, 0, 0
    while at < len(text):
        sign = text[at]
        depth += (sign in "（(") - (sign in "）)")
        if depth < 0:
            break
        joined = depth == 0 and sign in "且或" and text[at - 1 : at].isspace() and text[at + 1 : at + 2].isspace()
        if joined and not text[start:].lstrip().startswith(("问", "先问")):
            parts.append(text[start:at].strip())
            joins.append(sign)
            start = at + 1
        at += 1
    if depth != 0:
        raise ConditionFault(f"“{text}”的括号不成对")
    return [*parts, text[start:].strip()], joins


def _single(text: str) -> dict[str, Any]:
    if asked := re.fullmatch(r"(先?)问[：:]\s*(.+)", text):
        return {"ask": asked.group(2).strip()} | ({"decisive": True} if asked.group(1) else {})
    if inner := re.fullmatch(r"非\s*[（(](.+)[）)]", text):
        return {"not": read_condition(inner.group(1))}
    if inner := re.fullmatch(r"[（(](.+)[）)]", text):
        return read_condition(inner.group(1))
    if found := re.fullmatch(r"(\S+)\s+(属于|勾了)\s+(.+)", text):
        key = "one_of" if found.group(2) == "属于" else "has"
        return {"field": found.group(1), key: [value.strip() for value in re.split("[、,，]", found.group(3))]}
    if found := re.fullmatch(r"年龄\s*[（(]\s*(\w+)\s*[）)]\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)", text):
        return {"age_of": found.group(1), _BOUNDS[found.group(2)]: float(found.group(3))}
    if found := re.fullmatch(r"(\w+)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)", text):
        return {"field": found.group(1), _BOUNDS[found.group(2)]: float(found.group(3))}
    if found := re.fullmatch(r"(\w+)\s*[=＝]\s*(.+)", text):
        return {"field": found.group(1), "equals": _value(found.group(2).strip())}
    raise ConditionFault(
        f"看不懂条件“{text}”。可以写：字段 = 值；字段 属于 甲、乙；字段 勾了 甲、乙；字段 >= 数；年龄(字段) < 数；问：…；非(…)；用 且、或 连接"
    )
