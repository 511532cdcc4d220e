"""The papers of a case that its desks print: the notice for the village board and the decision in writing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forms.clock import local_date, written_date
from forms.decision_letter import DecisionLetter, Outcome, RatingInvitation, remedy_words
from forms.item import Stage
from forms.public_notice_sheet import PublicNoticeSheet, public_notice_sheet_of
from server.db.audit import append_audit
from server.db.case import CaseRow, StageRow, list_documents
from server.db.public_notice import PublicNoticeRow, find_notice
from server.domain.case import Status
from server.domain.people import Actor, Desk
from server.domain.review import StageState
from server.services.answers import answers_of, mask_numbers
from server.services.desk import CaseHidden, get_case_to_see
from server.services.item_version import item_of
from server.services.rating_link import make_link
from server.services.review import desk_name
from server.services.service_point import point_of
from server.services.work import Work

BOARD_NOTICE, DECISION, ROUTING_FORM = "board_notice", "decision", "routing_form"
SHEET_WORDS = {BOARD_NOTICE: "公示单（贴村里的）", DECISION: "决定书", ROUTING_FORM: "流转表单"}
_OUTCOMES: dict[str, Outcome] = {
    "approved": "granted",
    Status.REJECTED.value: "refused",
    Status.DECLINED.value: "not_accepted",
}


@dataclass(frozen=True)
class _Known:
    """A case with what its papers are made from."""

    case: CaseRow
    stages: tuple[tuple[Stage, StageRow], ...]
    notice: PublicNoticeRow | None


def list_sheets(work: Work, actor: Actor, case_number: str) -> list[tuple[str, str]]:
    """(kind, words) of the papers this desk may print now."""
    known = _known(work, actor, case_number)
    own = [(kind, SHEET_WORDS[kind]) for kind, desks in _RESPONSIBLE.items() if desks(known).intersection(actor.desks)]
    return [*own, (ROUTING_FORM, SHEET_WORDS[ROUTING_FORM])]


def board_notice(work: Work, actor: Actor, case_number: str) -> PublicNoticeSheet:
    """The newest notice, in the board's wording. The printing is put on record. Raises CaseHidden."""
    known = _to_print(work, actor, case_number, BOARD_NOTICE)
    assert known.notice is not None  # else nobody is responsible for it
    case, notice = known.case, known.notice
    return public_notice_sheet_of(
        item_of(case),
        next(stage for stage, _ in known.stages if stage.id == notice.stage_id),
        {
            key: mask_numbers(value) if isinstance(value, str) else value
            for key, value in answers_of(work, case).items()
        },
        {label: mask_numbers(words) for label, words in case.stated_result.items()},
        village_name=work.catalogue.regions.full_name(case.village_code),
        case_number=case.case_number,
        starts_on=notice.starts_on,
        ends_on=notice.ends_on,
        tell=tuple(dict.fromkeys(desk_name(work, row) for stage, row in _around(known) if stage.level != "village")),
        point=point_of(work, case.village_code),
    )


def decision_letter(work: Work, actor: Actor, case_number: str) -> DecisionLetter:
    """The decision as it was taken. The printing is put on record. Raises CaseHidden."""
    known = _to_print(work, actor, case_number, DECISION)
    case, row = known.case, _deciding_row(known)
    assert row is not None and row.finished_at is not None  # else nobody is responsible for it
    item, regions = item_of(case), work.catalogue.regions
    link = make_link(work, case)
    return DecisionLetter(
        outcome=_OUTCOMES[str(case.decision)],
        number=None,
        case_number=case.case_number,
        item_name=case.item_name,
        applicant_name=item.applicant_name(answers_of(work, case)),
        authority=f"{regions.get(row.region_code).short_name}{row.department}部门",
        decided_on=local_date(row.finished_at),
        facts=tuple(_facts(work, known, row)),
        decided=tuple(case.stated_result.items()) if case.decision == "approved" else (),
        reason=case.decision_reason,
        legal_basis=item.legal_basis,
        remedies=remedy_words(item, row.department, _review_body(work, row)),
        is_confirmed=item.is_confirmed,
        rating=RatingInvitation(link.url, link.until),
    )


