"""The card of a fictitious person, for the simulated reader."""

from __future__ import annotations

from kiosk.camera.specimens import SpecimenPerson
from kiosk.card_reader.card import FOR_EVER, ChipCard


def specimen_card(person: SpecimenPerson) -> ChipCard:
    """The chip that belongs to the specimen card drawn for this person."""
    return ChipCard(
        name=person.name,
        sex=person.sex,
        nation=person.nation,
        birth_date=person.born_on.isoformat(),
        address=person.address,
        id_number=person.id_number,
        issuer=person.issued_by,
        valid_from=person.card_valid_from.isoformat(),
        valid_until=FOR_EVER,
    )
