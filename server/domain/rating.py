"""好差评: five grades, what a grade may concern, and the rule that keeps small groups from naming a rater.

国办发〔2019〕51号; the secondary questions follow the indicators of a provincial specification (online and offline ones).
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum, StrEnum


class Grade(IntEnum):
    """非常满意 down to 非常不满意; the last two are bad ratings (差评)."""

    VERY_SATISFIED = 5
    SATISFIED = 4
    FAIRLY_SATISFIED = 3
    DISSATISFIED = 2
    VERY_DISSATISFIED = 1


LABELS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
BAD = frozenset({Grade.DISSATISFIED, Grade.VERY_DISSATISFIED})


class Channel(StrEnum):
    """Where a rating was given: the page of the lookup code, a one-use link, the village machine, the mini-program."""

    WEB = "web"
    LINK = "link"
    KIOSK = "kiosk"
    MINIPROGRAM = "miniprogram"


CHANNELS = {
    Channel.WEB: "手机网页",
    Channel.LINK: "扫码",
    Channel.KIOSK: "村里一体机",
    Channel.MINIPROGRAM: "小程序",
}


class Aspect(StrEnum):
    """What a grade was given for; ticked or not, and the grade says whether it was good or bad."""

    EFFICIENCY = "efficiency"
    ATTITUDE = "attitude"
    SKILL = "skill"
    ONCE = "once"
    AGENT = "agent"
    GUIDE = "guide"
    EASE = "ease"


ASPECT_LABELS = {
    Aspect.EFFICIENCY: "办事效率",
    Aspect.ATTITUDE: "服务态度",
    Aspect.SKILL: "业务水平",
    Aspect.ONCE: "一次办好",
    Aspect.AGENT: "代办服务",
    Aspect.GUIDE: "办事指南清楚不清楚",
    Aspect.EASE: "手机上方便不方便",
}
_AT_THE_COUNTER = (Aspect.EFFICIENCY, Aspect.ATTITUDE, Aspect.SKILL, Aspect.ONCE, Aspect.AGENT)
_ON_A_PHONE = (Aspect.EFFICIENCY, Aspect.ATTITUDE, Aspect.ONCE, Aspect.AGENT, Aspect.GUIDE, Aspect.EASE)
ASPECTS: dict[str, tuple[Aspect, ...]] = {
    Channel.WEB: _ON_A_PHONE,
    Channel.LINK: _ON_A_PHONE,
    Channel.KIOSK: _AT_THE_COUNTER,
    Channel.MINIPROGRAM: _ON_A_PHONE,
}


class RatingRefused(Exception):
    """A rating that cannot be taken; the text says why."""


def parse_grade(value: object) -> Grade:
    """Raises RatingRefused for anything but 1 to 5."""
    try:
        return Grade(int(str(value)))
    except ValueError:
        raise RatingRefused("请从“非常满意”到“非常不满意”五档里选一档。") from None


def parse_aspects(channel: str, stated: Iterable[object]) -> tuple[Aspect, ...]:
    """The ticks in the order they are asked. Raises RatingRefused for one that is not asked on this channel."""
    ticked = {str(value) for value in stated}
    asked = ASPECTS.get(channel, _AT_THE_COUNTER)
    if ticked - set(asked):
        raise RatingRefused("勾选的内容不在这一页上。请刷新页面，重新勾选，也可以一样都不勾。")
    return tuple(aspect for aspect in asked if aspect in ticked)


def asked_aspects(channel: str) -> tuple[tuple[str, str], ...]:
    """(stored word, label) of the secondary questions of one channel."""
    return tuple((aspect.value, ASPECT_LABELS[aspect]) for aspect in ASPECTS[channel])


def points_of(grade: int, scale: Sequence[int]) -> int:
    """By the tenant's scale, which begins with 非常满意."""
    return scale[Grade.VERY_SATISFIED - grade]


def is_bad(grade: int) -> bool:
    return grade in BAD
