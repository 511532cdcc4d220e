"""Takes a packet in exactly once: opens it, keeps the documents, opens the case and starts its clock."""

import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from pypdf import PdfReader

from forms.catalogue import digest_of
from forms.check import find_gaps
from forms.clock import local_date
from forms.condition import with_visit_day
from forms.identity import mask_name, normal_id_number
from forms.item import ServiceItem
from forms.packet import Agent, Document, Manifest, PacketFault, open_packet
from server.db import case as db
from server.db.case import CaseRow, DocumentRow, StageRow
from server.db.catalogue import find_version_by_digest
from server.db.correction import find_correction_by_packet
from server.db.deadline import list_clocks
from server.db.resident import ResidentRow
from server.db.staff import find_staff_by_name
from server.domain.case import Status
from server.domain.people import desk_of
from server.domain.review import StageState
from server.domain.words import STATUS
from server.services import deadline, walk
from server.services.answers import seal_answers
from server.services.catalogue import stopped_since
from server.services.conflict import flag_at_intake
from server.services.correction import answer_correction
from server.services.duplicate import flag_duplicates
from server.services.event import record_event
from server.services.item_version import version_of
from server.services.machine import Machine
from server.services.resident import resident_of
from server.services.staff import may_receive_in
from server.services.work import Tools, Work

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class OpenedPacket:
    """A packet whose every hash was checked and whose documents are durably kept; `sheets` counts each PDF's pages."""

    manifest: Manifest
    sheets: dict[str, int]


@dataclass(frozen=True)
class TakenIn:
    """What the kiosk prints on the receipt."""

    case_number: str
    lookup_code: str
    item_name: str
    status_label: str
    due_on: str | None
    received_at: str


def open_sealed_packet(tools: Tools, sealed: bytes, packet_id: str) -> OpenedPacket:
    """Open, verify and keep the documents; no database needed, so no lock is held meanwhile. Raises PacketFault."""
    manifest, contents = open_packet(sealed, tools.vault.packet_key)
    if manifest.packet_id != packet_id:
        raise PacketFault("材料包的编号和上传时报的不一致，没有收下。请重新上传这一件。")
    sheets = {document.material_id: _count_sheets(document, contents) for document in manifest.documents}
    for document in manifest.documents:
        tools.blobs.put(document.sha256, contents[document.file_name])
    return OpenedPacket(manifest, sheets)


def _count_sheets(document: Document, contents: dict[str, bytes]) -> int:
    """The PDF's own pages: two sides of a card stand on one sheet. Raises PacketFault for what no reader could open."""
    try:
        return len(PdfReader(io.BytesIO(contents[document.file_name])).pages)
    except Exception:  # pypdf raises many kinds for a file it cannot read; whatever it was, the file is of no use
        raise PacketFault(f"“{document.name}”打不开，不是完好的PDF，没有收下。请在拍材料那一步重新拍这一样。") from None


def find_taken_in(work: Work, packet_id: str, machine: Machine) -> TakenIn | None:
    """The answer already given for this packet: asking twice opens no second case.

    Only to its own village (BOLA): the answer holds the lookup code.
    """
    case = db.find_case_by_packet(work.session, packet_id)
    if case is None and (correction := find_correction_by_packet(work.session, packet_id)):
        case = work.session.get(CaseRow, correction.case_id)
    return _taken_in(work, case) if case and case.village_code == machine.village_code else None


def take_in_packet(work: Work, opened: OpenedPacket, machine: Machine) -> TakenIn:
    """Open the case, or add the corrected papers to it. Idempotent by packet id. Raises PacketFault."""
    manifest = opened.manifest
    if taken := find_taken_in(work, manifest.packet_id, machine):
        return taken
    if manifest.machine_id != machine.id or manifest.village_code != machine.village_code:
        raise PacketFault("材料包不是这台电脑在本村收的，没有收下。请在收件的那台电脑上上传。")
    opened = replace(opened, manifest=manifest.model_copy(update={"agent": _known_agent(work, manifest)}))
    case = _answer(work, opened) if manifest.kind == "correction" else _open_case(work, opened, machine)
    return _taken_in(work, case)


