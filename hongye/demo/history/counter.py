"""The village counters of the demo history: packets sealed as a kiosk seals them, and taken in as any other."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from forms.check import needed_materials
from forms.item import Answers, Material
from forms.packet import Agent, Document, Manifest, describe_document, new_lookup_code, new_packet_id, seal_packet
from hongye.demo.history.papers import specimen_paper
from hongye.demo.history.seasons import Visit
from server.db.case import CaseRow
from server.services.intake import TakenIn, open_sealed_packet, take_in_packet
from server.services.item_version import item_of
from server.services.machine import Machine
from server.services.work import Work


class VillageCounter:
    """One village's machine and its agent."""

    def __init__(self, machine: Machine, agent: Agent):
        self._machine, self._agent = machine, agent

    def receive(self, work: Work, visit: Visit, answers: Answers) -> TakenIn:
        """An application, received earlier where the line was down."""
        item = work.catalogue.get_item(visit.item_code)
        documents, contents = _documents(needed_materials(item, answers), visit.received_at)
        begun_at = visit.received_at - timedelta(minutes=25)
        manifest = Manifest(
            packet_id=new_packet_id(),
            kind="application",
            item_code=item.code,
            catalogue_digest=work.catalogue.digest,
            lookup_code=new_lookup_code(),
            village_code=self._machine.village_code,
            machine_id=self._machine.id,
            agent=self._agent,
            visit_started_at=begun_at,
            notice_sheet_printed_at=begun_at + timedelta(minutes=2),
            received_at=visit.received_at,
            answers=answers,
            documents=documents,
        )
        return self._send(work, manifest, contents)

    def bring_again(self, work: Work, case: CaseRow, material_ids: Iterable[str]) -> TakenIn:
        """The papers a desk asked for."""
        materials = [item_of(case).materials_by_id[name] for name in material_ids]
        documents, contents = _documents(materials, work.now)
        manifest = Manifest(
            packet_id=new_packet_id(),
            kind="correction",
            item_code=case.item_code,
            catalogue_digest=case.catalogue_digest,
            lookup_code=case.lookup_code,
            case_number=case.case_number,
            village_code=self._machine.village_code,
            machine_id=self._machine.id,
            agent=self._agent,
            visit_started_at=work.now,
            notice_sheet_printed_at=None,
            received_at=work.now,
            answers={},
            documents=documents,
        )
        return self._send(work, manifest, contents)

    def _send(self, work: Work, manifest: Manifest, contents: dict[str, bytes]) -> TakenIn:
        tools = work.tools
        sealed = seal_packet(manifest, contents, tools.vault.packet_key.public_key())
        return take_in_packet(work, open_sealed_packet(tools, sealed, manifest.packet_id), self._machine)


def _documents(materials: Iterable[Material], at: datetime) -> tuple[tuple[Document, ...], dict[str, bytes]]:
    documents, contents = [], {}
    for material in materials:
        content = specimen_paper(material.name)
        document = describe_document(material.id, material.name, content, len(material.page_names), at, True)
        documents.append(document)
        contents[document.file_name] = content
    return tuple(documents), contents
