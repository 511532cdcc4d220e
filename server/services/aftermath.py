"""What a completed case sets going: a benefit, its confirmation for another term, or the consequences of a death."""

import json
from datetime import date
from uuid import uuid4

from forms.identity import mask_name, normal_id_number
from forms.item import Answers
from server.db.case import CaseRow
from server.db.death import DeathReportRow, find_standing_report
from server.domain.death import REGISTRATION, ReportState
from server.services.benefit import open_benefits
from server.services.death_effects import EndClaim, make_stand
from server.services.event import SYSTEM
from server.services.recheck import confirm_by_case
from server.services.resident import number_index
from server.services.work import Work


def begin_what_follows(work: Work, case: CaseRow, answers: Answers, end_claim: EndClaim) -> None:
    """Called when a case is completed. `end_claim` is the walk's own: a death registered ends other cases."""
    open_benefits(work, case, answers)
    confirm_by_case(work, case)
    if case.item_code == REGISTRATION:
        _death_registered(work, case, answers, end_claim)


def _death_registered(work: Work, case: CaseRow, answers: Answers, end_claim: EndClaim) -> None:
    """死亡登记 is the strongest report there is: it confirms an earlier one, its date before the reported, or is one itself."""
    stated = _deceased(answers)
    if stated is None:
        return  # a city may have changed the form: the registration stands, and a desk reports by hand
    number, name, died_on = stated
    report = find_standing_report(work.session, number_index(work, number))
    if report is None:
        report = new_report(work, number, name, case.village_code, died_on, "registration")
        report.reported_by, report.reported_by_name, report.case_id = "system", SYSTEM, case.id
        work.session.flush()
    if report.state == ReportState.REPORTED:
        report.died_on = died_on
        report.confirmed_by_name, report.confirmed_at = f"死亡登记 {case.case_number}", work.now
        make_stand(work, report, end_claim)


def _deceased(answers: Answers) -> tuple[str, str, date] | None:
    number, name = str(answers.get("deceased_id") or ""), str(answers.get("deceased_name") or "")
    try:
        died_on = date.fromisoformat(str(answers.get("death_date") or ""))
    except ValueError:
        return None
    return (normal_id_number(number), name, died_on) if number and name else None


def new_report(work: Work, number: str, name: str, village_code: str, died_on: date, source: str) -> DeathReportRow:
    """Sealed and not yet standing; whoever makes it says who reports."""
    report_id, index = uuid4().hex, number_index(work, number)
    stated = json.dumps({"name": name, "id_number": number}, ensure_ascii=False).encode()
    report = DeathReportRow(
        id=report_id,
        village_code=village_code,
        number_index=index,
        standing_index=index,
        sealed=work.tools.vault.seal(stated, f"death report {report_id}"),
        name_masked=mask_name(name),
        died_on=died_on,
        source=source,
        state=ReportState.REPORTED,
        reported_by="",
        reported_by_name="",
        reported_at=work.now,
    )
    work.session.add(report)
    return report
