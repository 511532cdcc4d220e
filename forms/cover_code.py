"""分隔页上的码: which material the pages after a cover sheet belong to, so that one scan of a stack comes apart again."""

import re
from dataclasses import dataclass

_VERSION = "HYC1"
_SHAPE = re.compile(rf"{_VERSION}\|([A-Z]{{2}}-[0-9]{{3}})\|([a-z0-9_]{{1,40}})\|([1-9][0-9]?)", re.ASCII)


@dataclass(frozen=True)
class CoverCode:
    """`copy` counts from one where the same material comes in several sets (each family member's card)."""

    item_code: str
    material_id: str
    copy: int = 1

    @property
    def text(self) -> str:
        """HYC1|MZ-008|id_card|1: short, so that the squares stay large and a poor scan still reads them."""
        return f"{_VERSION}|{self.item_code}|{self.material_id}|{self.copy}"


def parse_cover_code(text: str) -> CoverCode | None:
    """What a cover sheet's code says; None for any other code, such as one on the papers themselves."""
    found = _SHAPE.fullmatch(text)
    return CoverCode(found[1], found[2], int(found[3])) if found else None
