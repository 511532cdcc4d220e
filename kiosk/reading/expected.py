"""Says when another paper lies under the camera than the one the visit asks for, or one that was captured before."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from forms.item import Capture
from kiosk.imaging.rectify import Shape
from kiosk.reading.kinds import RULES, carries
from kiosk.reading.layout import compact
from kiosk.reading.reading import KIND_WORDS, FieldName, PaperKind, Reading

_ID_CARD: frozenset[PaperKind] = frozenset({"id_card_front", "id_card_back"})
#: what may lie there, and what it is called; a generic material may be any paper
WANTED: dict[Capture, tuple[frozenset[PaperKind], str]] = {
    "id_card": (_ID_CARD, "身份证"),
    "household_register": (frozenset({"household_register"}), "户口簿"),
    "bank_passbook": (frozenset({"bank_passbook", "bank_card"}), "存折账户页或社保卡"),
    "photo": (frozenset(), "照片"),
    "form": (frozenset(), "签好名的表"),
}
SIDES: tuple[PaperKind, PaperKind] = ("id_card_front", "id_card_back")
WRONG_SIDE = {
    "id_card_front": "这是身份证国徽面，请翻过来，先拍人像面。",
    "id_card_back": "这是身份证人像面，请翻过来，再拍国徽面。",
}
# Two captures of one page differ by a few misread characters; pages of one booklet share their labels.
ALIKE = 0.9
LEAST_TELLING = 12
_NAMING: tuple[FieldName, ...] = ("name", "id_number", "birth_date", "household_number", "account_number", "valid_from")


def mismatch(capture: Capture, page_index: int, reading: Reading, shape: Shape) -> str | None:
    """Return a sentence when the page (the material's `page_index`-th, from 0) is surely another paper; else None.

    Whatever is not told for certain by its words passes; so does a copy with both sides of a card on one A4 sheet.
    """
    if capture not in WANTED or reading.kind in (None, "other"):
        return None
    kinds, wanted = WANTED[capture]
    if reading.kind not in kinds:
        if any(carries(RULES[kind], reading.text) for kind in kinds):
            return None
        return f"这是{KIND_WORDS[reading.kind]}，这里要拍{wanted}。请换成{wanted}再拍。"
    if capture == "id_card" and shape != "a4" and page_index < len(SIDES):
        return _wrong_side(SIDES[page_index], reading)
    return None


def _wrong_side(side: PaperKind, reading: Reading) -> str | None:
    if reading.kind == side or carries(RULES[side], reading.text):
        return None
    return WRONG_SIDE[side]


def same_page(first: Reading, second: Reading) -> bool:
    """Whether two readings are of one page captured twice: nearly the same text, and no number or name that differs."""
    texts = compact(first.text), compact(second.text)
    if min(map(len, texts)) < LEAST_TELLING or first.kind != second.kind:
        return False
    if any(_differ(first, second, name) for name in _NAMING) or _numbers(texts[0]) != _numbers(texts[1]):
        return False
    return SequenceMatcher(None, *texts, autojunk=False).ratio() >= ALIKE


def _differ(first: Reading, second: Reading, name: FieldName) -> bool:
    one, other = first.find(name), second.find(name)
    return one is not None and other is not None and one.value != other.value


def _numbers(text: str) -> set[str]:
    """The numbers long enough to tell one certificate of a kind from the next."""
    return set(re.findall(r"[0-9]{6,}", text))