def _known(work: Work, actor: Actor, case_number: str) -> _Known:
    case = get_case_to_see(work, actor, case_number)
    rows = {row.stage_id: row for row in case.stages}
    stages = tuple((stage, rows[stage.id]) for stage in item_of(case).stages)
    return _Known(case, stages, find_notice(work.session, case.id))


def _to_print(work: Work, actor: Actor, case_number: str, kind: str) -> _Known:
    """A paper that names somebody is printed by a desk responsible for it, and by whom is put on record."""
    known = _known(work, actor, case_number)
    if not _RESPONSIBLE[kind](known).intersection(actor.desks):
        raise CaseHidden
    detail = {"sheet": kind}
    append_audit(
        work.session, at=work.now, actor=actor.account_id, action="sheet.printed", subject=case_number, detail=detail
    )
    return known


def _around(known: _Known) -> list[tuple[Stage, StageRow]]:
    """The notice's own stage, the one that prepared it and the one that decides on what comes in."""
    if known.notice is None:
        return []
    at = next(at for at, (stage, _) in enumerate(known.stages) if stage.id == known.notice.stage_id)
    return list(known.stages[max(0, at - 1) : at + 2])


def _notice_desks(known: _Known) -> set[Desk]:
    """Nobody, once its days are over: what was taken down is not put up again."""
    if known.notice is None or known.notice.ended_at:
        return set()
    return {_desk(row) for _, row in _around(known)}


def _decision_desks(known: _Known) -> set[Desk]:
    """Whoever decided, and whoever delivers what was decided."""
    decided = _deciding_row(known)
    if decided is None:
        return set()
    issuing = {_desk(row) for stage, row in known.stages if stage.action == "issue" and row.opened_at}
    return {_desk(decided)} | issuing


_RESPONSIBLE: dict[str, Callable[[_Known], set[Desk]]] = {BOARD_NOTICE: _notice_desks, DECISION: _decision_desks}


def _desk(row: StageRow) -> Desk:
    return Desk(row.department, row.region_code)


def _deciding_row(known: _Known) -> StageRow | None:
    """The last approval; of a case that was refused or not accepted, the stage it ended at."""
    if str(known.case.decision) not in _OUTCOMES:
        return None
    done = [(stage, row) for stage, row in known.stages if row.state == StageState.DONE and row.finished_at]
    if known.case.decision == "approved":
        done = [(stage, row) for stage, row in done if stage.action == "approve"]
    return max((row for _, row in done), key=lambda row: (row.finished_at, row.position), default=None)


def _facts(work: Work, known: _Known, decided: StageRow) -> Iterator[str]:
    case = known.case
    papers = len({document.material_id for document in list_documents(work.session, case.id)})
    yield f"{written_date(local_date(case.received_at))}收到您的申请，材料{papers}样"
    reviewed = [desk_name(work, row) for _, row in known.stages if row.state == StageState.DONE and row.verdict]
    if reviewed:
        yield f"{'、'.join(reviewed)}核查过，出了意见"
    if known.notice:
        days = f"{written_date(known.notice.starts_on)}到{written_date(known.notice.ends_on)}"
        yield f"在{work.catalogue.regions.full_name(case.village_code)}公示，{days}"
    yield f"{written_date(local_date(decided.finished_at))}由{desk_name(work, decided)}作出决定"


def _review_body(work: Work, row: StageRow) -> str:
    """行政复议法 第24条: of a county's departments and of its townships the county's own government; else the city's."""
    regions = work.catalogue.regions
    level = "city" if regions.get(row.region_code).level == "city" else "county"
    return f"{regions.ancestor(row.region_code, level).name}人民政府"
