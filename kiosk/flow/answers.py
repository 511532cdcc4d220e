"""填表: answers are kept right or wrong, and what the form knows already fills what is empty."""

from typing import Any

from forms.check import Gap, field_gaps, questions
from forms.clock import local_date
from forms.condition import with_visit_day
from forms.identity import birth_date, id_number_fault, normal_id_number
from forms.item import Answers, FormField, ServiceItem
from kiosk.flow.steps import changed, require
from kiosk.flow.visit import Visit


class AnswerRefused(Exception):
    """An answer the form does not know, or of the wrong kind; nothing was changed."""

    code = "answer_refused"


def give_answers(visit: Visit, item: ServiceItem, answers: Answers) -> Visit:
    """Keep answers, right or wrong (`field_gaps` tells which are wrong: a draft forgets nothing); None takes one back."""
    require(visit, "answer")
    asked = {material.question for material in questions(item)}
    for key, value in answers.items():
        _refuse_unknown(item, asked, key, value)
    kept = {**visit.answers, **{key: _tidy(value) for key, value in answers.items()}}
    kept = {key: value for key, value in kept.items() if value is not None and value != ""}
    return changed(visit, answers=with_visit_day(_with_birth_dates(item, kept), local_date(visit.started_at)))


def _refuse_unknown(item: ServiceItem, asked: set[str], key: str, value: Any) -> None:
    field = item.fields_by_id.get(key)
    if field is None and key not in asked:
        raise AnswerRefused(f"“{item.name}”的表里没有“{key[:40]}”这一项，没有保存。")
    if value is None or value == "":
        return
    wants_yes_or_no = key in asked or (field is not None and field.type == "bool")
    if isinstance(value, bool) != wants_yes_or_no or not isinstance(value, (str, bool)):
        label = field.label if field else key
        raise AnswerRefused(f"“{label}”要{'选是或否' if wants_yes_or_no else '填文字'}，没有保存。")


def _tidy(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _with_birth_dates(item: ServiceItem, answers: Answers) -> Answers:
    """由身份证号自动带出: a valid number fills the empty birth date that belongs to it."""
    filled = dict(answers)
    for field in item.form_fields:
        number = normal_id_number(str(answers.get(field.born_by or "", "")))
        born = birth_date(number) if field.born_by and not id_number_fault(number) else None
        if born and not answers.get(field.id):
            filled[field.id] = born.isoformat()
    return filled


def open_fields(visit: Visit, item: ServiceItem) -> list[FormField]:
    """The lines of the form that apply with the answers given so far."""
    return [field for field in item.form_fields if field.applies(visit.answers)]


def find_answer_faults(visit: Visit, item: ServiceItem) -> list[Gap]:
    """Answers that are there but wrong; one not given yet is no fault while the form is being filled."""
    return [gap for gap in field_gaps(item, visit.answers) if gap.id in visit.answers]
