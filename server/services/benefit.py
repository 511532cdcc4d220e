"""待遇 of a person: begins when its case is done, is suspended, resumed and ended with a reason, and keeps its history."""

from datetime import date
from uuid import uuid4

from forms.clock import local_date, written_date
from forms.identity import mask_name
from forms.item import Answers
from server.db.audit import append_audit
from server.db.benefit import (
    BenefitEntryRow,
    BenefitRow,
    find_open_recheck,
    list_benefits_of_resident,
    lock_benefit,
)
from server.db.case import CaseRow
from server.db.resident import ResidentRow
from server.db.roster import HouseholdRow
from server.domain.benefit import (
    WAY_SHORT,
    BenefitAction,
    BenefitRefused,
    BenefitState,
    RecheckState,
    Way,
    month_in_words,
    month_of,
    months_from,
    next_check,
    require_allowed,
    require_notice,
    start_month,
)
from server.domain.people import Actor, Role
from server.services.answers import mask_numbers
from server.services.event import SYSTEM, record_event
from server.services.household import entry_of
from server.services.item_version import item_of
from server.services.resident import resident_of
from server.services.roster_gate import granted_rows
from server.services.work import Work

BACK_PAY = "停发期间是否补发、补多少按本地规定核定"


class BenefitHidden(LookupError):
    """No such benefit, or none this person may see: told alike, so that addresses cannot be tried out (BOLA)."""

    def __init__(self) -> None:
        super().__init__("没有找到这项待遇，或者它不归您这里管。请从“待遇”列表里打开。")


def may_see(work: Work, actor: Actor, benefit: BenefitRow) -> bool:
    """The village its person lives in, its department above the village, and who supervises the region."""
    inside = work.catalogue.regions.lies_in(benefit.village_code, actor.desk.region_code)
    if actor.role in (Role.VILLAGE_AGENT, Role.SUPERVISOR):
        return inside
    offices = (Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD)
    return inside and actor.role in offices and actor.desk.department == benefit.department


def get_benefit_to_act(work: Work, actor: Actor, benefit_id: str) -> BenefitRow:
    """Locked. Raises BenefitHidden."""
    benefit = lock_benefit(work.session, benefit_id)
    if benefit is None or not may_see(work, actor, benefit):
        raise BenefitHidden
    return benefit


# --- where a benefit begins


def open_benefits(work: Work, case: CaseRow, answers: Answers) -> None:
    """A completed case begins what is paid on: for its person, or for every household its roster was granted for."""
    life = item_of(case).lifecycle
    if life is None or not life.opens_benefit:
        return
    households = granted_rows(work, case)
    if households is None:
        _open(work, case, work.session.get_one(ResidentRow, case.resident_id), case.applicant_masked, members(answers))
        return
    for row in households:
        _open(work, case, *_person_of(work, row), 1)


def _person_of(work: Work, row: HouseholdRow) -> tuple[ResidentRow, str]:
    entry = entry_of(work, row)
    return resident_of(work, entry.id_number, entry.name), mask_name(entry.name)


def members(answers: Answers) -> int:
    """How many live in the household a claim is made for; a claim that does not say is one person's."""
    size = str(answers.get("household_size") or "1")
    return int(size) if size.isdecimal() and 0 < int(size) < 100 else 1


def _open(work: Work, case: CaseRow, resident: ResidentRow, masked: str, of_members: int) -> None:
    standing = [
        row
        for row in list_benefits_of_resident(work.session, resident.id)
        if row.item_code == case.item_code and row.state != BenefitState.TERMINATED
    ]
    if standing:
        note(work, standing[0], "granted_again", SYSTEM, f"办件{case.case_number}办结")
        return
    item, life = item_of(case), item_of(case).lifecycle
    assert life is not None  # asked for by the caller
    due = next_check(work.today, life.recheck_months)
    benefit = BenefitRow(
        id=uuid4().hex,
        case_id=case.id,
        resident_id=resident.id,
        item_code=case.item_code,
        item_name=case.item_name,
        department=item.department,
        village_code=case.village_code,
        person_masked=masked,
        members=of_members,
        state=BenefitState.ACTIVE,
        start_month=start_month(life, local_date(case.received_at), work.today),
        recheck_months=life.recheck_months,
        months_after_death=life.months_after_death,
        termination_notice_days=life.termination_notice_days,
        next_due_on=due.due_on,
        next_check_on=due.check_on,
        opened_at=work.now,
    )
    work.session.add(benefit)
    work.session.flush()
    since = month_in_words(benefit.start_month)
    note(
        work, benefit, "opened", SYSTEM, f"从{since}起计发" if since else f"起发月份按本地规定：{life.start or '未写'}"
    )


# --- what happens to it


