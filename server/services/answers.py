"""The applicant's answers: sealed on the way into the database, opened only for an errand that needs them."""

import json
import re

from forms.identity import mask_account, mask_id_number, mask_name, mask_phone
from forms.item import Answers, FormField
from server.db.case import CaseRow
from server.services.item_version import item_of
from server.services.work import Work


def seal_answers(work: Work, case_id: str, answers: Answers) -> bytes:
    return work.tools.vault.seal(json.dumps(answers, ensure_ascii=False).encode(), f"answers {case_id}")


def answers_of(work: Work, case: CaseRow) -> Answers:
    return json.loads(work.tools.vault.open(case.sealed_answers, f"answers {case.id}"))


# Not inside a longer run of digits; dates and sums are shorter.
_LONG_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{11,19})(?!\d)")
_MASKS = {"id_number": mask_id_number, "phone": mask_phone, "bank_account": mask_account}


def shown_answers(work: Work, case: CaseRow, *, in_full: bool) -> list[tuple[str, str]]:
    """Label and value of every answered field; numbers that open doors are masked unless asked for in full."""
    answers = answers_of(work, case)
    return [
        (field.label, _shown(field, answers[field.id], in_full))
        for field in item_of(case).form_fields
        if answers.get(field.id) not in (None, "")
    ]


def mask_numbers(text: str) -> str:
    """Free text with every ID, phone and account number in it masked: people write them where no field asks for them."""
    return _LONG_NUMBER.sub(lambda found: _mask_one(found.group()), text)


def without_applicant(work: Work, case: CaseRow, text: str) -> str:
    """Free text that does not say whose case it is about: people sign what they write, and officials quote numbers."""
    said = mask_numbers(text)
    name = item_of(case).applicant_name(answers_of(work, case))
    if len(name) > 1:
        said = said.replace(name, mask_name(name))
    for number in (case.case_number, case.lookup_code):
        said = said.replace(number, "（编号隐去）")
    return said


def _mask_one(number: str) -> str:
    if len(number) == 18:
        return mask_id_number(number)
    return mask_phone(number) if len(number) <= 11 else mask_account(number)


def _shown(field: FormField, value: object, in_full: bool) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    if not in_full:
        text = _MASKS[field.type](text) if field.type in _MASKS else mask_numbers(text)
    return f"{text}{field.unit}" if field.unit else text
