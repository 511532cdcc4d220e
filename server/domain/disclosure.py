"""What is published of a case: only the item's own template, masked, never "everything" (个人信息保护法 第51条)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from forms.clock import written_date
from forms.identity import mask_name
from forms.item import DisclosureField, ServiceItem

NOT_STATED = "未填写"


@dataclass(frozen=True)
class DisclosureFacts:
    """What the case itself knows; the rest of the template is entered by the deciding desk."""

    applicant_name: str
    village_name: str
    item_name: str
    completed_on: date
    age_band: str | None
    # What the form says, by line, with its unit and without whole numbers in it.
    answers: Mapping[str, str] = field(default_factory=dict)


def computed(field: DisclosureField, facts: DisclosureFacts) -> str | None:
    """The value of one column when the case itself knows it; None when the deciding desk must state it."""
    if field.mask == "name":
        return mask_name(facts.applicant_name)
    if field.field:
        return facts.answers.get(field.field)
    known = {
        "村（组）": facts.village_name,
        "补助事项": facts.item_name,
        "办结日期": written_date(facts.completed_on),
        "年龄段": facts.age_band,
    }
    return known.get(field.label)


def stated_labels(item: ServiceItem) -> list[str]:
    """Columns the deciding desk fills in; an item that publishes counts only asks for none."""
    if not item.publishes_cases:
        return []
    blank = DisclosureFacts("无", "无", "无", date(2000, 1, 1), "无")
    return [field.label for field in item.disclosure_fields if field.field is None and computed(field, blank) is None]


def result_columns(
    item: ServiceItem, facts: DisclosureFacts, stated: Mapping[str, str]
) -> list[tuple[str, str]] | None:
    """The published columns in order, or None for an item that publishes no single case (then a reason is kept)."""
    if not item.publishes_cases:
        return None
    return [
        (field.label, computed(field, facts) or _stated(field, stated) or NOT_STATED)
        for field in item.disclosure_fields
    ]


def _stated(field: DisclosureField, stated: Mapping[str, str]) -> str | None:
    """A desk states only what no line of the form knows: it must not say otherwise than the applicant did."""
    return None if field.field else stated.get(field.label)
