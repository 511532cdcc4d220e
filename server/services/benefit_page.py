"""What screens read of benefits: the list with what is due first, and one benefit with its history and its buttons."""

from dataclasses import dataclass
from datetime import date, datetime

from server.db.audit import append_audit
from server.db.benefit import (
    BenefitRow,
    RecheckRow,
    find_benefit,
    find_open_recheck,
    list_benefit_entries,
    list_benefits_of_villages,
    list_rechecks,
)
from server.db.case import CaseRow
from server.db.resident import ResidentRow
from server.domain.benefit import (
    BENEFIT_STATE,
    ENTRY,
    OF_RECHECK,
    RECHECK_STATE,
    WAY,
    BenefitAction,
    BenefitState,
    RecheckState,
    allowed_actions,
    month_in_words,
)
from server.domain.people import Actor, Role
from server.services.benefit import BenefitHidden, may_see
from server.services.resident import name_of
from server.services.work import Work

SHOWN = 500
_OVERSEEING = frozenset({Role.VILLAGE_AGENT, Role.SUPERVISOR})
_OF_DEPARTMENT = frozenset({Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD})


@dataclass(frozen=True)
class BenefitLine:
    """One benefit in the list; `waits_for` says whose turn its re-verification is."""

    id: str
    item_name: str
    person: str
    village: str
    state: str
    state_label: str
    due_on: date | None
    waits_for: str
    mine: bool
    to_match: bool


@dataclass(frozen=True)
class RecheckLine:
    """One re-verification: when it was due, how it went."""

    due_on: date
    state_label: str
    way: str
    note: str | None
    by: str | None
    finished_at: datetime | None


@dataclass(frozen=True)
class BenefitEntry:
    label: str
    note: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class BenefitPage:
    """Everything one benefit's page shows; the name is masked unless asked for in full."""

    line: BenefitLine
    person: str
    case_number: str
    since: str
    paid_through: str
    suspended_from: str
    notice_days: int
    recheck: str | None
    rechecks: tuple[RecheckLine, ...]
    entries: tuple[BenefitEntry, ...]
    actions: tuple[str, ...]


def list_benefits(work: Work, actor: Actor) -> list[BenefitLine]:
    """Due for re-verification first, then by the day they fall due, the ended last."""
    if actor.role not in _OVERSEEING | _OF_DEPARTMENT:
        return []
    codes = work.catalogue.regions.village_codes_in(actor.desk.region_code)
    department = actor.desk.department if actor.role in _OF_DEPARTMENT else None
    rows = list_benefits_of_villages(work.session, codes, department, SHOWN)
    return [_line(work, actor, benefit, recheck) for benefit, recheck in rows]


def _line(work: Work, actor: Actor, benefit: BenefitRow, recheck: RecheckRow | None) -> BenefitLine:
    state = RecheckState(recheck.state) if recheck else None
    actions = allowed_actions(BenefitState(benefit.state), state, actor.role)
    return BenefitLine(
        id=benefit.id,
        item_name=benefit.item_name,
        person=benefit.person_masked,
        village=work.catalogue.regions.full_name(benefit.village_code),
        state=benefit.state,
        state_label=BENEFIT_STATE[benefit.state],
        due_on=recheck.due_on if recheck else benefit.next_due_on,
        waits_for=RECHECK_STATE[state] if state else "",
        mine=recheck is not None and not OF_RECHECK.keys().isdisjoint(actions),
        to_match=recheck is not None and BenefitAction.RECORD_MATCH in actions,
    )


def benefit_page(work: Work, actor: Actor, benefit_id: str, *, in_full: bool = False) -> BenefitPage:
    """Raises BenefitHidden."""
    benefit = find_benefit(work.session, benefit_id)
    if benefit is None or not may_see(work, actor, benefit):
        raise BenefitHidden
    recheck = find_open_recheck(work.session, benefit.id)
    state = RecheckState(recheck.state) if recheck else None
    return BenefitPage(
        line=_line(work, actor, benefit, recheck),
        person=_name(work, benefit) if in_full else benefit.person_masked,
        case_number=work.session.get_one(CaseRow, benefit.case_id).case_number,
        since=month_in_words(benefit.start_month),
        paid_through=month_in_words(benefit.paid_through),
        suspended_from=month_in_words(benefit.suspended_from),
        notice_days=benefit.termination_notice_days,
        recheck=RECHECK_STATE[state] if state else None,
        rechecks=tuple(_recheck(row) for row in list_rechecks(work.session, benefit.id)),
        entries=tuple(
            BenefitEntry(ENTRY[row.kind], row.note, row.actor_name, row.at)
            for row in list_benefit_entries(work.session, benefit.id)
        ),
        actions=tuple(action.value for action in allowed_actions(BenefitState(benefit.state), state, actor.role)),
    )


def _name(work: Work, benefit: BenefitRow) -> str:
    return name_of(work, work.session.get_one(ResidentRow, benefit.resident_id))


def _recheck(row: RecheckRow) -> RecheckLine:
    way = WAY[row.way] if row.way else ""
    return RecheckLine(row.due_on, RECHECK_STATE[row.state], way, row.note, row.finished_by, row.finished_at)


def note_full_name(work: Work, actor: Actor, benefit_id: str) -> None:
    """Whoever visits must know whom; that they looked is on record (个人信息保护法 第51条). Raises BenefitHidden."""
    benefit_page(work, actor, benefit_id)
    append_audit(work.session, at=work.now, actor=actor.account_id, action="benefit.viewed_in_full", subject=benefit_id)
