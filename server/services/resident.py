"""Residents: one row a person however often he comes, names and numbers sealed, found by the number's blind index."""

from uuid import uuid4

from forms.identity import normal_id_number
from server.db.resident import ResidentRow, find_resident
from server.services.work import Work


def number_index(work: Work, id_number: str) -> str:
    return work.tools.vault.blind_index(normal_id_number(id_number), "id_number")


def resident_of(work: Work, id_number: str, name: str) -> ResidentRow:
    """The person with this number, written down on first sight."""
    number = normal_id_number(id_number)
    resident = find_resident(work.session, number_index(work, number))
    if resident is None:
        resident_id, vault = uuid4().hex, work.tools.vault
        resident = ResidentRow(
            id=resident_id,
            id_number_index=number_index(work, number),
            sealed_name=vault.seal(name.encode(), f"name {resident_id}"),
            sealed_id_number=vault.seal(number.encode(), f"id_number {resident_id}"),
        )
        work.session.add(resident)
        work.session.flush()
    return resident


def name_of(work: Work, resident: ResidentRow) -> str:
    return work.tools.vault.open(resident.sealed_name, f"name {resident.id}").decode()


def number_of(work: Work, resident: ResidentRow) -> str:
    return work.tools.vault.open(resident.sealed_id_number, f"id_number {resident.id}").decode()
