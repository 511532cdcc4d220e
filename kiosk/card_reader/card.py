"""What the chip of a 二代证 says, in plain values, and its 256 bytes of text (fields of fixed length, UTF-16 little-endian).

The photo behind the text is compressed by a method that is not public (WLT) and needs the maker's library: it is not decoded,
and not kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kiosk.card_reader.nations import code_of, nation_of

TEXT_BYTES, PHOTO_BYTES = 256, 1024
#: name and bytes of each field in order; what follows is spare
LAYOUT = (
    ("name", 30), ("sex", 2), ("nation", 4), ("birth_date", 16), ("address", 70), ("id_number", 36), ("issuer", 30),
    ("valid_from", 16), ("valid_until", 16),
)  # fmt: skip
#: where makers' sheets place the kind of card, unconfirmed: I and Y foreigners, whose fields lie elsewhere; J 港澳台居民
KIND_AT = 248
OTHER_LAYOUTS = "IY"
SEXES = {"1": "男", "2": "女", "0": "未知", "9": "未说明"}
FOR_EVER = "长期"


class CardUnreadable(ValueError):
    """The bytes are no card text this program knows; `foreign` when it is a foreigner's card."""

    def __init__(self, foreign: bool = False) -> None:
        super().__init__("a card of another layout" if foreign else "no text of a card")
        self.foreign = foreign


@dataclass(frozen=True)
class ChipCard:
    """One card. Dates are ISO days; `valid_until` is an ISO day or 长期; `nation` is empty for an unknown number. Its repr shows nothing of the person."""

    name: str = field(repr=False)
    sex: str = field(repr=False)
    nation: str = field(repr=False)
    birth_date: str = field(repr=False)
    address: str = field(repr=False)
    id_number: str = field(repr=False)
    issuer: str = field(repr=False)
    valid_from: str = field(repr=False)
    valid_until: str = field(repr=False)


def read_card(data: bytes) -> ChipCard:
    """The card in the data of a READ reply: two lengths, the text, the photo. Raises CardUnreadable."""
    length = int.from_bytes(data[:2], "big")
    text = data[4 : 4 + length]
    if length != TEXT_BYTES or len(text) != TEXT_BYTES:
        raise CardUnreadable
    if text[KIND_AT : KIND_AT + 1].decode("latin-1") in OTHER_LAYOUTS:
        raise CardUnreadable(foreign=True)
    parts = _cut(text)
    if not parts["name"] or not parts["id_number"] or parts["sex"] not in SEXES:
        raise CardUnreadable
    dates = {name: _iso_day(parts[name]) for name in ("birth_date", "valid_from")}
    dates["valid_until"] = FOR_EVER if parts["valid_until"] == FOR_EVER else _iso_day(parts["valid_until"])
    return ChipCard(**{**parts, **dates, "sex": SEXES[parts["sex"]], "nation": nation_of(parts["nation"]) or ""})


def _cut(text: bytes) -> dict[str, str]:
    parts, place = {}, 0
    for name, length in LAYOUT:
        try:
            parts[name] = text[place : place + length].decode("utf-16-le").strip(" \0")
        except UnicodeDecodeError:
            raise CardUnreadable from None
        place += length
    return parts


def _iso_day(digits: str) -> str:
    try:
        return datetime.strptime(digits, "%Y%m%d").date().isoformat()  # noqa: DTZ007
    except ValueError:
        raise CardUnreadable from None


def write_card(card: ChipCard) -> bytes:
    """The data of a READ reply for a card, with an empty photo: what simulated readers send."""
    codes = {name: code for code, name in SEXES.items()}
    parts = {name: getattr(card, name) for name, _ in LAYOUT}
    parts |= {"sex": codes[card.sex], "nation": code_of(card.nation)}
    parts |= {name: parts[name].replace("-", "") for name in ("birth_date", "valid_from", "valid_until")}
    text = b"".join(parts[name].ljust(length // 2).encode("utf-16-le")[:length] for name, length in LAYOUT)
    lengths = TEXT_BYTES.to_bytes(2, "big") + PHOTO_BYTES.to_bytes(2, "big")
    return lengths + text.ljust(TEXT_BYTES, b"\0") + bytes(PHOTO_BYTES)
