"""The tree of places: city, district or county, township, village, by their statistical codes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forms.item import Level

CODE_LENGTH: dict[str, int] = {"city": 6, "county": 6, "township": 9, "village": 12}
LEVELS_DOWN: tuple[Level, ...] = ("city", "county", "township", "village")


@dataclass(frozen=True)
class Region:
    """One place; `parent_code` is None for the city."""

    code: str
    name: str
    short_name: str
    level: Level
    parent_code: str | None


class RegionTree:
    """All the places of one city, looked up by code."""

    def __init__(self, regions: list[Region]):
        self._by_code = {region.code: region for region in regions}

    @classmethod
    def from_nested(cls, city: dict[str, Any]) -> "RegionTree":
        """Build from the nested form of `data/regions.yaml`."""
        return cls(list(_walk(city, "city", None)))

    def __len__(self) -> int:
        return len(self._by_code)

    def get(self, code: str) -> Region:
        """Raises UnknownRegion."""
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownRegion(code) from None

    def list_level(self, level: Level) -> list[Region]:
        return [region for region in self._by_code.values() if region.level == level]

    def village_codes_in(self, outer: str) -> list[str]:
        """By the tree and not by their digits: a city's code (450500) begins none of its villages'."""
        return [village.code for village in self.list_level("village") if self.lies_in(village.code, outer)]

    def chain(self, code: str) -> list[Region]:
        """From the city down to the place itself."""
        place: Region | None = self.get(code)
        upward = []
        while place:
            upward.append(place)
            place = self._by_code[place.parent_code] if place.parent_code else None
        return upward[::-1]

    def ancestor(self, code: str, level: Level) -> Region:
        """The place of `level` that `code` lies in (or is). Raises UnknownRegion."""
        for region in self.chain(code):
            if region.level == level:
                return region
        raise UnknownRegion(f"{code} has no {level}")

    def full_name(self, code: str) -> str:
        """合浦县廉州镇烟楼村, without the city, as papers write it."""
        return "".join(region.short_name for region in self.chain(code)[1:])

    def lies_in(self, code: str, outer: str) -> bool:
        return any(region.code == outer for region in self.chain(code))


class UnknownRegion(LookupError):
    """No such place in the tree."""


def _walk(node: dict[str, Any], level: Level, parent: str | None) -> Iterator[Region]:
    yield Region(node["code"], node["name"], node.get("short_name", node["name"]), level, parent)
    for child_level, key in (("county", "districts"), ("township", "towns"), ("village", "villages")):
        for child in node.get(key, ()):
            yield from _walk(child, child_level, node["code"])
