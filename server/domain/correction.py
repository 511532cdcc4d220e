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


def require_sound(points: list[CorrectionPoint], known_materials: set[str]) -> None:
    """Something is asked for, of this item's papers, and each with a word of help. Raises CorrectionRefused."""
    if not points:
        raise CorrectionRefused("请至少选一样要补正的材料，并写明原因。")
    unknown = [point.material_id for point in points if point.material_id not in known_materials]
    if unknown:
        raise CorrectionRefused("只能要求补正这个事项材料清单里的材料，请从清单里选择。")
    if any(not point.note.strip() for point in points):
        raise CorrectionRefused("每样要补正的材料都要写清哪里不对、怎么补，让群众一次办好。")


def visible_before(points: list[CorrectionPoint], brought_since: set[str]) -> list[CorrectionPoint]:
    """The points that could have been told the first time: of papers that lay there then and were not brought anew."""
    return [point for point in points if point.material_id not in brought_since]


def require_one_time(again: list[CorrectionPoint], *, allowed: bool) -> None:
    """Everything is asked for at once (行政许可法 第32条(四)); what was visible then only with a supervisor's leave.

    Raises CorrectionRefused.
    """
    if again and not allowed:
        raise CorrectionRefused(
            "这些材料上次补正时就看得到，补正应一次性告知，不能再次要求。请按现有材料提出意见；"
            "确有必要的，请电子监察员先“准许再次补正”，会按“没有一次性告知”记红牌。"
        )
