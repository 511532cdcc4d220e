"""补正: what may be asked for, once, and in which words."""

from dataclasses import dataclass
from enum import StrEnum


class CorrectionReason(StrEnum):
    MISSING = "missing"
    WRONG = "wrong"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class CorrectionPoint:
    """One material to bring again, why, and a word of help."""

    material_id: str
    reason: CorrectionReason
    note: str


class CorrectionRefused(Exception):
    """A correction request that may not be made; the text says why."""


def require_one_time(points: list[CorrectionPoint], asked_before: bool, known_materials: set[str]) -> None:
    """Everything is asked for at once, and only once (行政许可法 第32条(四)). Raises CorrectionRefused."""
    if not points:
        raise CorrectionRefused("请至少选一样要补正的材料，并写明原因。")
    if asked_before:
        raise CorrectionRefused("这件已经补正过一次。补正应一次性告知，不能再次要求；请按现有材料提出意见。")
    unknown = [point.material_id for point in points if point.material_id not in known_materials]
    if unknown:
        raise CorrectionRefused("只能要求补正这个事项材料清单里的材料，请从清单里选择。")
    if any(not point.note.strip() for point in points):
        raise CorrectionRefused("每样要补正的材料都要写清哪里不对、怎么补，让群众一次办好。")
