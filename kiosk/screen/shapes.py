"""What the page and the headless demo read: visits, items and packets as JSON-ready dictionaries, words included."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

from forms.check import Gap, questions
from forms.clock import written_date, written_time
from forms.item import Material, ServiceItem, days_in_words
from forms.notice_sheet import FORM_WORDS
from kiosk import flow
from kiosk.flow import Page, Visit
from kiosk.outbox import ENTRY_ALLOWED, STATE_WORDS, Entry
from kiosk.reading.answers import Suggestion
from kiosk.screen.captures import CaptureOutcome
from kiosk.screen.cards import card_places
from kiosk.screen.counter import Counter
from kiosk.screen.eye import Look
from kiosk.screen.readings import Readings, Remark, disagreements_in, remarks_on, suggestions_for
from kiosk.screen.watch import Seen

#: what stands on a page that was kept although something was found
DESPITE_WORDS = {
    "glare": "反光", "too_dark": "太暗", "too_small": "太小", "obstructed": "有遮挡", "wrong_page": "不是要的这张",
    "same_page": "拍了两次", "blurred": "模糊", "cut_off": "没拍全", "no_sheet": "没找到纸边",
}  # fmt: skip


def despite_words(codes: Sequence[str]) -> list[str]:
    """In words, what was found on a page that was kept all the same."""
    return [DESPITE_WORDS.get(code, "有瑕疵") for code in codes]


def item_line(item: ServiceItem) -> dict[str, Any]:
    """One item to choose from."""
    return {
        "code": item.code,
        "name": item.name,
        "department": item.department,
        "audience": item.audience,
        "summary": item.summary,
        "promised": days_in_words(item.promised_days, item.promised_unit),
        "fee": item.fee,
        "confirmed": item.is_confirmed,
        "materials": len([material for material in item.materials if material.source != "department"]),
    }


def shaped(counter: Counter) -> dict[str, Any] | None:
    """The visit in hand as the page reads it."""
    visit = counter.visit
    if visit is None:
        return None
    return visit_shape(visit, counter.item() if visit.item_code else None, counter.readings)


def visit_shape(visit: Visit, item: ServiceItem | None, readings: Readings) -> dict[str, Any]:
    """Everything the wizard shows of the visit in hand."""
    shape: dict[str, Any] = {
        "visit_id": visit.visit_id,
        "packet_id": visit.packet_id,
        "lookup_code": visit.lookup_code,
        "kind": visit.kind,
        "case_number": visit.case_number,
        "step": visit.step,
        "open_steps": [] if flow.is_put_away(visit) else list(flow.OPEN_STEPS[visit.kind]),
        "allowed": list(flow.allowed_actions(visit)),
        "started_at": visit.started_at.isoformat(),
        "notice_sheet_printed_at": _instant(visit.notice_sheet_printed_at),
        "form_printed_at": _instant(visit.form_printed_at),
        "refusal": visit.refusal.model_dump(include={"reason", "reference"}) if visit.refusal else None,
        "reasons": [reason.model_dump() for reason in visit.reasons],
        "item": item_line(item) if item else None,
    }
    if item and not flow.is_put_away(visit):
        shape |= _work(visit, item, readings)
    return shape


def _work(visit: Visit, item: ServiceItem, readings: Readings) -> dict[str, Any]:
    following = flow.next_page(visit, item)
    remarks = remarks_on(visit, item)
    page = partial(_page, visit, remarks, readings)
    return {
        "notice": _notice(item),
        "fields": _fields(visit, item),
        "questions": [_question(visit, one) for one in questions(item)],
        "materials": [_material(visit, one, page) for one in flow.materials_to_capture(visit, item)],
        "loose": [page(one, f"第{number}张") for number, one in enumerate(visit.pages.get(flow.LOOSE, ()), 1)],
        "next": following.model_dump() if following else None,
        "retaking": list(visit.retaking) if visit.retaking else None,
        "undo": flow.ACTION_WORDS[visit.undo.action] if visit.undo else None,
        "cards": [asdict(place) for place in card_places(visit, item)],
        "disagreements": list(disagreements_in(visit)),
        "reading_trouble": readings.trouble,
        "gaps": [gap_shape(gap) for gap in flow.find_visit_gaps(visit, item)],
    }


def _question(visit: Visit, one: Material) -> dict[str, Any]:
    return {
        "id": one.question,
        "label": f"{one.condition}？",
        "material": one.name,
        "value": visit.answers.get(one.question),
    }


def _notice(item: ServiceItem) -> dict[str, Any]:
    """What the agent reads out before printing."""
    return {
        "eligibility": list(item.eligibility),
        "materials": [
            {
                "name": material.name,
                "form": FORM_WORDS[material.form],
                "condition": material.condition,
                "source": material.source,
            }
            for material in item.materials
        ],
        "result": item.result,
    }


def _fields(visit: Visit, item: ServiceItem) -> list[dict[str, Any]]:
    faults = {gap.id: gap.sentence for gap in flow.find_answer_faults(visit, item)}
    offers = {offer.field_id: offer for offer in suggestions_for(visit, item)}
    return [
        {
            "id": field.id,
            "label": field.label,
            "type": field.type,
            "required": field.required,
            "choices": list(field.choices),
            "help": field.help,
            "unit": field.unit,
            "value": visit.answers.get(field.id),
            "fault": faults.get(field.id),
            "offer": _offer(offers.get(field.id), item, visit.answers.get(field.id)),
        }
        for field in flow.open_fields(visit, item)
    ]


def _offer(offer: Suggestion | None, item: ServiceItem, value: Any) -> dict[str, Any] | None:
    """What a paper says for a line of the form, unless it stands there already."""
    if offer is None or offer.value == value:
        return None
    return {"value": offer.value, "from": item.materials_by_id[offer.from_material].name, "trouble": offer.trouble}


def _material(visit: Visit, material: Material, page: Callable[[Page, str], dict[str, Any]]) -> dict[str, Any]:
    pages = visit.pages.get(material.id, ())
    asked_again = next((one for one in visit.reasons if one.material_id == material.id), None)
    return {
        "id": material.id,
        "name": material.name,
        "form": FORM_WORDS[material.form],
        "capture": material.capture,
        "note": material.note,
        "wanted": list(material.page_names),
        "pages": [page(one, flow.page_name(material, index)) for index, one in enumerate(pages)],
        "complete": len(pages) >= len(material.page_names),
        "checked": material.id in visit.checked,
        "reason": asked_again.model_dump() if asked_again else None,
    }


def _page(visit: Visit, remarks: dict[str, Remark], readings: Readings, page: Page, name: str) -> dict[str, Any]:
    """One page with what was read on it; `remark` is a sentence the agent should look at."""
    said, remark = visit.readings.get(page.page_id), remarks.get(page.page_id)
    return {
        "page_id": page.page_id,
        "name": name,
        "turn": page.turn,
        "kept_despite": list(page.kept_despite),
        "words": "、".join(despite_words(page.kept_despite)),
        "is_being_read": readings.is_waiting(page.page_id),
        "remark": remark.sentence if remark else None,
        "read": [{"label": one.label, "value": one.value, "trouble": one.trouble} for one in said.fields]
        if said
        else [],
    }


def gap_shape(gap: Gap) -> dict[str, Any]:
    return {"kind": gap.kind, "id": gap.id, "label": gap.label, "sentence": gap.sentence}


def draft_line(visit: Visit, item: ServiceItem | None) -> dict[str, Any]:
    """A visit put aside; enough for the agent to know it again, the applicant by family name only."""
    name = item.applicant_name(visit.answers) if item else ""
    known = f"{name[:1]}某" if name else visit.applicant_masked
    return {
        "visit_id": visit.visit_id,
        "item_name": item.name if item else "还没有选事项",
        "applicant": known or "还没有填姓名",
        "started": written_time(visit.started_at),
        "step": visit.step,
        "step_words": flow.STEP_WORDS[visit.step],
        "pages": sum(flow.count_pages(visit).values()),
    }


def entry_shape(entry: Entry) -> dict[str, Any]:
    """One packet of the outbox."""
    answer = entry.answer or {}
    return {
        "packet_id": entry.packet_id,
        "state": entry.state,
        "state_words": STATE_WORDS[entry.state],
        "allowed": list(ENTRY_ALLOWED[entry.state]),
        "item_name": entry.facts["item_name"],
        "applicant": entry.facts["applicant"],
        "kind": entry.facts["kind"],
        "packed": written_time(entry.added_at),
        "size": entry.size,
        "sent_bytes": entry.sent_bytes,
        "percent": 100 if entry.state == "delivered" else min(99, entry.sent_bytes * 100 // max(1, entry.size)),
        "attempts": entry.attempts,
        "next_try_at": entry.next_try_at.isoformat(),
        "reason": entry.reason,
        "reference": entry.reference,
        "lookup_code": answer.get("lookup_code") or entry.facts["lookup_code"],
        "case_number": answer.get("case_number") or entry.facts.get("case_number"),
        "status_label": answer.get("status_label"),
        "due_on": answer.get("due_on"),
        "due_words": _written(answer.get("due_on")),
    }


def seen_shape(seen: Seen) -> dict[str, Any]:
    """What the live view saw, and how near the sheet is to being taken by itself."""
    moment = seen.moment
    auto = {"phase": moment.phase, "share": round(moment.share, 2), "sight": moment.sight} if moment else None
    return {**look_shape(seen.look), "auto": auto}


def look_shape(look: Look) -> dict[str, Any]:
    corners = [[round(x, 1), round(y, 1)] for x, y in look.corners] if look.corners else None
    findings = [
        {
            "code": one.code,
            "sentence": one.sentence,
            "blocking": one.blocking,
            "box": list(one.box) if one.box else None,
        }
        for one in look.advice
    ]
    return {"sheet": corners, "findings": findings}


def capture_shape(outcome: CaptureOutcome) -> dict[str, Any]:
    return {
        "accepted": outcome.accepted,
        "keepable": outcome.keepable,
        "page_id": outcome.page_id,
        **look_shape(outcome.taken.look),
    }


def _written(day: Any) -> str | None:
    return written_date(date.fromisoformat(str(day)[:10]), weekday=True) if day else None


def _instant(instant: Any) -> str | None:
    return instant.isoformat() if instant else None