def _known_agent(work: Work, manifest: Manifest) -> Agent:
    """Every receipt has a person who answers for it, by the name on the account and not by one a packet states.

    One who has left or moved since still answers for what was received, and one who stood in. Raises PacketFault.
    """
    row = find_staff_by_name(work.session, manifest.agent.sign_in_name)
    if row is None or not may_receive_in(work, row, manifest.village_code, manifest.received_at):
        raise PacketFault("收件人不是本村登记的代办员，没有收下。请用本村代办员的账号重新登录后上传。")
    return Agent(sign_in_name=row.sign_in_name, display_name=row.display_name)


def _taken_in(work: Work, case: CaseRow) -> TakenIn:
    promised = next(clock for clock in list_clocks(work.session, case.id) if clock.kind == "promised")
    return TakenIn(
        case_number=case.case_number,
        lookup_code=case.lookup_code,
        item_name=case.item_name,
        status_label=STATUS[case.status],
        due_on=promised.due_on.isoformat() if promised.due_on else None,
        received_at=case.received_at.isoformat(),
    )


def _open_case(work: Work, opened: OpenedPacket, machine: Machine) -> CaseRow:
    manifest = opened.manifest
    if same_visit := db.find_case_by_lookup_code(work.session, manifest.lookup_code):
        return _of_same_visit(same_visit, manifest)
    item = item_served_under(work, manifest)
    _require_offered(work, manifest, machine)
    _require_complete(item, manifest)
    case = _case_row(work, item, manifest, machine)
    work.session.add(case)
    work.session.flush()
    _keep_documents(work, case, opened)
    deadline.start_promised_clock(work, case, item)
    _finish_receipt(work, case, item, manifest)
    record_event(
        work,
        case,
        "received",
        manifest.agent.display_name,
        "村里已收齐材料，拍照后原件当场退还。",
        happened_at=case.received_at,
    )
    walk.move_on(work, case, manifest.answers)
    flag_at_intake(work, case)
    flag_duplicates(work, case)
    return case


def _finish_receipt(work: Work, case: CaseRow, item: ServiceItem, manifest: Manifest) -> None:
    """The village's own first step is done with the packet; an item that begins elsewhere (MZ-009) has none."""
    if (item.stages[0].level, item.stages[0].action) == ("village", "accept"):
        case.stages[0].opened_at = manifest.visit_started_at
        walk.finish_stage(work, case.stages[0], StageState.DONE, manifest.agent.display_name)


def _of_same_visit(case: CaseRow, manifest: Manifest) -> CaseRow:
    """A visit packed anew because the first answer never reached the kiosk: the lookup code says it is the same one."""
    if case.machine_id != manifest.machine_id or case.item_code != manifest.item_code:
        raise PacketFault("这个查询码已经用在别的办件上，没有收下。请重新办这一件，打印新的回执。")
    return case


def item_served_under(work: Work, manifest: Manifest) -> ServiceItem:
    """The version the villager was served under, even when another was published before the line came back.

    What was complete at the counter stays complete (不得因目录修改让群众再跑一趟). Raises UnknownItem.
    """
    current, code, digest = work.catalogue.items.get(manifest.item_code), manifest.item_code, manifest.item_digest
    if digest is None or (current and digest_of(current) == digest):
        return work.catalogue.get_item(code)
    shipped = work.tools.catalogue.items.get(code)
    if shipped and digest_of(shipped) == digest:
        return shipped
    row = find_version_by_digest(work.session, "item", code, digest)
    return ServiceItem.model_validate(row.content) if row else work.catalogue.get_item(code)


def _require_offered(work: Work, manifest: Manifest, machine: Machine) -> None:
    """Nothing new is begun under a suspended item; what the village received before that is taken in. Raises PacketFault."""
    reason = work.catalogue.suspended.get(manifest.item_code)
    since = stopped_since(work, "item", manifest.item_code) if reason else None
    if since is not None and _believable(manifest.received_at, machine.enrolled_at, work.now) >= since:
        raise PacketFault(f"这个事项现在不办了，没有收下。{reason}。请告诉群众原因；要问清楚，请打电话给主管部门。")


