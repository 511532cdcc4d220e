"""Desks that work at the same time: between a split and a join, in as many columns as the width allows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forms.flow.chart import Edge, FlowChart, Node
from forms.flow.figures import LEAST_DESK, Arrow, Figure, Group, Pen

_BETWEEN = 0.9  # beside each other in one row, in ems
_SPINE = 1.9  # between two columns, where the arrows to both run down
_RAIL = 1.1  # outside them, where the lines to the join run down
_STEP_DOWN = 0.75  # from row to row
_INTO = 1.25  # from the split to the first row
_OUT = 1.05  # from the last row to the join


def parallel_desks(pen: Pen, chart: FlowChart, nodes: Sequence[Node], x: float, width: float) -> Group:
    split = pen.figure(nodes[0], x, width, 0)
    desks = [node for node in nodes if node.kind == "desk"]
    join = chart.join_of(nodes[0])
    one_row = len(desks) * pen.em(LEAST_DESK) + (len(desks) - 1) * pen.em(_BETWEEN)
    if one_row <= width or len(desks) == 1:
        return _one_row(pen, chart, split, desks, join, x, width)
    return _many_rows(pen, chart, split, desks, join, x, width)


def _edge(chart: FlowChart, source: str, target: str) -> Edge:
    return next(edge for edge in chart.exits[source] if edge.target == target)


def _one_row(
    pen: Pen, chart: FlowChart, split: Figure, desks: Sequence[Node], join: Node, x: float, width: float
) -> Group:
    between = pen.em(_BETWEEN)
    each = (width - between * (len(desks) - 1)) / len(desks)
    drawn = [pen.figure(desk, x + at * (each + between), each, 0) for at, desk in enumerate(desks)]
    tallest, top = max(figure.height for figure in drawn), split.bottom + pen.em(_INTO)
    placed = [replace(figure, height=tallest).moved(top) for figure in drawn]
    bar = pen.figure(join, x, width, 0).moved(top + tallest + pen.em(_OUT))
    arrows: list[Arrow] = []
    for figure in placed:
        centre = figure.x + figure.width / 2
        arrows.append(Arrow(_edge(chart, split.node.id, figure.node.id), ((centre, split.bottom), (centre, figure.y))))
        arrows.append(Arrow(_edge(chart, figure.node.id, join.id), ((centre, figure.bottom), (centre, bar.y))))
    return Group((split, *placed, bar), tuple(arrows))


@dataclass(frozen=True)
class _Column:
    """Where a column of desks stands, and the lines on both sides of it."""

    x: float
    width: float
    spine: float
    rail: float


def _columns(pen: Pen, count: int, x: float, width: float) -> list[_Column]:
    """Pairs of columns about a spine; one column with a spine to its left where two would be too narrow."""
    spine, rail, least = pen.em(_SPINE), pen.em(_RAIL), pen.em(LEAST_DESK)
    pairs = min(int((width - rail) // (2 * least + spine + rail)), -(-count // 2))
    if pairs < 1:
        left = x + spine * 0.7
        return [_Column(left, width - spine * 0.7 - rail, x + spine * 0.3, x + width - rail * 0.4)]
    each = (width - pairs * (spine + rail) - rail) / (2 * pairs)
    found: list[_Column] = []
    for pair in range(pairs):
        start = x + rail + pair * (2 * each + spine + rail)
        middle = start + each + spine / 2
        found.append(_Column(start, each, middle, start - rail / 2))
        found.append(_Column(start + each + spine, each, middle, start + 2 * each + spine + rail / 2))
    return found


def _many_rows(
    pen: Pen, chart: FlowChart, split: Figure, desks: Sequence[Node], join: Node, x: float, width: float
) -> Group:
    columns = _columns(pen, len(desks), x, width)
    top = split.bottom + pen.em(_INTO * 0.8)
    placed: list[tuple[_Column, Figure]] = []
    cuts: list[float] = []
    for start in range(0, len(desks), len(columns)):
        row = [
            (column, pen.figure(desk, column.x, column.width, 0))
            for column, desk in zip(columns, desks[start : start + len(columns)], strict=False)
        ]
        tallest = max(figure.height for _, figure in row)
        placed += [(column, replace(figure, height=tallest).moved(top)) for column, figure in row]
        top += tallest + pen.em(_STEP_DOWN)
        cuts.append(top - pen.em(_STEP_DOWN) / 2)
    bar = pen.figure(join, x, width, 0).moved(top - pen.em(_STEP_DOWN) + pen.em(_OUT))
    arrows = [arrow for column, figure in placed for arrow in _around(chart, split, column, figure, bar)]
    return Group((split, *(figure for _, figure in placed), bar), tuple(arrows), tuple(cuts[:-1]))


def _around(chart: FlowChart, split: Figure, column: _Column, figure: Figure, bar: Figure) -> tuple[Arrow, Arrow]:
    """From the split down the spine into the desk, and from its other side down the rail to the join."""
    near, far = (figure.x, figure.right) if column.spine < figure.x else (figure.right, figure.x)
    inward = ((column.spine, split.bottom), (column.spine, figure.middle), (near, figure.middle))
    outward = ((far, figure.middle), (column.rail, figure.middle), (column.rail, bar.y))
    return (
        Arrow(_edge(chart, split.node.id, figure.node.id), inward),
        Arrow(_edge(chart, figure.node.id, bar.node.id), outward),
    )
