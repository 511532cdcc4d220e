"""What the visit is about: an application or a correction, who serves it, and the sheets printed on the way."""

from datetime import datetime

from forms.catalogue import digest_of
from forms.item import ServiceItem
from forms.packet import Agent
from kiosk.flow.steps import StepNotAllowed, changed, require
from kiosk.flow.visit import CorrectionReason, Visit


def begin_visit(*, visit_id: str, packet_id: str, lookup_code: str, agent: Agent, started_at: datetime) -> Visit:
    """A villager steps up. The ids are made by the caller; `packet_id` makes every later retry harmless."""
    return Visit(visit_id=visit_id, packet_id=packet_id, lookup_code=lookup_code, agent=agent, started_at=started_at)


def choose_item(visit: Visit, item: ServiceItem) -> Visit:
    """Choose what is applied for; another item may be chosen until something was answered."""
    require(visit, "choose_item")
    if visit.answers and item.code != visit.item_code:
        raise StepNotAllowed(visit, "choose_item", "已经填了表，不能再换事项。要换就点“不办了”，重新开始。")
    cards = visit.cards if item.code == visit.item_code else ()
    chosen = changed(visit, item_code=item.code, item_digest=digest_of(item), cards=cards)
    return changed(chosen, step="notice", notice_sheet_printed_at=None)


def begin_correction(
    visit: Visit,
    item: ServiceItem,
    *,
    case_number: str,
    lookup_code: str,
    reasons: tuple[CorrectionReason, ...],
    applicant_masked: str | None = None,
) -> Visit:
    """补正: only what the department asked for is photographed again; the case keeps its number and lookup code."""
    require(visit, "choose_item")
    return changed(
        visit,
        kind="correction",
        item_code=item.code,
        item_digest=digest_of(item),
        case_number=case_number,
        lookup_code=lookup_code,
        applicant_masked=applicant_masked,
        reasons=reasons,
        step="capture",
    )


def take_over(visit: Visit, agent: Agent) -> Visit:
    """Another agent goes on with the draft and answers for it from now on (谁受理谁负责)."""
    require(visit, "take_over")
    return changed(visit, agent=agent)


def record_notice_printed(visit: Visit, printed_at: datetime) -> Visit:
    require(visit, "print_notice")
    return changed(visit, notice_sheet_printed_at=printed_at)


def record_form_printed(visit: Visit, printed_at: datetime) -> Visit:
    require(visit, "print_form")
    return changed(visit, form_printed_at=printed_at)
