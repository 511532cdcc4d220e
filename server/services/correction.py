"""补正: asks for every missing paper at once, stops the clock, and lets the case go on when the papers come."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from forms.catalogue import content_of
from forms.item import Material, ServiceItem
from forms.packet import PacketFault
from server.db import correction as db
from server.db.case import CaseRow, list_cases_in_status, list_documents, list_events
from server.db.correction import CorrectionRow
from server.domain.card_rules import Rule
from server.domain.case import Action, Status, require_allowed
from server.domain.correction import CorrectionPoint, CorrectionRefused, require_one_time, require_sound, visible_before
from server.domain.people import Actor, Desk
from server.domain.words import CORRECTION_REASON, LABELS
from server.services import deadline
from server.services.acceptance import require_open_for_refusal
from server.services.event import record_event
from server.services.item_version import item_of
from server.services.review import require_reason, stage_at_desk
from server.services.work import Work


def request_correction(work: Work, case: CaseRow, actor: Actor, points: list[CorrectionPoint]) -> None:
    """By the desk that holds the case. Raises ActionNotAllowed, NotYourDesk, CorrectionRefused."""
    stage_at_desk(work, case, actor, Action.REQUEST_CORRECTION)
    require_open_for_refusal(work, case)
    materials = {material.id: material for material in correctable_materials(item_of(case))}
    require_sound(points, set(materials))
    _require_told_at_once(work, case, points)
    work.session.add(
        CorrectionRow(
            case_id=case.id,
            requested_at=work.now,
            requested_by=actor.display_name,
            desk=f"{actor.desk.region_code} {actor.desk.department}",
            points=[asdict(point) for point in points],
            status_before=case.status,
        )
    )
    case.status = Status.AWAITING_CORRECTION
    deadline.keep_time(work, case)
    asked = "；".join(f"{materials[point.material_id].name}{CORRECTION_REASON[point.reason]}" for point in points)
    note = f"{asked}。请到村里补一次就行，补材料的时间不计入时限。"
    brief = f"有{len(points)}样材料要补，请点开看"
    record_event(work, case, "correction_requested", actor.display_name, note, brief=brief)


def _require_told_at_once(work: Work, case: CaseRow, points: list[CorrectionPoint]) -> None:
    """A second request: what was brought anew may be found wanting, what lay there the first time should have been told."""
    earlier = db.list_corrections(work.session, case.id)
    if not earlier:
        return
    again = visible_before(points, {point["material_id"] for request in earlier for point in request.points})
    require_one_time(again, allowed=_second_is_allowed(work, case, earlier[-1]))
    if again:
        region_code, _, department = earlier[0].desk.partition(" ")
        evidence = {"asked_at": earlier[0].requested_at.isoformat(), "again": [point.material_id for point in again]}
        deadline.record_fault(work, case, Rule.NO_ONE_TIME_NOTICE, Desk(department, region_code), evidence)


def _second_is_allowed(work: Work, case: CaseRow, latest: CorrectionRow) -> bool:
    return any(
        event.kind == "second_correction_allowed" and event.happened_at > latest.requested_at
        for event in list_events(work.session, case.id)
    )


def allow_second_correction(work: Work, case: CaseRow, actor: Actor, reason: str) -> None:
    """The supervisor's leave, on record with its reason. Raises ActionNotAllowed, ReasonMissing, CorrectionRefused."""
    require_allowed(Status(case.status), Action.ALLOW_SECOND_CORRECTION, actor.role, LABELS)
    require_reason(reason)
    if not db.list_corrections(work.session, case.id):
        raise CorrectionRefused("这件还没有补正过，经办部门可以直接一次性告知，不用准许。")
    record_event(work, case, "second_correction_allowed", actor.display_name, reason)


def correctable_materials(item: ServiceItem) -> list[Material]:
    """What a villager can be asked to bring again: never a paper that departments hold themselves."""
    return [material for material in item.materials if material.source != "department"]


def answer_correction(work: Work, case: CaseRow, packet_id: str, pages: Mapping[str, int], agent_name: str) -> None:
    """Take the corrected papers; the older ones stay on record. Raises PacketFault when they do not answer the request.

    `pages` counts the captured pages of each material: half a paper would spoil the one correction there is.
    """
    correction = db.find_open_correction(work.session, case.id)
    # A packet may lie at the village for days: what ended meanwhile must not be opened again by it.
    if correction is None or case.status != Status.AWAITING_CORRECTION:
        raise PacketFault("这件现在不需要补材料，没有收下。请在首页“要补材料的”里核对。")
    asked = {point["material_id"] for point in correction.points}
    materials = item_of(case).materials_by_id
    if missing := [materials[name] for name in sorted(asked) if pages.get(name, 0) < len(materials[name].page_names)]:
        names = "、".join(material.name for material in missing)
        raise PacketFault(f"要求补正的材料还没有补齐：{names}。请补齐后重新上传。")
    if set(pages) - asked:
        raise PacketFault("里面有没有要求补正的材料，没有收下。请只补要求的那几样。")
    for document in list_documents(work.session, case.id):
        if document.material_id in asked:
            document.replaced_at = work.now
    correction.answered_at = work.now
    correction.answered_packet_id = packet_id
    case.status = correction.status_before
    deadline.keep_time(work, case)
    record_event(work, case, "correction_answered", agent_name, "补的材料已收到，继续办理。")


@dataclass(frozen=True)
class PaperToBring:
    """One paper the villager is asked for again."""

    material_id: str
    material_name: str
    reason_label: str
    note: str


@dataclass(frozen=True)
class OpenCorrection:
    """A case that waits for papers, as the village sees it; the name is masked.

    `item`: the version the case was accepted under, where another is in force now: by that one the papers are judged.
    """

    case_number: str
    lookup_code: str
    item_code: str
    item_name: str
    applicant: str
    requested_at: str
    reasons: tuple[PaperToBring, ...]
    item: dict[str, Any] | None


def list_open_corrections(work: Work, village_code: str) -> list[OpenCorrection]:
    """What this village still has to bring, oldest first."""
    waiting = list_cases_in_status(work.session, Status.AWAITING_CORRECTION, village_code)
    found = [(case, db.find_open_correction(work.session, case.id)) for case in waiting]
    return [_open_correction(work, case, correction) for case, correction in found if correction]


def _open_correction(work: Work, case: CaseRow, correction: CorrectionRow) -> OpenCorrection:
    accepted_under, in_force = item_of(case), work.catalogue.items.get(case.item_code)
    return OpenCorrection(
        case_number=case.case_number,
        lookup_code=case.lookup_code,
        item_code=case.item_code,
        item_name=case.item_name,
        applicant=case.applicant_masked,
        requested_at=correction.requested_at.isoformat(),
        reasons=papers_to_bring(case, correction),
        item=None if accepted_under == in_force else content_of(accepted_under),
    )


def papers_to_bring(case: CaseRow, correction: CorrectionRow) -> tuple[PaperToBring, ...]:
    materials = item_of(case).materials_by_id
    return tuple(
        PaperToBring(
            material_id=point["material_id"],
            material_name=materials[point["material_id"]].name,
            reason_label=CORRECTION_REASON[point["reason"]],
            note=point["note"],
        )
        for point in correction.points
    )
