"""Completeness: what an application still lacks, the same answer at the kiosk without a line and at the server."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from forms.identity import bank_account_fault, id_number_fault, normal_id_number, phone_fault
from forms.item import Answers, FormField, Material, ServiceItem


@dataclass(frozen=True)
class Gap:
    """One thing missing or wrong; `sentence` tells the agent what to do about it."""

    kind: Literal["material", "field"]
    id: str
    label: str
    sentence: str


def needed_materials(item: ServiceItem, answers: Answers) -> list[Material]:
    """The papers this applicant must show.

    Papers a department can verify itself are never asked for (国务院令第716号 第11条: 能共享的不得要求提供).
    """
    return [material for material in item.materials if material.source != "department" and is_needed(material, answers)]


def is_needed(material: Material, answers: Answers) -> bool:
    return material.decide(answers) is True


def questions(item: ServiceItem) -> list[Material]:
    """Materials whose condition only a person can judge: each is one yes-or-no question at the counter."""
    return [material for material in item.materials if material.asks_a_person and material.source != "department"]


def find_gaps(item: ServiceItem, answers: Answers, pages: Mapping[str, int]) -> list[Gap]:
    """Everything still missing or wrong at once, so that nobody is sent home twice (行政许可法 第32条(四) 一次告知).

    `pages` counts the captured pages of each material.
    """
    return material_gaps(item, answers, pages) + field_gaps(item, answers)


def material_gaps(item: ServiceItem, answers: Answers, pages: Mapping[str, int]) -> list[Gap]:
    gaps = []
    for material in needed_materials(item, answers):
        captured, wanted = pages.get(material.id, 0), material.page_names
        if captured < len(wanted):
            missing = "、".join(wanted[captured:])
            gaps.append(Gap("material", material.id, material.name, f"还差“{material.name}”的{missing}。"))
    return gaps


def field_gaps(item: ServiceItem, answers: Answers) -> list[Gap]:
    gaps = []
    for field in item.form_fields:
        if not field.applies(answers):
            continue
        fault = field_fault(field, answers.get(field.id))
        if fault:
            gaps.append(Gap("field", field.id, field.label, fault))
    return gaps + [_unasked(material) for material in questions(item) if material.decide(answers) is None]


def _unasked(material: Material) -> Gap:
    """A question nobody asked may hide a paper nobody brought: that would be the second trip."""
    return Gap(
        "field",
        material.question,
        material.name,
        f"还没有问：是不是“{material.condition}”？是的话要“{material.name}”。",
    )


def is_blank(value: Any) -> bool:
    """Nothing was answered; spaces alone are nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def field_fault(field: FormField, value: Any) -> str | None:
    """What is wrong with one answer, None when it will do."""
    if is_blank(value):
        return f"“{field.label}”还没有填。" if field.required else None
    if field.is_promise:
        return None if value is True else "承诺要由申请人看过、同意才能勾选；不同意就不能办。"
    if field.type == "bool":
        return None if isinstance(value, bool) else f"“{field.label}”要选是或否。"
    return _text_fault(field, str(value))


def _text_fault(field: FormField, text: str) -> str | None:
    if len(text) > 2000:
        return f"“{field.label}”太长了，最多2000个字。"
    if field.type == "id_number":
        return id_number_fault(normal_id_number(text))
    if field.type == "phone":
        return phone_fault(text)
    if field.type == "bank_account":
        return bank_account_fault(text)
    if field.type == "choice" and text not in field.choices:
        return f"“{field.label}”只能从这些里面选：{'、'.join(field.choices)}。"
    if field.type == "date":
        return _date_fault(field, text)
    if (field.type == "money" or field.format == "number") and not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", text):
        return f"“{field.label}”要填数字，例如 12 或 3.5。"
    return None


def _date_fault(field: FormField, text: str) -> str | None:
    try:
        # The library also reads 19430315 and week dates; one way of writing keeps what is stored comparable.
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError
    except ValueError:
        return f"“{field.label}”要填真实的日期，例如 1943-03-15。"
    return None
