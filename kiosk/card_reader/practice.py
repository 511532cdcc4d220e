"""The card of a fictitious person, and a simulated reader that person lays it on whenever it is asked for."""

from __future__ import annotations

from kiosk.camera.specimens import SpecimenPerson
from kiosk.card_reader.card import FOR_EVER, ChipCard
from kiosk.card_reader.simulated import SimulatedDevice, simulated_reader


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


class PracticeReader:
    """A CardReader for practice: the card that was read is lifted, and laid down anew for the next reading."""

    def __init__(self, card: ChipCard | None) -> None:
        self._card, self._device = card, SimulatedDevice()
        self._reader = simulated_reader(self._device)

    def read(self) -> ChipCard:
        self._device.lay_down(self._card)
        return self._reader.read()

    def trouble(self) -> str | None:
        return self._reader.trouble()

    def close(self) -> None:
        self._reader.close()
