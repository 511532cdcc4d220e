"""What screens read of reports of a death: the list, this desk's tasks, and one report with everything it did."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from forms.identity import mask_id_number
from server.db.audit import append_audit
from server.db.death import (
    DeathNoticeRow,
    DeathReportRow,
    find_report,
    list_effects,
    list_notices_at_desk,
    list_notices_of,
    list_reports,
)
from server.domain.death import READING, REPORT_STATE, SOURCES, ReportState, allowed_actions
from server.domain.people import Actor
from server.services.death import ReportHidden, may_see
from server.services.work import Work

SHOWN = 100


@dataclass(frozen=True)
class ReportLine:
    """A report in a list."""

    id: str
    name: str
    village: str
    died_on: date
    state: str
    state_label: str
    reported_by: str
    reported_at: datetime


@dataclass(frozen=True)
class Task:
    """What one desk was told to do."""

    id: int
    report_id: str
    kind: str
    department: str
    what: str
    sent_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    whose: ReportLine


@dataclass(frozen=True)
class Effect:
    """One thing that changed, and how it was put back."""

    words: str
    undone_at: datetime | None
    undone: str | None


@dataclass(frozen=True)
class ReportPage:
    """One report with what it did; names and numbers masked unless asked for in full."""

    line: ReportLine
    name: str
    id_number: str
    source: str
    confirmed_by: str | None
    confirmed_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    effects: tuple[Effect, ...]
    tasks: tuple[Task, ...]
    actions: tuple[str, ...]


def list_death_reports(work: Work, actor: Actor) -> list[ReportLine]:
    if actor.role not in READING:
        return []
    codes = work.catalogue.regions.village_codes_in(actor.desk.region_code)
    return [_line(work, report) for report in list_reports(work.session, codes, SHOWN)]


def list_tasks(work: Work, actor: Actor) -> list[Task]:
    """What this desk was told and has not acknowledged."""
    notices = list_notices_at_desk(work.session, actor.desk.department, actor.desk.region_code)
    return [_task(work, notice) for notice in notices]


def report_page(work: Work, actor: Actor, report_id: str, *, in_full: bool = False) -> ReportPage:
    """Raises ReportHidden."""
    report = find_report(work.session, report_id)
    if report is None or not may_see(work, actor, report):
        raise ReportHidden
    person = json.loads(work.tools.vault.open(report.sealed, f"death report {report.id}"))
    return ReportPage(
        line=_line(work, report),
        name=person["name"] if in_full else report.name_masked,
        id_number=person["id_number"] if in_full else mask_id_number(person["id_number"]),
        source=SOURCES[report.source],
        confirmed_by=report.confirmed_by_name,
        confirmed_at=report.confirmed_at,
        withdrawn_by=report.withdrawn_by_name,
        withdrawn_at=report.withdrawn_at,
        withdrawn_reason=report.withdrawn_reason,
        effects=tuple(
            Effect(row.note, row.undone_at, row.undone_note) for row in list_effects(work.session, report.id)
        ),
        tasks=tuple(_task(work, notice) for notice in list_notices_of(work.session, report.id)),
        actions=tuple(action.value for action in allowed_actions(ReportState(report.state), actor.role)),
    )


def note_full_report(work: Work, actor: Actor, report_id: str) -> None:
    """Who looked at unmasked personal data, and when (个人信息保护法 第51条). Raises ReportHidden."""
    report_page(work, actor, report_id)
    append_audit(work.session, at=work.now, actor=actor.account_id, action="death.viewed_in_full", subject=report_id)


def _line(work: Work, report: DeathReportRow) -> ReportLine:
    return ReportLine(
        report.id,
        report.name_masked,
        work.catalogue.regions.full_name(report.village_code),
        report.died_on,
        report.state,
        REPORT_STATE[report.state],
        report.reported_by_name,
        report.reported_at,
    )


def _task(work: Work, notice: DeathNoticeRow) -> Task:
    report = find_report(work.session, notice.report_id)
    assert report is not None  # the notice's own
    return Task(
        notice.id,
        notice.report_id,
        notice.kind,
        notice.department,
        notice.what,
        notice.sent_at,
        notice.acknowledged_at,
        notice.acknowledged_by,
        _line(work, report),
    )
