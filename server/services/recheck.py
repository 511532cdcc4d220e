"""复核 of benefits when they fall due: data match first, a visit for the rest; who is not confirmed in time is suspended."""

from datetime import timedelta
from uuid import uuid4

from forms.clock import written_date
from server.db.benefit import BenefitRow, RecheckRow, find_open_recheck, list_benefits_of_resident, lock_benefit
from server.db.case import CaseRow
from server.domain.benefit import (
    OF_RECHECK,
    VISITS,
    WAY_SHORT,
    BenefitAction,
    BenefitRefused,
    BenefitState,
    RecheckState,
    Way,
    next_check,
    require_allowed,
)
from server.domain.people import Actor
from server.services.answers import mask_numbers
from server.services.benefit import confirmed, note, open_state, require_words, suspend
from server.services.event import SYSTEM
from server.services.household import resident_of_row
from server.services.item_version import item_of
from server.services.roster_gate import granted_rows
from server.services.work import Work


def look_at_benefit(work: Work, benefit_id: str) -> int:
    """What the job does with one benefit whose day has come: open its re-verification or, past its due day, suspend.

    Returns whether anything was done. Idempotent.
    """
    benefit = lock_benefit(work.session, benefit_id)
    if benefit is None or benefit.next_check_on is None or benefit.next_check_on > work.today:
        return 0
    recheck = find_open_recheck(work.session, benefit.id)
    if benefit.state != BenefitState.ACTIVE or benefit.next_due_on is None:
        benefit.next_check_on = None
        return 0
    if recheck is None:
        _open(work, benefit)
        return 1
    if work.today <= recheck.due_on:  # looked at too early: nothing is overdue yet
        benefit.next_check_on = recheck.due_on + timedelta(days=1)
        return 0
    _finish(work, recheck, RecheckState.OVERDUE, SYSTEM)
    suspend(work, None, benefit, f"到{written_date(recheck.due_on)}还没有复核，先暂停发放")
    return 1


def _open(work: Work, benefit: BenefitRow) -> None:
    """Whoever is looked at late, because the worker slept, still gets a week."""
    assert benefit.next_due_on is not None  # asked by the caller
    due_on = max(benefit.next_due_on, work.today + timedelta(days=7))
    work.session.add(
        RecheckRow(
            id=uuid4().hex, benefit_id=benefit.id, state=RecheckState.MATCHING, due_on=due_on, opened_at=work.now
        )
    )
    benefit.next_check_on = due_on + timedelta(days=1)
    note(work, benefit, "recheck_opened", SYSTEM, f"{written_date(due_on)}以前复核")


def record_match(work: Work, actor: Actor, benefit: BenefitRow, matched: bool, words: str) -> None:
    """The county's data match (公安、殡葬、医保、社保 data): found alive and entitled, nobody has to come."""
    recheck = _open_recheck(work, benefit, BenefitAction.RECORD_MATCH, actor)
    recheck.matched_at, recheck.matched_by = work.now, actor.display_name
    if matched:
        _pass(work, benefit, recheck, Way.DATA_MATCH, actor.display_name, words.strip())
        return
    recheck.state = RecheckState.VISITING
    note(work, benefit, "unmatched", actor.display_name, words.strip() or "没有比对上，不等于不符合")


def confirm(work: Work, actor: Actor, benefit: BenefitRow, way: Way, words: str) -> None:
    """The village saw the person, at home, at the village, by video, or somebody came with a mandate."""
    recheck = _open_recheck(work, benefit, BenefitAction.CONFIRM, actor)
    if way not in VISITS:
        raise BenefitRefused("请选怎么核实的：上门、本人到村、视频，或委托他人代办。")
    if way in (Way.VIDEO, Way.PROXY):
        require_words(words, "视频或委托核实的，要写清楚人在哪里、同谁核实的（至少5个字）。")
    _pass(work, benefit, recheck, way, actor.display_name, words.strip())


def fail(work: Work, actor: Actor, benefit: BenefitRow, reason: str) -> None:
    """Not confirmed: suspended, not ended; ending it is the department's decision."""
    recheck = _open_recheck(work, benefit, BenefitAction.FAIL, actor)
    require_words(reason)
    recheck.note = mask_numbers(reason.strip())
    _finish(work, recheck, RecheckState.FAILED, actor.display_name)
    suspend(work, None, benefit, f"复核没有通过：{reason.strip()}")


def _open_recheck(work: Work, benefit: BenefitRow, action: BenefitAction, actor: Actor) -> RecheckRow:
    """Raises BenefitRefused."""
    require_allowed(BenefitState(benefit.state), open_state(work, benefit), action, actor.role)
    recheck = find_open_recheck(work.session, benefit.id)
    assert recheck is not None and recheck.state == OF_RECHECK[action]  # said by the table
    return recheck


def _pass(work: Work, benefit: BenefitRow, recheck: RecheckRow, way: Way, name: str, words: str) -> None:
    recheck.way, recheck.note = way, mask_numbers(words) or None
    _finish(work, recheck, RecheckState.PASSED, name)
    # The term runs on from the day it was due: whoever is confirmed early loses nothing by it.
    due = next_check(recheck.due_on, benefit.recheck_months)
    benefit.next_due_on, benefit.next_check_on = due.due_on, due.check_on
    note(work, benefit, "confirmed", name, f"{WAY_SHORT[way]}。{words}" if words else WAY_SHORT[way])


def _finish(work: Work, recheck: RecheckRow, state: RecheckState, by: str) -> None:
    recheck.state, recheck.finished_at, recheck.finished_by = state, work.now, by


def confirm_by_case(work: Work, case: CaseRow) -> None:
    """生存认证 done as an errand of its own (MZ-009, RS-003): it confirms its person's benefit, or everybody's on its roster."""
    life = item_of(case).lifecycle
    if life is None or life.confirms is None:
        return
    rows = granted_rows(work, case)
    people = [case.resident_id] if rows is None else [resident_of_row(work, row) for row in rows]
    for resident_id in people:
        for benefit in list_benefits_of_resident(work.session, resident_id):
            if benefit.item_code == life.confirms and benefit.state == BenefitState.ACTIVE:
                _confirm_by(work, benefit, case)


def _confirm_by(work: Work, benefit: BenefitRow, case: CaseRow) -> None:
    if recheck := find_open_recheck(work.session, benefit.id):
        _pass(work, benefit, recheck, Way.AT_VILLAGE, SYSTEM, f"办件{case.case_number}")
        return
    confirmed(work, benefit)
    note(work, benefit, "confirmed", SYSTEM, f"办件{case.case_number}")
