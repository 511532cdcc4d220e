"""Packs a checked visit: binds each material into a PDF, writes the manifest, and seals both to the server's key."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from forms import packet
from forms.identity import mask_name
from forms.item import Material, ServiceItem
from kiosk.flow import Visit, captured_materials
from kiosk.screen.paper import CapturedPage, Paper
from kiosk.server_link import MachineCredentials

ReadPage = Callable[[str], bytes]


class PacketTooLarge(Exception):
    """More pages than a packet may carry."""

    code = "packet_too_large"


def seal_visit(
    visit: Visit,
    item: ServiceItem,
    *,
    read_page: ReadPage,
    paper: Paper,
    machine: MachineCredentials,
    catalogue_digest: str,
    received_at: datetime,
) -> bytes:
    """The sealed packet of a visit that has no gaps. Raises PacketTooLarge."""
    documents, contents = [], {}
    for material in captured_materials(visit, item):
        document, content = _document(visit, item, material, read_page, paper)
        documents.append(document)
        contents[document.file_name] = content
    manifest = packet.Manifest(
        packet_id=visit.packet_id,
        kind=visit.kind,
        item_code=item.code,
        catalogue_digest=catalogue_digest,
        lookup_code=visit.lookup_code,
        case_number=visit.case_number,
        village_code=machine.village_code,
        machine_id=machine.machine_id,
        agent=visit.agent,
        visit_started_at=visit.started_at,
        notice_sheet_printed_at=visit.notice_sheet_printed_at,
        received_at=received_at,
        item_digest=visit.item_digest,
        answers=visit.answers,
        documents=tuple(documents),
    )
    key = X25519PublicKey.from_public_bytes(bytes.fromhex(machine.server_public_key))
    sealed = packet.seal_packet(manifest, contents, key)
    if len(sealed) > packet.MAX_PACKET_BYTES:
        raise PacketTooLarge("拍的页数太多，一份装不下。请去掉一些重复的页，再上传。")
    return sealed


def _document(
    visit: Visit, item: ServiceItem, material: Material, read_page: ReadPage, paper: Paper
) -> tuple[packet.Document, bytes]:
    pages = visit.pages[material.id]
    captured = [CapturedPage(page, read_page(page.page_id), visit.readings.get(page.page_id)) for page in pages]
    content = paper.bundle(item, material, captured)
    if len(content) > packet.MAX_DOCUMENT_BYTES:
        raise PacketTooLarge(f"“{material.name}”拍的页数太多，装不下。请去掉一些重复的页，再上传。")
    described = packet.describe_document(
        material.id, material.name, content, len(pages), pages[-1].captured_at, material.id in visit.checked
    )
    return described, content


def receipt_facts(visit: Visit, item: ServiceItem, received_at: datetime) -> dict[str, Any]:
    """What a receipt shows after the draft is gone: no number, no answer, the applicant masked.

    A correction asks for no name; its applicant is masked the way the township told it.
    """
    return {
        "kind": visit.kind,
        "item_code": item.code,
        "item_name": item.name,
        "lookup_code": visit.lookup_code,
        "case_number": visit.case_number,
        "applicant": mask_name(item.applicant_name(visit.answers)) or visit.applicant_masked or "见原件",
        "agent_name": visit.agent.display_name,
        "received_at": received_at.isoformat(),
        "materials": [
            {"name": material.name, "pages": len(visit.pages[material.id])}
            for material in captured_materials(visit, item)
        ],
    }
