"""公示单: what hangs on the village board, in the board's own wording, which may name people the internet must not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forms.identity import mask_name
from forms.item import Answers, DisclosureField, ServiceItem, Stage, days_in_words
from forms.service_point import ServicePoint

SECRECY = "反映人是谁、反映了什么，都要保密，不会告诉被反映的人。"


@dataclass(frozen=True)
class PublicNoticeSheet:
    """The words of the sheet; what is only known after the decision is not on it."""

    item_name: str
    village_name: str
    what: str
    columns: tuple[tuple[str, str], ...]
    starts_on: date
    ends_on: date
    period: str
    tell: tuple[str, ...]
    case_number: str


def public_notice_sheet_of(
    item: ServiceItem,
    stage: Stage,
    answers: Answers,
    stated: Mapping[str, str],
    *,
    village_name: str,
    case_number: str,
    starts_on: date,
    ends_on: date,
    tell: tuple[str, ...],
    point: ServicePoint,
) -> PublicNoticeSheet:
    """`stated`: columns a desk has filled in. `tell`: the offices that take objections, besides the village counter."""
    counter = f"{point.place_at(village_name)}，电话：{point.telephone_words}"
    return PublicNoticeSheet(
        item_name=item.name,
        village_name=village_name,
        what=stage.what,
        columns=tuple(
            (field.label, value)
            for field in item.notice_fields or item.disclosure_fields
            if (value := _value(field, item, answers, stated, village_name))
        ),
        starts_on=starts_on,
        ends_on=ends_on,
        period=days_in_words(stage.notice_days, item.public_notice_unit or "calendar_day"),
        tell=(counter, *tell),
        case_number=case_number,
    )


def _value(
    field: DisclosureField, item: ServiceItem, answers: Answers, stated: Mapping[str, str], village_name: str
) -> str | None:
    """From the case where it knows it, else what a desk stated, else an answer under the very same heading."""
    if field.mask == "name":
        name = item.applicant_name(answers)
        return name if board_mask(field) == "none" else mask_name(name)
    if field.label in ("村（组）", "补助事项"):
        return {"村（组）": village_name, "补助事项": item.name}[field.label]
    if field.field:
        return item.shown_answer(field.field, answers)
    if stated.get(field.label):
        return stated[field.label]
    asked = next((each for each in item.form_fields if each.label == field.label), None)
    return item.shown_answer(asked.id, answers) if asked else None


def board_mask(field: DisclosureField) -> str:
    """The board's own rule where there is one, else the internet's (民发〔2021〕57号 第24条 names people on the board)."""
    return field.board_mask or field.mask
