"""The tree of places: city, district or county, township, village, under keys of our own and statistical codes that change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.item import Level

CODE_LENGTH: dict[str, int] = {"city": 6, "county": 6, "township": 9, "village": 12}
LEVELS_DOWN: tuple[Level, ...] = ("city", "county", "township", "village")
CHILDREN: tuple[tuple[Level, str], ...] = (("county", "districts"), ("township", "towns"), ("village", "villages"))


@dataclass(frozen=True)
class FormerCode:
    """A code and name a place once had: from `since` (None: from before the first list) up to, not including, `until`."""

    code: str
    name: str
    since: date | None
    until: date


@dataclass(frozen=True)
class Region:
    """One place. `id` never changes and is what rows keep; `code` and `name` are today's, by the last list.

    `parent_id` is None for the city. A place that was merged or abolished has `ended_on`, and `became` where known.
    """

    id: str
    code: str
    name: str
    short_name: str
    level: Level
    parent_id: str | None
    since: date | None = None
    former: tuple[FormerCode, ...] = ()
    ended_on: date | None = None
    became: tuple[str, ...] = ()

    def code_on(self, day: date) -> str:
        """The code that was valid on that day."""
        return next((one.code for one in self.former if day < one.until), self.code)

    def name_on(self, day: date) -> str:
        return next((one.name for one in self.former if day < one.until), self.name)


class RegionTree:
    """All the places of one city. Keys are ids; a code typed by a person is looked up by `find_by_code`."""

    def __init__(self, regions: list[Region]):
        self._by_id = {region.id: region for region in regions}

    @classmethod
    def from_nested(cls, city: dict[str, Any]) -> "RegionTree":
        """Build from the nested form of `data/regions.yaml`. A place without an `id` has its first code for one."""
        return cls(list(_walk(city, "city", None)))

    def __len__(self) -> int:
        return sum(region.ended_on is None for region in self._by_id.values())

    def get(self, key: str) -> Region:
        """By id. Raises UnknownRegion."""
        try:
            return self._by_id[key]
        except KeyError:
            raise UnknownRegion(key) from None

    def find_by_code(self, code: str, on: date | None = None) -> Region | None:
        """The place that has, or on that day had, this code; codes are given to other places over the years."""
        alive = [region for region in self._by_id.values() if region.ended_on is None]
        if on is None:
            now = next((region for region in alive if region.code == code), None)
            return now or next((region for region in self._by_id.values() if _once_had(region, code)), None)
        return next(
            (region for region in self._by_id.values() if _stood(region, on) and region.code_on(on) == code), None
        )

    def list_level(self, level: Level) -> list[Region]:
        """The places there are today."""
        return [region for region in self._by_id.values() if region.level == level and region.ended_on is None]

    def village_codes_in(self, outer: str) -> list[str]:
        """By the tree and not by their digits: a city's code (450500) begins none of its villages'.

        Villages that ended are among them: their cases go on.
        """
        villages = (region for region in self._by_id.values() if region.level == "village")
        return [village.id for village in villages if self.lies_in(village.id, outer)]

    def chain(self, key: str) -> list[Region]:
        """From the city down to the place itself."""
        place: Region | None = self.get(key)
        upward = []
        while place:
            upward.append(place)
            place = self._by_id[place.parent_id] if place.parent_id else None
        return upward[::-1]

    def ancestor(self, key: str, level: Level) -> Region:
        """The place of `level` that `key` lies in (or is). Raises UnknownRegion."""
        for region in self.chain(key):
            if region.level == level:
                return region
        raise UnknownRegion(f"{key} has no {level}")

    def full_name(self, key: str) -> str:
        """合浦县廉州镇烟楼村, without the city, as papers write it."""
        return "".join(region.short_name for region in self.chain(key)[1:])

    def lies_in(self, key: str, outer: str) -> bool:
        return any(region.id == outer for region in self.chain(key))


class UnknownRegion(LookupError):
    """No such place in the tree."""


def _once_had(region: Region, code: str) -> bool:
    return code in (region.code, *(one.code for one in region.former))


def _stood(region: Region, on: date) -> bool:
    return region.ended_on is None or on < region.ended_on


def _walk(node: dict[str, Any], level: Level, parent: str | None) -> Iterator[Region]:
    region = Region(
        id=str(node.get("id", node["code"])),
        code=node["code"],
        name=node["name"],
        short_name=node.get("short_name", node["name"]),
        level=level,
        parent_id=parent,
        since=_date(node.get("since")),
        former=tuple(_former(one) for one in node.get("former", ())),
        ended_on=_date(node.get("ended_on")),
        became=tuple(node.get("became", ())),
    )
    yield region
    for child_level, key in CHILDREN:
        for child in node.get(key, ()):
            yield from _walk(child, child_level, region.id)


def _former(raw: dict[str, Any]) -> FormerCode:
    until = _date(raw["until"])
    assert until is not None
    return FormerCode(raw["code"], raw["name"], _date(raw.get("since")), until)


def _date(value: Any) -> date | None:
    return date.fromisoformat(str(value)) if value else None
