"""死亡报告 as desks make it: reported, confirmed by a second person, withdrawn when wrong, and acknowledged by those told."""

from dataclasses import dataclass, replace
from datetime import date

from forms.identity import id_number_fault, normal_id_number
from forms.region import UnknownRegion
from server.db.audit import append_audit
from server.db.death import (
    DeathNoticeRow,
    DeathReportRow,
    find_standing_report,
    lock_notice,
    lock_report,
)
from server.domain.case import Status
from server.domain.death import (
    READING,
    REPORTING,
    SOURCES,
    DeathRefused,
    ReportAction,
    ReportState,
    require_allowed,
)
from server.domain.people import Actor, Role
from server.services import walk
from server.services.aftermath import new_report
from server.services.death_effects import EndClaim, make_stand, put_back
from server.services.resident import number_index
from server.services.work import Work


class ReportHidden(LookupError):
    """No such report, or none of this person's region: told alike (BOLA)."""

    def __init__(self) -> None:
        super().__init__("没有找到这份报告，或者它不归您这里管。请从“死亡报告”列表里打开。")


@dataclass(frozen=True)
class Stated:
    """What the form of a report says."""

    name: str
    id_number: str
    village_code: str
    died_on: date
    source: str


def report_death(work: Work, actor: Actor, stated: Stated) -> DeathReportRow:
    """A village's report waits to be confirmed; an office's stands at once. Raises DeathRefused."""
    stated = replace(stated, id_number=normal_id_number(stated.id_number), name=stated.name.strip())
    _require_reportable(work, actor, stated)
    if find_standing_report(work.session, number_index(work, stated.id_number)):
        raise DeathRefused("这个人已经报过死亡，不用再报。有出入的，请打开那一份报告办。")
    report = new_report(work, stated.id_number, stated.name, stated.village_code, stated.died_on, stated.source)
    report.reported_by, report.reported_by_name = actor.account_id, actor.display_name
    work.session.flush()
    _audit(work, actor, "death.reported", report)
    if actor.role is not Role.VILLAGE_AGENT:
        report.confirmed_by_name, report.confirmed_at = actor.display_name, work.now
        make_stand(work, report, _end_claim_by(actor))
    return report


def _require_reportable(work: Work, actor: Actor, stated: Stated) -> None:
    if actor.role not in REPORTING:
        raise DeathRefused("死亡报告由村代办员、乡镇窗口或部门填，您这里只能看。")
    if not stated.name or len(stated.name) > 60:
        raise DeathRefused("请填去世的人的姓名（不超过60个字）。")
    if fault := id_number_fault(stated.id_number):
        raise DeathRefused(fault)
    if stated.died_on > work.today:
        raise DeathRefused("死亡日期还没有到，请核对。")
    if stated.source not in SOURCES or stated.source == "registration":
        raise DeathRefused("请选从哪里得知的。死亡登记办结时系统会自动报，不用手填。")
    if not _is_village_of(work, actor, stated.village_code):
        raise DeathRefused("请选去世的人是哪个村（社区）的，只能选您这个地区的。")


def _is_village_of(work: Work, actor: Actor, code: str) -> bool:
    regions = work.catalogue.regions
    try:
        return regions.get(code).level == "village" and regions.lies_in(code, actor.desk.region_code)
    except UnknownRegion:
        return False


def _end_claim_by(actor: Actor) -> EndClaim:
    return lambda work, case, reason: walk.end_case(work, case, Status.TERMINATED, actor, reason)


def confirm_report(work: Work, actor: Actor, report_id: str) -> DeathReportRow:
    """A second person makes it stand. Raises DeathRefused, ReportHidden."""
    report = _to_act(work, actor, report_id)
    require_allowed(ReportState(report.state), ReportAction.CONFIRM, actor.role)
    if report.reported_by == actor.account_id:
        raise DeathRefused("这份报告是您自己填的，要由另一位同事核实（双人复核）。")
    report.confirmed_by_name, report.confirmed_at = actor.display_name, work.now
    _audit(work, actor, "death.confirmed", report)
    make_stand(work, report, _end_claim_by(actor))
    return report


def withdraw_report(work: Work, actor: Actor, report_id: str, reason: str) -> DeathReportRow:
    """误报: everything is put back, and both records stay. Raises DeathRefused, ReportHidden."""
    report = _to_act(work, actor, report_id)
    require_allowed(ReportState(report.state), ReportAction.WITHDRAW, actor.role)
    if len(reason.strip()) < 5:
        raise DeathRefused("请写明为什么是误报（至少5个字）。")
    stood = report.state == ReportState.STANDING
    report.state, report.withdrawn_at, report.standing_index = ReportState.WITHDRAWN, work.now, None
    report.withdrawn_by_name, report.withdrawn_reason = actor.display_name, reason.strip()
    _audit(work, actor, "death.withdrawn", report)
    if stood:
        put_back(work, report, lambda work, case, said: walk.reopen_case(work, case, actor, said), actor.display_name)
    return report


def _to_act(work: Work, actor: Actor, report_id: str) -> DeathReportRow:
    report = lock_report(work.session, report_id)
    if report is None or not may_see(work, actor, report):
        raise ReportHidden
    return report


def may_see(work: Work, actor: Actor, report: DeathReportRow) -> bool:
    return actor.role in READING and work.catalogue.regions.lies_in(report.village_code, actor.desk.region_code)


def acknowledge(work: Work, actor: Actor, notice_id: int) -> DeathNoticeRow:
    """已收到、已处理: by the department it was sent to. Raises ReportHidden."""
    notice = lock_notice(work.session, notice_id)
    at_desk = notice and (notice.department, notice.region_code) == (actor.desk.department, actor.desk.region_code)
    if notice is None or not at_desk or actor.role not in (Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD):
        raise ReportHidden
    if notice.acknowledged_at is None:
        notice.acknowledged_at, notice.acknowledged_by = work.now, actor.display_name
        append_audit(
            work.session,
            at=work.now,
            actor=actor.account_id,
            action="death.acknowledged",
            subject=notice.report_id,
            detail={"kind": notice.kind, "department": notice.department},
        )
    return notice


def _audit(work: Work, actor: Actor, action: str, report: DeathReportRow) -> None:
    append_audit(work.session, at=work.now, actor=actor.account_id, action=action, subject=report.id)
