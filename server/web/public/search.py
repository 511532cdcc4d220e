"""Finds service items by what people say: 老人补贴 finds 高龄津贴, because two signs in common count, not whole words."""

from collections.abc import Iterable

from forms.item import ServiceItem

_NAME, _REST = 5, 1
_SAID_OTHERWISE = {
    "老人": "老年人高龄",
    "低保": "最低生活保障",
    "五保": "特困人员供养",
    "残疾证": "残疾人证",
    "酒席": "集体聚餐",
    "摆酒": "集体聚餐",
    "种地补贴": "耕地地力保护补贴",
    "种粮": "耕地地力保护补贴",
}


def find_items(items: Iterable[ServiceItem], words: str) -> list[ServiceItem]:
    """The items that fit best first; all of them, in order, when nothing was asked."""
    if not words.strip():
        return list(items)
    wanted = _pairs(words + "".join(" " + formal for said, formal in _SAID_OTHERWISE.items() if said in words))
    scored = [(_score(item, wanted), item) for item in items]
    best = max((score for score, _ in scored), default=0)
    # What shares one chance pair with the best hit's many is noise.
    return [item for score, item in sorted(scored, key=lambda pair: -pair[0]) if score and score * 4 >= best]


def _pairs(text: str) -> set[str]:
    """Every two neighbouring signs; a single sign stands for itself."""
    parts = text.split()
    return {part[at : at + 2] for part in parts for at in range(max(1, len(part) - 1))}


def _score(item: ServiceItem, wanted: set[str]) -> int:
    rest = " ".join((item.summary, item.audience, item.department, *item.eligibility))
    return sum(_NAME * (pair in item.name) + _REST * (pair in rest) for pair in wanted)
