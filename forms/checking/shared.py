"""What entries of every kind are checked for: values used twice, and conditions that no answer could ever meet."""

from collections.abc import Sequence
from typing import Any

from forms.catalogue_reading import Finding, Vocabulary
from forms.condition import Age, Equals, Has, Number, OneOf, fields_of, walk
from forms.item import FormField
from forms.situation import SituationQuestion

Fault = tuple[str, str]  # the field, and what is wrong with it


def shared_values(file: str, entries: Sequence[Any]) -> list[Finding]:
    """A code used twice hides an entry; a name used twice sends people to the wrong one."""
    findings = []
    for field, word in (("code", "编码"), ("name", "名称")):
        values = [getattr(entry, field) for entry in entries]
        for value in sorted({value for value in values if values.count(value) > 1}):
            code = next(entry.code for entry in entries if getattr(entry, field) == value)
            findings.append(Finding(file, code, field, f"{word}“{value}”用了不止一次"))
    return findings


def condition_fault(part: Any, fields: dict[str, FormField]) -> str | None:
    """A condition that no answer could ever meet hides a paper for good, or asks for it from everybody."""
    name = getattr(part, "field", None) or getattr(part, "age_of", None)
    if name is None:
        return None
    if name not in fields:
        return f"条件里的字段“{name}”不在申请表里"
    field = fields[name]
    if isinstance(part, Equals) and field.type == "bool" and not isinstance(part.equals, bool):
        return f"“{field.label}”是是非题，条件里要写 true 或 false"
    unknown = [value for value in _named_values(part) if field.choices and value not in field.choices]
    if unknown:
        return f"“{field.label}”没有“{unknown[0]}”这个选项"
    if isinstance(part, Has):
        return f"“{field.label}”只能填一个值，不能写 has，写 equals 或 one_of"
    if isinstance(part, Number) and field.type != "money" and field.format != "number":
        return f"“{field.label}”不是数字，不能比大小"
    if isinstance(part, Age) and field.type not in ("id_number", "date"):
        return f"“{field.label}”不是身份证号或日期，算不出年龄"
    return None


def _named_values(part: Any) -> tuple[Any, ...]:
    match part:
        case Equals():
            return (part.equals,)
        case OneOf():
            return part.one_of
        case Has():
            return part.has
    return ()


def situation_faults(where: str, condition: Any, vocabulary: Vocabulary) -> list[Fault]:
    """Conditions of 哪些我能办 read the questions everybody is asked, not an application form."""
    faults = []
    for part in walk(condition) if condition else ():
        for name in fields_of(part) - vocabulary.questions.keys():
            faults.append((where, f"条件里的问题“{name}”不在 situation.yaml 里"))
        question = vocabulary.questions.get(getattr(part, "field", None) or "")
        fault = misread(part, question) if question else None
        faults += [(where, fault)] if fault else []
    return list(dict.fromkeys(faults))


_READ_BY = {"number": Number, "choice": (Equals, OneOf), "many": Has, "bool": Equals}


def misread(part: Any, question: SituationQuestion) -> str | None:
    """A condition no answer to the question could ever meet: it would hide the entry from everybody."""
    if not isinstance(part, _READ_BY[question.type]):
        return f"问题“{question.ask}”的答案不能这样判断：单选写 equals 或 one_of，多选写 has，数字写 at_least 等"
    if question.type == "bool" and not isinstance(part.equals, bool):
        return f"问题“{question.ask}”是是非题，条件里要写 true 或 false"
    unknown = [value for value in _named_values(part) if question.choices and value not in question.choices]
    return f"问题“{question.ask}”没有“{unknown[0]}”这个选项" if unknown else None
