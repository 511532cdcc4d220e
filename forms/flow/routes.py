"""Which way each arrow of a flow chart takes: straight down, down the main line, or along a lane at the right edge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from forms.flow.chart import Edge
from forms.flow.rows import Rows, Unit


@dataclass
class Route:
    """One arrow between units. `passes`: it runs down the main line past the branches between, to the next figure there;
    `lane`: counted from inside.
    """

    edge: Edge
    source: Unit
    target: Unit
    kind: Literal["down", "lane"]
    passes: bool = False
    leaves: Literal["bottom", "right"] = "bottom"
    enters: Literal["top", "right"] = "top"
    lane: int = 0

    @property
    def first_channel(self) -> int:
        """The space beneath row n is channel n."""
        return self.source.row

    @property
    def last_channel(self) -> int:
        return self.target.row - 1

    @property
    def reach(self) -> tuple[float, float]:
        """From where to where it runs in its lane, in rows; a channel lies half a row beneath its row."""
        ends = (
            self.source.row + (0.5 if self.leaves == "bottom" else 0.2),
            self.target.row - (0.5 if self.enters == "top" else 0.2),
        )
        return min(ends), max(ends)

    @property
    def says(self) -> bool:
        return bool(self.edge.label or self.edge.days)


@dataclass
class Routes:
    """All arrows with their ways, and how many lanes they need."""

    rows: Rows
    all: list[Route] = field(default_factory=list)

    @cached_property
    def lane_count(self) -> int:
        return max((route.lane + 1 for route in self.all if route.kind == "lane"), default=0)

    def leaving(self, row: int) -> list[Route]:
        """Those that go out at the bottom of a row."""
        return [route for route in self.all if route.source.row == row and route.leaves == "bottom"]

    def passing(self, channel: int) -> list[Route]:
        """Those that come down the main line through a channel from above it."""
        return [r for r in self.all if r.passes and r.first_channel < channel <= r.last_channel]


def routes_of(rows: Rows) -> Routes:
    routes = Routes(rows, [_route(rows, edge) for edge in rows.edges])
    _give_lanes([route for route in routes.all if route.kind == "lane"])
    return routes


def _route(rows: Rows, edge: Edge) -> Route:
    source, target = rows.unit_of[edge.source], rows.unit_of[edge.target]
    route = Route(edge, source, target, "down")
    if target.row == source.row + 1:
        return route
    if target.row > source.row and target.track == "main":
        route.passes = rows.main_line_passes(range(source.row + 1, target.row))
    if not route.passes:
        route.kind = "lane"
        route.leaves = "right" if not route.says and source.kind == "single" else "bottom"
        route.enters = "right" if _reaches_right(target, edge.target) else "top"
    return route


def _reaches_right(unit: Unit, node_id: str) -> bool:
    """Whether nothing of its own unit stands between this figure and the lanes."""
    nearest = {"single": 0, "parallel": 0, "alternatives": -1}[unit.kind]
    return unit.nodes[nearest].id == node_id


def _give_lanes(routes: Sequence[Route]) -> None:
    """Arrows to one figure share a lane and merge; of others, the shorter runs further in and crosses less."""
    groups: dict[tuple[str, bool], list[Route]] = {}
    for route in routes:
        groups.setdefault((route.edge.target, route.target.row <= route.source.row), []).append(route)
    taken: list[list[tuple[float, float]]] = []
    for group in sorted(groups.values(), key=lambda group: _span(group)[1] - _span(group)[0]):
        low, high = _span(group)
        lane = next((at for at, runs in enumerate(taken) if all(high < a or b < low for a, b in runs)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        for route in group:
            route.lane = lane


def _span(group: Sequence[Route]) -> tuple[float, float]:
    return min(route.reach[0] for route in group), max(route.reach[1] for route in group)
