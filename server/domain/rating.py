"""好差评: five grades, their points, once per case (国办发〔2019〕51号; points as published for Guangxi)."""

from enum import IntEnum


class Grade(IntEnum):
    """非常满意 down to 非常不满意; the last two are bad ratings (差评)."""

    VERY_SATISFIED = 5
    SATISFIED = 4
    FAIRLY_SATISFIED = 3
    DISSATISFIED = 2
    VERY_DISSATISFIED = 1


POINTS = {5: 10, 4: 8, 3: 6, 2: 3, 1: 0}
LABELS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}


class RatingRefused(Exception):
    """A rating that cannot be taken; the text says why."""


def parse_grade(value: object) -> Grade:
    """Raises RatingRefused for anything but 1 to 5."""
    try:
        return Grade(int(str(value)))
    except ValueError:
        raise RatingRefused("请从“非常满意”到“非常不满意”五档里选一档。") from None