def suspend(work: Work, actor: Actor | None, benefit: BenefitRow, reason: str) -> None:
    """暂停: from next month, with the reason told to whoever follows the case; without an actor it is the clock's doing."""
    if actor:
        recheck = open_state(work, benefit)
        require_allowed(BenefitState(benefit.state), recheck, BenefitAction.SUSPEND, actor.role)
    require_words(reason)
    benefit.state, benefit.suspended_from = BenefitState.SUSPENDED, month_of(work.today)
    benefit.next_check_on = None
    name = actor.display_name if actor else SYSTEM
    note(work, benefit, "suspended", name, reason)
    tell(work, benefit, "benefit_suspended", name, f"{reason}。补办复核后可以恢复；{BACK_PAY}。")


def resume(work: Work, actor: Actor, benefit: BenefitRow, way: Way, words: str, back_pay: str) -> None:
    """恢复: how the person was confirmed after all, and what the local rule says of the months between."""
    require_allowed(BenefitState(benefit.state), open_state(work, benefit), BenefitAction.RESUME, actor.role)
    require_words(words)
    require_words(back_pay, "停发期间补不补发、按哪条本地规定，要写清楚（至少5个字）。")
    missed = missed_months(benefit, work.today)
    benefit.state, benefit.suspended_from = BenefitState.ACTIVE, None
    confirmed(work, benefit)
    said = f"停发{missed}个月；{back_pay.strip()}" if missed else back_pay.strip()
    note(work, benefit, "resumed", actor.display_name, f"{words.strip()}（{WAY_SHORT[way]}）。{said}")
    tell(work, benefit, "benefit_resumed", actor.display_name, said)


def terminate(work: Work, actor: Actor, benefit: BenefitRow, reason: str, hung_from: date | None) -> None:
    """终止: a decision with its reason in writing; where the item asks for it, after its notice hung out."""
    require_allowed(BenefitState(benefit.state), open_state(work, benefit), BenefitAction.TERMINATE, actor.role)
    require_words(reason)
    require_notice(benefit.termination_notice_days, hung_from, work.today)
    benefit.paid_through = last_month_paid(benefit, work.today)
    end(work, benefit)
    hung = f"（{written_date(hung_from)}起公示）" if hung_from else ""
    note(work, benefit, "terminated", actor.display_name, f"{reason.strip()}{hung}")
    tell(work, benefit, "benefit_terminated", actor.display_name, reason.strip())


def end(work: Work, benefit: BenefitRow) -> None:
    """Nothing falls due any more; an open re-verification is called off."""
    benefit.state, benefit.ended_at = BenefitState.TERMINATED, work.now
    benefit.next_due_on = benefit.next_check_on = None
    if recheck := find_open_recheck(work.session, benefit.id):
        recheck.state, recheck.finished_at, recheck.finished_by = RecheckState.CALLED_OFF, work.now, SYSTEM


def confirmed(work: Work, benefit: BenefitRow) -> None:
    """Another term begins today."""
    due = next_check(work.today, benefit.recheck_months)
    benefit.next_due_on, benefit.next_check_on = due.due_on, due.check_on


def last_month_paid(benefit: BenefitRow, today: date) -> str:
    return benefit.suspended_from or month_of(today)


def missed_months(benefit: BenefitRow, today: date) -> int:
    """Months nobody was paid for: the one it was suspended in had been, the one it goes on in will be."""
    if benefit.suspended_from is None:
        return 0
    return max(0, months_from(benefit.suspended_from, month_of(today)) - 2)


def open_state(work: Work, benefit: BenefitRow) -> RecheckState | None:
    recheck = find_open_recheck(work.session, benefit.id)
    return RecheckState(recheck.state) if recheck else None


def require_words(words: str, sentence: str = "请写明理由或情况（至少5个字），本人和村里会看到。") -> None:
    if len(words.strip()) < 5:
        raise BenefitRefused(sentence)


def note(work: Work, benefit: BenefitRow, kind: str, actor_name: str, words: str) -> None:
    """On the benefit's own history, and in the audit log without the words."""
    work.session.add(
        BenefitEntryRow(benefit_id=benefit.id, kind=kind, at=work.now, actor_name=actor_name, note=mask_numbers(words))
    )
    append_audit(work.session, at=work.now, actor=actor_name, action=f"benefit.{kind}", subject=benefit.id)


def tell(work: Work, benefit: BenefitRow, kind: str, actor_name: str, words: str) -> None:
    """Whoever follows the case hears of it; a batch's case is followed by the village, not by each household."""
    case = work.session.get_one(CaseRow, benefit.case_id)
    if case.resident_id == benefit.resident_id:
        record_event(work, case, kind, actor_name, mask_numbers(words), brief="原因和下一步请点开看")