def _require_complete(item: ServiceItem, manifest: Manifest) -> None:
    """The server asks the same question the kiosk did; a packet with gaps would cost the villager a second trip."""
    pages, answers = _pages_of(manifest), with_visit_day(manifest.answers, local_date(manifest.received_at))
    unknown = pages.keys() - item.materials_by_id.keys()
    gaps = [gap.sentence for gap in find_gaps(item, answers, pages)]
    if unknown:
        gaps.append("有材料不在这个事项的材料清单里。")
    if gaps:
        raise PacketFault(f"材料还不齐，没有收下：{''.join(gaps[:5])}请补齐后重新上传。")


def _pages_of(manifest: Manifest) -> dict[str, int]:
    return {document.material_id: document.pages for document in manifest.documents}


def _case_row(work: Work, item: ServiceItem, manifest: Manifest, machine: Machine) -> CaseRow:
    case_id = uuid4().hex
    regions = work.catalogue.regions
    received_at = _believable(manifest.received_at, machine.enrolled_at, work.now)
    county = regions.ancestor(manifest.village_code, "county")
    resident = _resident(work, item, manifest)
    return CaseRow(
        id=case_id,
        case_number=db.next_case_number(work.session, county.code, local_date(received_at)),
        lookup_code=manifest.lookup_code,
        packet_id=manifest.packet_id,
        item_code=item.code,
        item_name=item.name,
        item_version=version_of(item),
        item_digest=digest_of(item),
        catalogue_digest=work.catalogue.digest,
        village_code=manifest.village_code,
        resident_id=resident.id,
        applicant_masked=mask_name(item.applicant_name(manifest.answers)),
        sealed_answers=seal_answers(work, case_id, manifest.answers),
        agent_name=manifest.agent.sign_in_name,
        agent_display_name=manifest.agent.display_name,
        machine_id=manifest.machine_id,
        status=Status.AWAITING_ACCEPTANCE,
        received_at=received_at,
        taken_in_at=work.now,
        stages=_stage_rows(work, item, manifest.village_code),
    )


def _believable(received_at: datetime, enrolled_at: datetime, now: datetime) -> datetime:
    """The kiosk's time of receipt, when it can be true.

    A village PC whose clock runs ahead must not start a limit in the future; one whose battery died must not start it
    years ago: nothing was received at a machine before it was enrolled.
    """
    return received_at if enrolled_at - CLOCK_TOLERANCE <= received_at <= now + CLOCK_TOLERANCE else now


def _stage_rows(work: Work, item: ServiceItem, village_code: str) -> list[StageRow]:
    rows = []
    for position, stage in enumerate(item.stages):
        desk = desk_of(stage, village_code, work.catalogue.regions)
        rows.append(
            StageRow(
                position=position,
                stage_id=stage.id,
                department=desk.department,
                region_code=desk.region_code,
                state=StageState.PENDING,
            )
        )
    return rows


def _resident(work: Work, item: ServiceItem, manifest: Manifest) -> ResidentRow:
    number = normal_id_number(item.applicant_id_number(manifest.answers))
    if not number:
        # Everybody without a number would be one and the same person to every list that goes by it.
        raise PacketFault("没有办事人的身份证号，没有收下。请在填表那一步填好，再上传。")
    return resident_of(work, number, item.applicant_name(manifest.answers))


def _keep_documents(work: Work, case: CaseRow, opened: OpenedPacket) -> None:
    work.session.add_all(_document_row(case, opened, document) for document in opened.manifest.documents)


def _document_row(case: CaseRow, opened: OpenedPacket, document: Document) -> DocumentRow:
    return DocumentRow(
        id=uuid4().hex,
        case_id=case.id,
        packet_id=opened.manifest.packet_id,
        material_id=document.material_id,
        name=document.name,
        sha256=document.sha256,
        size=document.size,
        pages=document.pages,
        sheets=opened.sheets[document.material_id],
        captured_at=document.captured_at,
        checked_with_original=document.checked_with_original,
    )


def _answer(work: Work, opened: OpenedPacket) -> CaseRow:
    manifest = opened.manifest
    case = db.lock_case(work.session, manifest.case_number or "")
    if case is None or case.village_code != manifest.village_code or case.lookup_code != manifest.lookup_code:
        raise PacketFault("没有找到要补正的办件，没有收下。请从首页“要补材料的”里重新打开这一件。")
    answer_correction(
        work,
        case,
        manifest.packet_id,
        _pages_of(manifest),
        manifest.agent.display_name,
    )
    _keep_documents(work, case, opened)
    return case
