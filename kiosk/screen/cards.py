"""二代证: whose card can be read for the form, and how what a chip said stands among what the pictures say; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from forms.item import Material, ServiceItem
from kiosk import flow
from kiosk.card_reader.card import ChipCard
from kiosk.card_reader.reader import fields_of
from kiosk.flow import PageReading, ReadCard, ReadField, Visit
from kiosk.reading.answers import card_owners
from kiosk.reading.reading import Reading

NOBODY = Reading((), 0, "id_card_chip")


@dataclass(frozen=True)
class CardPlace:
    """One person whose card the form can use: the `place`-th (from 0) of a material's; `owner` as the form calls them."""

    material_id: str
    place: int
    owner: str
    is_read: bool


def card_places(visit: Visit, item: ServiceItem) -> list[CardPlace]:
    """Everybody whose card can be read for this visit; nobody in a correction, which has no form."""
    if visit.kind == "correction":
        return []
    read = {(card.material_id, card.place) for card in visit.cards}
    return [
        CardPlace(material.id, place, owner or "本人", (material.id, place) in read)
        for material in flow.materials_to_capture(visit, item)
        for place, owner in enumerate(card_owners(item, material))
    ]


def read_card(place: CardPlace, card: ChipCard) -> ReadCard:
    """What a chip said as it lies in the draft, in the shape of a page that was read."""
    said = PageReading(kind="id_card_chip", fields=tuple(ReadField(**vars(one)) for one in fields_of(card)))
    return ReadCard(material_id=place.material_id, place=place.place, reading=said)


def with_chips(pictures: Sequence[Reading], chips: Sequence[tuple[int, Reading]]) -> list[Reading]:
    """The readings of one material, the chip's in its person's place and before any picture of the same card.

    A place nobody's card was read for is kept empty, so that the second person's chip is not taken for the first's.
    """
    readings = [page for page in pictures if not any(_is_same_card(page, chip) for _, chip in chips)]
    for place, chip in sorted(chips, key=lambda one: one[0]):
        readings += [NOBODY] * (place - len(readings))
        readings.insert(place, chip)
    return readings


def chips_of(visit: Visit, material: Material) -> list[tuple[int, PageReading]]:
    return [(card.place, card.reading) for card in visit.cards if card.material_id == material.id]


def _is_same_card(page: Reading, chip: Reading) -> bool:
    """By number or by name: a picture whose number was misread is still a picture of that card."""
    if page.kind != "id_card_front":
        return False
    both = ((page.find(name), chip.find(name)) for name in ("id_number", "name"))
    return any(one and other and one.value == other.value for one, other in both)
