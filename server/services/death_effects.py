"""What a standing report of a death changes: claims end, benefits stop, desks are told; and how each is put back."""

from collections.abc import Callable
from datetime import date
from typing import Any

from forms.clock import local_date, written_date
from server.db.benefit import BenefitRow, list_benefits_of_resident, lock_benefit
from server.db.case import CaseRow, list_open_cases_of_resident
from server.db.death import DeathEffectRow, DeathNoticeRow, DeathReportRow, list_effects
from server.db.resident import find_resident
from server.domain.benefit import BenefitState, month_in_words
from server.domain.case import Status
from server.domain.death import TASKS, ClaimFate, ReportState, fate_of_claim, months_to_pay_back, stop_of_benefit
from server.services.answers import answers_of
from server.services.benefit import end, last_month_paid, members, note, tell
from server.services.work import Work

EndClaim = Callable[[Work, CaseRow, str], None]
ReopenClaim = Callable[[Work, CaseRow, str], None]
_KEPT = ("state", "suspended_from", "paid_through", "next_due_on", "next_check_on", "ended_at")


def make_stand(work: Work, report: DeathReportRow, end_claim: EndClaim) -> None:
    """The report takes effect: once, for everything of the person that is known here."""
    report.state = ReportState.STANDING
    resident = find_resident(work.session, report.number_index)
    if resident:
        for case in list_open_cases_of_resident(work.session, resident.id):
            _settle_claim(work, report, case, end_claim)
        for benefit in list_benefits_of_resident(work.session, resident.id):
            if benefit.state != BenefitState.TERMINATED:
                _stop_benefit(work, report, benefit)
    tell_desks(work, report, wrong=False)


def _settle_claim(work: Work, report: DeathReportRow, case: CaseRow, end_claim: EndClaim) -> None:
    fate = fate_of_claim(case.item_code, members(answers_of(work, case)))
    said = {
        ClaimFate.TERMINATED: "申请人去世，本人申请的事项终止",
        ClaimFate.CONTINUES: "由继承人或办理丧事的亲属继续办",
        ClaimFate.HOUSEHOLD: "家里还有人，接着办；请按现有人口核定",
    }[fate]
    if fate is ClaimFate.TERMINATED:
        end_claim(work, case, f"申请人已于{written_date(report.died_on)}去世，本人申请的事项终止办理。")
    _keep(work, report, fate.value, f"{case.item_name}：{said}", case_id=case.id)


def _stop_benefit(work: Work, report: DeathReportRow, benefit: BenefitRow) -> None:
    if benefit.members > 1:
        note(work, benefit, "member_died", report.reported_by_name, f"家里{benefit.members}人中有人去世，请核减人口")
        _keep(work, report, "household_kept", f"{benefit.item_name}：按户享受，待核减", benefit_id=benefit.id)
        return
    before = {name: _plain(getattr(benefit, name)) for name in _KEPT}
    last_paid = last_month_paid(benefit, work.today)
    stop = stop_of_benefit(report.died_on, benefit.months_after_death, last_paid)
    benefit.paid_through = stop.paid_through
    end(work, benefit)
    said = f"发到{month_in_words(stop.paid_through)}"
    if stop.overpaid_months:
        said += f"；可能多发{stop.overpaid_months}个月，请核实后按规定追回"
    note(work, benefit, "stopped_for_death", report.reported_by_name, said)
    tell(work, benefit, "benefit_stopped", report.reported_by_name, said)
    _keep(work, report, "benefit_stopped", f"{benefit.item_name}：{said}", benefit_id=benefit.id, before=before)


def _plain(value: Any) -> str | None:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _keep(
    work: Work,
    report: DeathReportRow,
    kind: str,
    words: str,
    *,
    case_id: str | None = None,
    benefit_id: str | None = None,
    before: dict[str, Any] | None = None,
) -> None:
    work.session.add(
        DeathEffectRow(
            report_id=report.id, kind=kind, case_id=case_id, benefit_id=benefit_id, before=before or {}, note=words
        )
    )


def tell_desks(work: Work, report: DeathReportRow, *, wrong: bool) -> None:
    """A task of each department of the county, open until somebody there acknowledges it."""
    county = work.catalogue.regions.ancestor(report.village_code, "county").id
    for department, (stop, restore) in TASKS.items():
        work.session.add(
            DeathNoticeRow(
                report_id=report.id,
                kind="restore" if wrong else "stop",
                department=department,
                region_code=county,
                what=restore if wrong else stop,
                sent_at=work.now,
            )
        )


def put_back(work: Work, report: DeathReportRow, reopen_claim: ReopenClaim, actor_name: str) -> None:
    """Everything as it stood before; both records stay."""
    for effect in list_effects(work.session, report.id):
        if effect.kind == ClaimFate.TERMINATED and effect.case_id:
            effect.undone_note = _reopen(work, effect.case_id, reopen_claim)
        elif effect.kind == "benefit_stopped" and effect.benefit_id:
            effect.undone_note = _restore(work, report, effect, actor_name)
        else:
            effect.undone_note = "没有动过，照旧"
        effect.undone_at = work.now
    tell_desks(work, report, wrong=True)


def _reopen(work: Work, case_id: str, reopen_claim: ReopenClaim) -> str:
    case = work.session.get_one(CaseRow, case_id, with_for_update=True)
    if case.status != Status.TERMINATED:
        return "之后已另行处理，没有动"
    reopen_claim(work, case, "死亡报告是误报，已撤销，接着办理；中间停下的时间不计入时限。")
    return "已恢复办理，中间的时间不计入时限"


def _restore(work: Work, report: DeathReportRow, effect: DeathEffectRow, actor_name: str) -> str:
    benefit = lock_benefit(work.session, effect.benefit_id or "")
    if benefit is None or benefit.state != BenefitState.TERMINATED:
        return "之后已另行处理，没有动"
    stopped_on = local_date(report.confirmed_at or report.reported_at)
    owed = months_to_pay_back(stopped_on, benefit.paid_through or "", work.today)
    was = effect.before
    benefit.state, benefit.suspended_from, benefit.paid_through = (
        was["state"],
        was["suspended_from"],
        was["paid_through"],
    )
    benefit.next_due_on, benefit.next_check_on = _day(was["next_due_on"]), _day(was["next_check_on"])
    benefit.ended_at = None
    said = f"误报更正：恢复原状；停发{owed}个月，按规定补发，已追回的退还"
    if was["state"] == BenefitState.SUSPENDED:
        said = "误报更正：恢复为原来的暂停状态；已追回的退还"
    note(work, benefit, "restored", actor_name, said)
    tell(work, benefit, "benefit_restored", actor_name, said)
    return said


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
