"""A year's new list of codes against the tree we have: what was renumbered, renamed, moved, abolished or is new."""

import copy
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from forms.item import Level
from forms.region import CHILDREN, CODE_LENGTH

ChangeKind = Literal["recoded", "renamed", "moved", "added", "ended"]
CHANGE_WORDS: dict[ChangeKind, str] = {
    "recoded": "换了代码", "renamed": "改了名", "moved": "换了上级", "added": "新增", "ended": "撤并",
}  # fmt: skip
Node = dict[str, Any]


class RegionListFault(ValueError):
    """A list that cannot be used; the text says what is wrong with it."""


@dataclass(frozen=True)
class ListedPlace:
    """One line of a year's list, its code cut to the length of its level."""

    code: str
    name: str
    level: Level


@dataclass(frozen=True)
class RegionChange:
    """One difference, told for the person who has to check it."""

    kind: ChangeKind
    id: str
    sentence: str


@dataclass(frozen=True)
class RegionUpdate:
    """The tree as it is from that day on, with the history of every place, and what changed."""

    city: Node
    changes: tuple[RegionChange, ...]


def read_list(rows: Iterable[tuple[str, str]], city_code: str) -> list[ListedPlace]:
    """The lines of this city. Codes may be padded with zeros to 12 digits, as the yearly lists write them.

    Raises RegionListFault.
    """
    places: dict[str, ListedPlace] = {}
    for number, (code, name) in enumerate(rows, 1):
        code, name = re.sub(r"\D", "", code), name.strip()
        if not code or not name or not code.startswith(city_code[:4]):
            continue
        place = _place(code, name, city_code)
        if place is None:
            raise RegionListFault(f"第{number}行的代码“{code}”不是6位、9位或12位的区划代码。请检查这一行。")
        if place.code in places:
            raise RegionListFault(
                f"第{number}行的代码“{code}”在上面已经有了（{places[place.code].name}）。一个代码只能有一行。"
            )
        places[place.code] = place
    _require_parents(places)
    return list(places.values())


def _place(code: str, name: str, city_code: str) -> ListedPlace | None:
    padded = code.ljust(12, "0")
    if len(code) not in (6, 9, 12):
        return None
    if padded[6:] == "000000":
        level: Level = "city" if padded[:6] == city_code else "county"
    else:
        level = "township" if padded[9:] == "000" else "village"
    return ListedPlace(padded[: CODE_LENGTH[level]], name, level)


def _require_parents(places: dict[str, ListedPlace]) -> None:
    if not any(place.level == "village" for place in places.values()):
        raise RegionListFault("名单里没有本市的村（社区）。请用有“代码、名称”两列的区划代码表，要包括县、乡、村三级。")
    for place in places.values():
        above = {"village": 9, "township": 6}.get(place.level)
        if above and place.code[:above] not in places:
            raise RegionListFault(
                f"“{place.name}”（{place.code}）的上级“{place.code[:above]}”不在名单里。名单要包括县、乡、村三级。"
            )


def short_name_of(name: str) -> str:
    """烟楼村委会 as 烟楼村; 塘仔里社区居委会 as 塘仔里社区."""
    village = re.sub("(村民委员会|村委会)$", "村", name)
    return re.sub("(居民委员会|居委会)$", "", village) or name


def update_tree(city: Node, listed: Sequence[ListedPlace], since: date) -> RegionUpdate:
    """Match the list against the nested tree, level by level from above. Raises RegionListFault."""
    fresh = copy.deepcopy(city)
    changes: list[RegionChange] = []
    parents: dict[str, Node] = {fresh["code"]: fresh}
    taken = {str(node.get("id", node["code"])) for node in _all_nodes(fresh)}
    for level, key in CHILDREN:
        places = [place for place in listed if place.level == level]
        nodes = {id(node): (node, parent) for parent in _level_above(fresh, level) for node in parent.get(key, ())}
        alive = [(node, parent) for node, parent in nodes.values() if not node.get("ended_on")]
        matcher = _Matcher(level, key, since, parents, taken)
        changes += matcher.match(alive, places)
        parents = {place.code: matcher.found[place.code] for place in places}
    return RegionUpdate(fresh, tuple(changes))


