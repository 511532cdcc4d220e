"""Which figures of a flow chart share a row, and which stand on the main line: decided before anything is measured."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from forms.flow.chart import Edge, FlowChart, Node, walk_forward

Track = Literal["main", "side"]


@dataclass(frozen=True)
class Unit:
    """What is placed as one: a figure, or a split with its desks and join, or alternatives side by side."""

    name: str
    nodes: tuple[Node, ...]
    row: int
    track: Track

    @property
    def kind(self) -> Literal["single", "parallel", "alternatives"]:
        if self.nodes[0].kind == "split":
            return "parallel"
        return "alternatives" if len(self.nodes) > 1 else "single"


@dataclass(frozen=True)
class Rows:
    """Every unit with its row: one a row, so that a phone has room for it."""

    chart: FlowChart
    units: tuple[Unit, ...]

    @cached_property
    def unit_of(self) -> dict[str, Unit]:
        return {node.id: unit for unit in self.units for node in unit.nodes}

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The arrows between units; those inside a split are drawn with it."""
        return tuple(edge for edge in self.chart.edges if self.unit_of[edge.source] is not self.unit_of[edge.target])

    def main_line_passes(self, rows: Iterable[int]) -> bool:
        """Whether an arrow may run straight down the main line past these rows: branches leave it free."""
        return all(self.units[row].track == "side" for row in rows)


def rows_of(chart: FlowChart) -> Rows:
    """Each unit below all it follows, a branch's figures right beneath its decision; loops alone lead up."""
    names = {node.id: node.block or node.id for node in chart.nodes}
    order = list(dict.fromkeys(names[node_id] for node_id in walk_forward(chart)))
    main = _main_line(chart, names)
    units = [
        Unit(
            name, tuple(node for node in chart.nodes if names[node.id] == name), row, "main" if name in main else "side"
        )
        for row, name in enumerate(order)
    ]
    return Rows(chart, tuple(units))


def _main_line(chart: FlowChart, names: dict[str, str]) -> set[str]:
    """From the start, always the first answer, until an end."""
    line: set[str] = set()
    at: str | None = chart.start.id
    while at is not None:
        line.add(names[at])
        at = next((edge.target for edge in chart.exits[at] if edge not in chart.loops), None)
    return line
