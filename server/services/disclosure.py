"""Publishes the result of every closed case by the item's template, or keeps the reason why nothing is shown."""

from uuid import uuid4

from forms.item import Answers, ServiceItem
from server.db.case import CaseRow
from server.db.disclosure import DisclosureRow, find_result
from server.domain.case import Status
from server.domain.disclosure import DisclosureFacts, result_columns
from server.services.answers import mask_numbers
from server.services.item_version import item_of
from server.services.roster_gate import published_summary
from server.services.work import Work

WITHHELD_COUNTS_ONLY = "本事项按目录只公开数量，不公开个人信息"
WITHHELD_NOT_GRANTED = "未获批准，不公开个人信息"


def facts_of(work: Work, case: CaseRow, answers: Answers) -> DisclosureFacts:
    return DisclosureFacts(
        applicant_name=item_of(case).applicant_name(answers),
        village_name=work.catalogue.regions.full_name(case.village_code),
        item_name=case.item_name,
        completed_on=work.today,
        age_band=answers.get("age_band"),
        answers=public_answers(item_of(case), answers),
    )


def public_answers(item: ServiceItem, answers: Answers) -> dict[str, str]:
    """The answers the item's template names, numbers that open doors masked in them."""
    named = [field.field for field in (*item.disclosure_fields, *item.notice_fields) if field.field]
    shown = {name: item.shown_answer(name, answers) for name in named}
    return {name: mask_numbers(words) for name, words in shown.items() if words}


def publish_result(work: Work, case: CaseRow, answers: Answers) -> None:
    """Exactly one entry per closed case (count(closed) = shown + withheld with a reason)."""
    stated = {label: mask_numbers(words) for label, words in case.stated_result.items()}
    columns = result_columns(item_of(case), facts_of(work, case, answers), stated)
    # A batch names nobody by itself: its households stand in a table of their own, by the same template.
    columns = columns and (published_summary(work, case) or columns)
    granted = case.status == Status.COMPLETED
    reason = None if granted and columns else WITHHELD_COUNTS_ONLY if granted else WITHHELD_NOT_GRANTED
    work.session.add(
        DisclosureRow(
            id=uuid4().hex,
            case_id=case.id,
            village_code=case.village_code,
            item_code=case.item_code,
            item_name=case.item_name,
            outcome=case.status,
            columns=columns if reason is None else None,
            withheld_reason=reason,
            published_at=work.now,
        )
    )


def withdraw_result(work: Work, case: CaseRow) -> None:
    """A case that goes on has no result: its entry goes, and count(closed) = shown + withheld holds."""
    if entry := find_result(work.session, case.id):
        work.session.delete(entry)
        work.session.flush()
