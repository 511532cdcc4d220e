"""Publishes the result of every closed case by the item's template, or keeps the reason why nothing is shown."""

from collections.abc import Mapping
from uuid import uuid4

from forms.item import Answers, ServiceItem
from server.db.case import CaseRow
from server.db.deadline import list_clocks
from server.db.disclosure import DisclosureRow, find_result
from server.domain.card_rules import ClockKind
from server.domain.case import Action, Status, require_allowed
from server.domain.disclosure import DisclosureFacts, result_columns, stated_labels
from server.domain.people import Actor, Desk
from server.domain.words import LABELS
from server.services import deadline
from server.services.answers import answers_of, mask_numbers
from server.services.event import SYSTEM, record_event
from server.services.item_version import item_of
from server.services.roster_gate import published_summary
from server.services.settling import settle
from server.services.work import Work


class StatementRefused(Exception):
    """Published columns that cannot be filled in like this; the text says why."""


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
    """Exactly one entry per closed case (count(closed) = shown + withheld with a reason).

    Of a granted case with columns nobody has stated yet it waits for its last desk, by a clock of its own.
    """
    granted = case.status == Status.COMPLETED
    batch = published_summary(work, case)
    if granted and batch is None and missing_labels(case):
        _begin_waiting(work, case)
        return
    stated = {label: mask_numbers(words) for label, words in case.stated_result.items()}
    columns = result_columns(item_of(case), facts_of(work, case, answers), stated)
    # A batch names nobody by itself: its households stand in a table of their own, by the same template.
    columns = columns and (batch or columns)
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


def missing_labels(case: CaseRow) -> tuple[str, ...]:
    """Published columns that no line of the form knows and no desk has filled in."""
    return tuple(label for label in stated_labels(item_of(case)) if not case.stated_result.get(label))


def last_desk(case: CaseRow) -> Desk:
    """The last desk that worked on the case: the one that knows what came of it."""
    worked = [row for row in case.stages if row.finished_at and row.handled_by != SYSTEM]
    row = max(worked, key=lambda row: (row.finished_at, row.position)) if worked else case.stages[0]
    return Desk(row.department, row.region_code)


def _begin_waiting(work: Work, case: CaseRow) -> None:
    waiting = [clock for clock in list_clocks(work.session, case.id) if clock.kind == ClockKind.PUBLICATION]
    if not waiting:
        desk = last_desk(case)
        deadline.start_clock(work, case, ClockKind.PUBLICATION, deadline.PUBLICATION_LIMIT, work.now, desk=desk)
        settle(work, case)


def awaits_publication(work: Work, case: CaseRow) -> bool:
    return case.status == Status.COMPLETED and find_result(work.session, case.id) is None


def state_result(work: Work, case: CaseRow, actor: Actor, stated: Mapping[str, str]) -> None:
    """The last desk fills in what is to be published, and it is. Raises ActionNotAllowed, StatementRefused."""
    require_allowed(Status(case.status), Action.STATE_RESULT, actor.role, LABELS)
    if not awaits_publication(work, case):
        raise StatementRefused("这件的结果已经公开（或者按目录只公开数量），不用再填。")
    if last_desk(case) != actor.desk:
        raise StatementRefused("公开内容由最后办这件的部门填。")
    told = {label: stated.get(label, "").strip() for label in missing_labels(case)}
    if empty := [label for label, words in told.items() if not words]:
        raise StatementRefused(f"请填“{'”“'.join(empty)}”，公开结果时要用。")
    case.stated_result = {**case.stated_result, **told}
    publish_result(work, case, answers_of(work, case))
    for clock in list_clocks(work.session, case.id):
        if clock.kind == ClockKind.PUBLICATION:
            deadline.finish_clock(work, clock)
    settle(work, case)
    record_event(work, case, "result_published", actor.display_name, "结果已按公开模板公开。")


def withdraw_result(work: Work, case: CaseRow) -> None:
    """A case that goes on has no result: its entry goes, and count(closed) = shown + withheld holds."""
    if entry := find_result(work.session, case.id):
        work.session.delete(entry)
        work.session.flush()
