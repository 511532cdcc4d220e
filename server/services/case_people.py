"""What a case page says of people: who has the case in hand, whose relative the applicant is, and what it may double."""

from dataclasses import dataclass
from datetime import datetime

from server.db import conflict as db
from server.db.case import CaseRow
from server.db.case_note import CaseNoteRow, list_notes
from server.db.conflict import ConflictRow, RelativeRow
from server.db.staff import list_staff_at_desk
from server.domain.conflict import DECIDING, ConflictKind, ConflictState, may_dismiss
from server.domain.people import Actor, Desk, Role
from server.domain.words import CASE_NOTE, CONFLICT_KIND, CONFLICT_STATE
from server.services.assignment import Hand, hand_of
from server.services.case_note import newest_entry
from server.services.conflict import asks_about_relatives, relation_in_words, why_kept_off
from server.services.desk import get_case_to_see
from server.services.duplicate import Duplicate, duplicates_of
from server.services.work import Work

KIN_MARK = "近亲属备案，须入户调查"
TOLD = DECIDING | {Role.SUPERVISOR}


@dataclass(frozen=True)
class KinFlag:
    """One near-relative flag; `officials` are offered where a declared relative has yet to be named."""

    id: int
    kind_label: str
    words: str
    state_label: str
    decided: str | None
    is_open: bool
    may_dismiss: bool
    officials: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CaseNote:
    """One line the desks wrote among themselves."""

    label: str
    words: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class CasePeople:
    """`seen` goes into every form of the page; `kept_off` says why this person may do nothing here."""

    seen: str
    hand: Hand | None
    kept_off: str | None
    kin_mark: str | None
    kin: tuple[KinFlag, ...]
    may_decide: bool
    duplicates: tuple[Duplicate, ...]
    notes: tuple[CaseNote, ...]


def people_of_case(work: Work, actor: Actor, case_number: str) -> CasePeople:
    """Raises CaseHidden."""
    case = get_case_to_see(work, actor, case_number)
    kept_off = why_kept_off(work, case, actor.account_id)
    flags = db.list_conflicts(work.session, case.id)
    # 最小必要: that a case is to be filed apart concerns every office; whose family it is, only those who look into it.
    marked = actor.role is not Role.VILLAGE_AGENT and asks_about_relatives(case)
    told = actor.role in TOLD
    return CasePeople(
        seen=newest_entry(work, case),
        hand=hand_of(work, case, actor),
        kept_off=kept_off,
        kin_mark=KIN_MARK if marked and any(flag.state != ConflictState.DISMISSED for flag in flags) else None,
        kin=tuple(_kin_flag(work, case, flag) for flag in flags if told),
        may_decide=actor.role in DECIDING and kept_off is None,
        duplicates=duplicates_of(work, case),
        notes=tuple(_note(note) for note in list_notes(work.session, case.id) if told or not _is_of_kin(note)),
    )


def _is_of_kin(note: CaseNoteRow) -> bool:
    return note.kind.startswith("conflict")


def _note(note: CaseNoteRow) -> CaseNote:
    return CaseNote(CASE_NOTE[note.kind], note.words, note.actor_name, note.at)


def _kin_flag(work: Work, case: CaseRow, flag: ConflictRow) -> KinFlag:
    relative = work.session.get(RelativeRow, flag.relative_id) if flag.relative_id else None
    return KinFlag(
        id=flag.id,
        kind_label=CONFLICT_KIND[flag.kind],
        words=relation_in_words(relative) if relative else "申请表上写了“有近亲属关系”，见“申请内容”",
        state_label=CONFLICT_STATE[flag.state],
        decided=f"{flag.decided_by}：{flag.reason}" if flag.decided_by else None,
        is_open=flag.state == ConflictState.OPEN,
        may_dismiss=may_dismiss(ConflictKind(flag.kind)),
        officials=() if relative else officials_of(work, case),
    )


def officials_of(work: Work, case: CaseRow) -> tuple[tuple[str, str], ...]:
    """(account, name and desk) of everybody at the desks of this case."""
    desks = dict.fromkeys(Desk(row.department, row.region_code) for row in case.stages)
    people = (one for desk in desks for one in list_staff_at_desk(work.session, desk.department, desk.region_code))
    regions = work.catalogue.regions
    return tuple(
        (one.sign_in_name, f"{one.display_name}（{regions.get(one.region_code).short_name}·{one.department}）")
        for one in people
    )
