"""读身份证: what the chip of a card said belongs to one person of the form, until another card of that person is read."""

from kiosk.flow.steps import StepNotAllowed, changed, require
from kiosk.flow.visit import ReadCard, Visit


def note_card(visit: Visit, card: ReadCard) -> Visit:
    """Keep what a chip said; a card read for the same person before makes way."""
    require(visit, "read_card")
    return changed(visit, cards=(*_others(visit, card.material_id, card.place), card))


def drop_card(visit: Visit, material_id: str, place: int) -> Visit:
    """Take out what was read from another person's card; answers confirmed from it stay as they are."""
    require(visit, "read_card")
    others = _others(visit, material_id, place)
    if len(others) == len(visit.cards):
        raise StepNotAllowed(visit, "read_card", "没有读过这张身份证，不用去掉。")
    return changed(visit, cards=others)


def _others(visit: Visit, material_id: str, place: int) -> tuple[ReadCard, ...]:
    return tuple(card for card in visit.cards if (card.material_id, card.place) != (material_id, place))
