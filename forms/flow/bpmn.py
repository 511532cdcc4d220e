"""A flow chart as BPMN 2.0 (ISO/IEC 19510): lanes, gateways, conditions, and a diagram any modeller opens."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from forms.condition import Age, AllOf, AnyOf, Ask, Equals, Has, Not, Number, OneOf
from forms.flow.bpmn_diagram import add_diagram, flow_names
from forms.flow.chart import Edge, FlowChart, Node

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_PREFIXES = {
    "bpmn": MODEL,
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": INSTANCE,
}
_TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "step": "userTask",
    "hold": "userTask",
    "desk": "userTask",
    "decision": "exclusiveGateway",
}


def bpmn_of(chart: FlowChart) -> bytes:
    """The process as a BPMN file, UTF-8."""
    return _Writer(chart).file()


def process_id(chart: FlowChart) -> str:
    return f"process_{_word(chart.code)}"


def _word(text: str) -> str:
    """As a name that XML and expressions both allow."""
    return "".join(sign if sign.isalnum() else "_" for sign in text)


class _Writer:
    """One file in the making."""

    def __init__(self, chart: FlowChart):
        self._chart = chart
        self._flow_ids = flow_names(chart)
        self._lanes = list(dict.fromkeys(node.actor or chart.title for node in chart.nodes))

    def file(self) -> bytes:
        for prefix, address in _PREFIXES.items():
            ElementTree.register_namespace(prefix, address)
        root = Element(
            f"{{{MODEL}}}definitions", id=f"definitions_{_word(self._chart.code)}", targetNamespace="urn:hongye"
        )
        together = SubElement(root, f"{{{MODEL}}}collaboration", id="collaboration")
        name = f"{self._chart.code} {self._chart.title}"
        SubElement(together, f"{{{MODEL}}}participant", id="pool", name=name, processRef=process_id(self._chart))
        self._add_process(root, name)
        add_diagram(root, self._chart, self._lanes)
        ElementTree.indent(root)
        return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)

    def _add_process(self, root: Element, name: str) -> None:
        process = SubElement(root, f"{{{MODEL}}}process", id=process_id(self._chart), name=name, isExecutable="true")
        _document(process, "".join(self._chart.sentences))
        lane_set = SubElement(process, f"{{{MODEL}}}laneSet", id="lanes")
        for number, actor in enumerate(self._lanes):
            lane = SubElement(lane_set, f"{{{MODEL}}}lane", id=f"lane_{number}", name=actor)
            for node in self._chart.nodes:
                if (node.actor or self._chart.title) == actor:
                    SubElement(lane, f"{{{MODEL}}}flowNodeRef").text = node.id
        for node in self._chart.nodes:
            self._add_node(process, node)
        for edge in self._chart.edges:
            self._add_flow(process, edge)

    def _add_node(self, process: Element, node: Node) -> None:
        made = SubElement(process, f"{{{MODEL}}}{self._tag(node)}", id=node.id, name=node.text or node.title)
        exits = self._chart.exits[node.id]
        if otherwise := next((edge for edge in exits if edge.otherwise), None):
            made.set("default", self._flow_ids[otherwise])
        _document(made, "；".join(filter(None, self._said_of(node))))
        for edge in self._chart.entries[node.id]:
            SubElement(made, f"{{{MODEL}}}incoming").text = self._flow_ids[edge]
        for edge in exits:
            SubElement(made, f"{{{MODEL}}}outgoing").text = self._flow_ids[edge]

    def _tag(self, node: Node) -> str:
        """Desks of which some have a condition of their own need an inclusive gateway: it waits for those it asked."""
        if node.kind not in ("split", "join"):
            return _TAGS[node.kind]
        split = next(other for other in self._chart.members(node.block) if other.kind == "split")
        conditional = any(edge.when is not None for edge in self._chart.exits[split.id])
        return "inclusiveGateway" if conditional else "parallelGateway"

    def _said_of(self, node: Node) -> Iterator[str]:
        """Who, under which rule, how long; and of a question, what the names in its expressions stand for."""
        yield node.title if node.text else ""
        yield node.note
        yield node.days
        for edge in self._chart.exits[node.id]:
            yield edge.days
            if edge.when is not None:
                yield from Expression(edge).meanings()

    def _add_flow(self, process: Element, edge: Edge) -> None:
        ends = {"sourceRef": edge.source, "targetRef": edge.target}
        flow = SubElement(process, f"{{{MODEL}}}sequenceFlow", id=self._flow_ids[edge], **ends)
        if edge.label:
            flow.set("name", edge.label)
        words = self._expression(edge)
        if words:
            condition = SubElement(flow, f"{{{MODEL}}}conditionExpression")
            condition.set(f"{{{INSTANCE}}}type", "bpmn:tFormalExpression")
            condition.text = words

    def _expression(self, edge: Edge) -> str:
        if edge.when is not None:
            return Expression(edge).words()
        if self._chart.by_id[edge.source].kind == "decision" and edge.label and not edge.otherwise:
            return f"{edge.source} == {_quoted(edge.label)}"
        # Beside desks with conditions of their own stand desks that are always asked.
        return (
            "1 == 1" if self._tag(self._chart.by_id[edge.source]) == "inclusiveGateway" and not edge.otherwise else ""
        )


def _document(element: Element, words: str) -> None:
    if words:
        SubElement(element, f"{{{MODEL}}}documentation").text = words


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


@dataclass(frozen=True)
class Expression:
    """A condition in the few words JUEL and Python share, so that common engines can evaluate it.

    Fields stand under their own ids, an age as `age_of_<field>`, a person's judgement as `judged_<step>`.
    """

    edge: Edge

    def words(self) -> str:
        return self._write(self.edge.when)

    def meanings(self) -> Iterator[str]:
        for name, ask in self._judged().items():
            yield f"{name}：{ask}（由经办部门判断）"

    def _judged(self, condition: Any = None) -> dict[str, str]:
        asks = [part.ask for part in _asks(condition if condition is not None else self.edge.when)]
        names = [f"judged_{self.edge.target}" + (f"_{at}" if at else "") for at in range(len(asks))]
        return dict(zip(names, asks, strict=True))

    @singledispatchmethod
    def _write(self, condition: Any) -> str:
        raise TypeError(f"{type(condition).__name__} is no condition")

    @_write.register
    def _(self, condition: Equals) -> str:
        if isinstance(condition.equals, bool):
            return condition.field if condition.equals else f"not {condition.field}"
        return f"{condition.field} == {_quoted(condition.equals)}"

    @_write.register
    def _(self, condition: OneOf) -> str:
        return "(" + " or ".join(f"{condition.field} == {_quoted(value)}" for value in condition.one_of) + ")"

    @_write.register
    def _(self, condition: Has) -> str:
        return "(" + " or ".join(f"{_quoted(value)} in {condition.field}" for value in condition.has) + ")"

    @_write.register
    def _(self, condition: Number) -> str:
        return _bounds(condition, condition.field)

    @_write.register
    def _(self, condition: Age) -> str:
        return _bounds(condition, f"age_of_{condition.age_of}")

    @_write.register
    def _(self, condition: Not) -> str:
        return f"not ({self._write(condition.inner)})"

    @_write.register
    def _(self, condition: AnyOf) -> str:
        return "(" + " or ".join(self._write(part) for part in condition.parts) + ")"

    @_write.register
    def _(self, condition: AllOf) -> str:
        return "(" + " and ".join(self._write(part) for part in condition.parts) + ")"

    @_write.register
    def _(self, condition: Ask) -> str:
        return next(name for name, ask in self._judged().items() if ask == condition.ask)


def _asks(condition: Any) -> Iterator[Ask]:
    if isinstance(condition, Ask):
        yield condition
    parts = (condition.inner,) if isinstance(condition, Not) else getattr(condition, "parts", ())
    for part in parts:
        yield from _asks(part)


def _bounds(condition: Number | Age, name: str) -> str:
    signs = {"at_least": ">=", "at_most": "<=", "over": ">", "under": "<"}
    found = {sign: value for bound, sign in signs.items() if (value := getattr(condition, bound)) is not None}
    return " and ".join(f"{name} {sign} {value:g}" for sign, value in found.items())
