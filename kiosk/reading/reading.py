"""What reading a page gives, in plain values: lines, the turn that sets it upright, the paper it is, its fields, codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

PaperKind = Literal[
    "id_card_front", "id_card_back", "id_card_chip", "household_register", "bank_passbook", "bank_card", "other"
]
#: papers as they are called to people
KIND_WORDS: dict[PaperKind | None, str] = {
    "id_card_front": "身份证人像面", "id_card_back": "身份证国徽面", "id_card_chip": "身份证芯片",
    "household_register": "户口簿", "bank_passbook": "存折", "bank_card": "银行卡或社保卡", "other": "其他材料", None: "看不出是什么材料",
}  # fmt: skip
#: degrees clockwise that set a page upright
Turn = Literal[0, 90, 180, 270]
FieldName = Literal[
    "name", "sex", "nation", "birth_date", "address", "id_number", "issuer", "valid_from", "valid_until",
    "household_number", "householder", "relation", "account_number", "account_name", "bank",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Line:
    """One line of text as printed; `box` float (4, 2) TL, TR, BR, BL in pixels of the page that was read; `sure` 0..1."""

    text: str
    box: np.ndarray
    sure: float


@dataclass(frozen=True)
class ReadField:
    """One field: `value` exactly as printed (dates as ISO days), and in `trouble` a Chinese sentence when it cannot be right."""

    name: FieldName
    label: str
    value: str
    sure: float
    trouble: str | None = None


@dataclass(frozen=True, eq=False)
class Reading:
    """What a page says. `kind` is None when nothing tells what paper it is; `turn` is what would set it upright."""

    lines: tuple[Line, ...]
    turn: Turn
    kind: PaperKind | None
    fields: tuple[ReadField, ...] = ()

    @property
    def text(self) -> str:
        """The lines from top to bottom, one a row."""
        return "\n".join(line.text for line in self.lines)

    def find(self, name: FieldName) -> ReadField | None:
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, eq=False)
class Code:
    """A code that was read: its kind (QRCode, Code128, ...), text, and corners float (4, 2) in pixels of the picture."""

    format: str
    text: str
    corners: np.ndarray


@dataclass(frozen=True, eq=False)
class Codes:
    """All that was read, and the corners (4, 2) of each place that has the look of a code and could not be read."""

    found: tuple[Code, ...]
    missed: tuple[np.ndarray, ...]