def _all_nodes(node: Node) -> Iterable[Node]:
    yield node
    for _, key in CHILDREN:
        for child in node.get(key, ()):
            yield from _all_nodes(child)


def _level_above(city: Node, level: Level) -> list[Node]:
    if level == "county":
        return [city]
    counties = list(city.get("districts", ()))
    return counties if level == "township" else [town for county in counties for town in county.get("towns", ())]


class _Matcher:
    """One level: the surest match first, and each place and line used once."""

    def __init__(self, level: Level, key: str, since: date, parents: dict[str, Node], taken: set[str]) -> None:
        self._level, self._key, self._since, self._parents, self._taken = level, key, since, parents, taken
        self.found: dict[str, Node] = {}
        self._changes: list[RegionChange] = []

    def match(self, alive: list[tuple[Node, Node]], places: list[ListedPlace]) -> list[RegionChange]:
        left, waiting = list(alive), list(places)
        same = (
            lambda node, parent, place: node["code"] == place.code and node["name"] == place.name,
            lambda node, parent, place: node["name"] == place.name and parent is self._parent_of(place),
            lambda node, parent, place: node["code"] == place.code,
            lambda node, parent, place: node["name"] == place.name,
        )
        for is_same in same:
            for place in list(waiting):
                fitting = [(node, parent) for node, parent in left if is_same(node, parent, place)]
                if len(fitting) == 1:
                    self._adopt(*fitting[0], place)
                    left.remove(fitting[0])
                    waiting.remove(place)
        for place in waiting:
            self._add(place)
        for node, _ in left:
            self._end(node)
        return self._changes

    def _parent_of(self, place: ListedPlace) -> Node:
        length = {"county": 0, "township": 6, "village": 9}[self._level]
        return self._parents[place.code[:length]] if length else next(iter(self._parents.values()))

    def _adopt(self, node: Node, parent: Node, place: ListedPlace) -> None:
        told = []
        if (node["code"], node["name"]) != (place.code, place.name):
            former = {"code": node["code"], "name": node["name"], "until": self._since.isoformat()}
            node["id"] = str(node.get("id", node["code"]))
            node["former"] = [*node.get("former", ()), former | ({"since": node["since"]} if node.get("since") else {})]
            node["since"] = self._since.isoformat()
            if node["name"] != place.name:
                told.append(("renamed", f"“{node['name']}”改名为“{place.name}”（{place.code}）"))
                node["name"], node["short_name"] = place.name, short_name_of(place.name)
            if node["code"] != place.code:
                told.append(("recoded", f"“{place.name}”的代码由 {node['code']} 换成 {place.code}"))
                node["code"] = place.code
        above = self._parent_of(place)
        if above is not parent:
            parent[self._key].remove(node)
            above.setdefault(self._key, []).append(node)
            told.append(("moved", f"“{place.name}”由“{parent['name']}”划归“{above['name']}”"))
        self.found[place.code] = node
        self._changes += [RegionChange(kind, str(node.get("id", node["code"])), words) for kind, words in told]

    def _add(self, place: ListedPlace) -> None:
        """A code used before by another place gives a key with a number behind it: keys are never used twice."""
        key, number = place.code, 2
        while key in self._taken:
            key, number = f"{place.code}-{number}", number + 1
        self._taken.add(key)
        node = {"id": key, "code": place.code, "name": place.name, "short_name": short_name_of(place.name)}
        node["since"] = self._since.isoformat()
        above = self._parent_of(place)
        above.setdefault(self._key, []).append(node)
        self.found[place.code] = node
        self._changes.append(RegionChange("added", key, f"“{above['name']}”新增“{place.name}”（{place.code}）"))

    def _end(self, node: Node) -> None:
        node["ended_on"] = self._since.isoformat()
        words = f"“{node['name']}”（{node['code']}）不在新名单里，记为撤并；请核对并入了哪里"
        self._changes.append(RegionChange("ended", str(node.get("id", node["code"])), words))
