"""The picture inside a BPMN file: lanes from top to bottom, time from left to right, in the rows the drawing has."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from forms.flow.chart import Edge, FlowChart, Node
from forms.flow.rows import rows_of

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_WAY = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
_SIZES = {"start": (36, 36), "end": (36, 36), "decision": (50, 50), "split": (50, 50), "join": (50, 50)}
_TASK = (120, 80)
_COLUMN, _ROW, _PADDING, _HEADER = 180, 110, 20, 30


@dataclass(frozen=True)
class _Box:
    """Where something stands, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def flow_names(chart: FlowChart) -> dict[Edge, str]:
    """An identifier for each arrow: two answers may lead to the same step, so its ends do not name it."""
    return {edge: f"flow_{number}" for number, edge in enumerate(chart.edges, 1)}


def add_diagram(root: Element, chart: FlowChart, lanes: Sequence[str]) -> None:
    plan = _Plan(chart, lanes)
    diagram = SubElement(root, f"{_DI}BPMNDiagram", id="diagram")
    plane = SubElement(diagram, f"{_DI}BPMNPlane", id="plane", bpmnElement="collaboration")
    _add_shape(plane, "pool", plan.pool, isHorizontal="true")
    for number in range(len(lanes)):
        _add_shape(plane, f"lane_{number}", plan.lane(number), isHorizontal="true")
    for node in chart.nodes:
        _add_shape(plane, node.id, plan.box(node))
    for edge, name in flow_names(chart).items():
        _add_edge(plane, name, plan.way(edge))


def _add_shape(plane: Element, name: str, box: _Box, **more: str) -> None:
    shape = SubElement(plane, f"{_DI}BPMNShape", id=f"{name}_shape", bpmnElement=name, **more)
    edges = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    SubElement(shape, f"{_DC}Bounds", {key: f"{value:g}" for key, value in edges.items()})


def _add_edge(plane: Element, name: str, way: Sequence[tuple[float, float]]) -> None:
    line = SubElement(plane, f"{_DI}BPMNEdge", id=f"{name}_edge", bpmnElement=name)
    for x, y in way:
        SubElement(line, _WAY, x=f"{x:g}", y=f"{y:g}")


class _Plan:
    """Columns from the drawing's rows, lanes as tall as what stands in them at one time."""

    def __init__(self, chart: FlowChart, lanes: Sequence[str]):
        self._chart = chart
        self._lane_of = {node.id: lanes.index(node.actor or chart.title) for node in chart.nodes}
        self._column_of = _columns(chart)
        self._slot_of: dict[str, int] = {}
        crowd: Counter[tuple[int, int]] = Counter()
        for node in chart.nodes:
            place = self._lane_of[node.id], self._column_of[node.id]
            self._slot_of[node.id] = crowd[place]
            crowd[place] += 1
        rows = [max(count for (lane, _), count in crowd.items() if lane == each) for each in range(len(lanes))]
        self._heights = [count * _ROW + _PADDING for count in rows]

    @property
    def pool(self) -> _Box:
        width = 2 * _HEADER + (max(self._column_of.values()) + 1) * _COLUMN + _PADDING
        return _Box(0, 0, width, sum(self._heights))

    def lane(self, number: int) -> _Box:
        return _Box(_HEADER, sum(self._heights[:number]), self.pool.width - _HEADER, self._heights[number])

    def box(self, node: Node) -> _Box:
        width, height = _SIZES.get(node.kind, _TASK)
        middle_x = 2 * _HEADER + (self._column_of[node.id] + 0.5) * _COLUMN
        top = self.lane(self._lane_of[node.id]).y + self._slot_of[node.id] * _ROW
        return _Box(middle_x - width / 2, top + _ROW / 2 - height / 2, width, height)

    def way(self, edge: Edge) -> list[tuple[float, float]]:
        """Along the gutters between columns and the free foot of the lane: through no figure."""
        source, target = (self.box(self._chart.by_id[name]) for name in (edge.source, edge.target))
        out = self._gutter(edge.source, after=True)
        begun, ended = (source.x + source.width, source.middle), (target.x, target.middle)
        if self._column_of[edge.target] == self._column_of[edge.source] + 1:
            middle = [] if source.middle == target.middle else [(out, source.middle), (out, target.middle)]
            return [begun, *middle, ended]
        lane = self.lane(self._lane_of[edge.source])
        foot, back = lane.y + lane.height - _PADDING / 2, self._gutter(edge.target, after=False)
        return [begun, (out, source.middle), (out, foot), (back, foot), (back, target.middle), ended]

    def _gutter(self, name: str, *, after: bool) -> float:
        return 2 * _HEADER + (self._column_of[name] + after) * _COLUMN


def _columns(chart: FlowChart) -> dict[str, int]:
    """A column for every row of the drawing; a split, its desks and its join take three."""
    found: dict[str, int] = {}
    at = 0
    for unit in rows_of(chart).units:
        steps = {"split": 0, "join": 2} if unit.kind == "parallel" else {}
        for node in unit.nodes:
            found[node.id] = at + (steps.get(node.kind, 1) if steps else 0)
        at += 3 if steps else 1
    return found
