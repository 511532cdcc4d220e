"""A flow chart as data: what happens, who does it, where each answer leads, and the same told in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

NodeKind = Literal["start", "step", "hold", "decision", "split", "desk", "join", "end"]
STEP_KINDS = frozenset({"step", "hold", "split"})
OTHERWISE = "其他情况"


@dataclass(frozen=True)
class Node:
    """One figure. A `split` and its `join` share a `block` with the desks between them; so do alternatives.

    `title`: who acts, or the question; `text`: what is done; `note`: a voting rule or a condition.
    `actor`: whose lane it stands in. `days`: how long a desk between split and join takes; others say it on the arrow.
    """

    id: str
    kind: NodeKind
    title: str
    text: str = ""
    note: str = ""
    number: int | None = None
    days: str = ""
    block: str = ""
    actor: str = ""


@dataclass(frozen=True)
class Edge:
    """One arrow: the answer it stands for, and the days before it is gone.

    `when`: the condition a machine decides by; `otherwise`: taken when no other arrow of the decision is.
    """

    source: str
    target: str
    label: str = ""
    days: str = ""
    when: Any = None
    otherwise: bool = False


@dataclass(frozen=True)
class FlowChart:
    """`notes`: what may end or hold the way at several steps, said once beneath the drawing."""

    code: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def exits(self) -> dict[str, tuple[Edge, ...]]:
        return {node.id: tuple(edge for edge in self.edges if edge.source == node.id) for node in self.nodes}

    @cached_property
    def entries(self) -> dict[str, tuple[Edge, ...]]:
        return {node.id: tuple(edge for edge in self.edges if edge.target == node.id) for node in self.nodes}

    @cached_property
    def start(self) -> Node:
        return next(node for node in self.nodes if node.kind == "start")

    def members(self, block: str) -> list[Node]:
        return [node for node in self.nodes if node.block == block]

    def desks(self, split: Node) -> list[Node]:
        return [node for node in self.members(split.block) if node.kind == "desk"]

    def join_of(self, split: Node) -> Node:
        return next(node for node in self.members(split.block) if node.kind == "join")

    @property
    def step_count(self) -> int:
        return sum(node.kind in STEP_KINDS for node in self.nodes)

    @cached_property
    def loops(self) -> frozenset[Edge]:
        """The arrows that lead back to something already passed."""
        found: set[Edge] = set()
        _seek_loops(self, self.start.id, [], set(), found)
        return frozenset(found)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The whole chart in words, a step a sentence: for screen readers, and for whoever prefers to read."""
        steps = sorted((node for node in self.nodes if node.kind in STEP_KINDS), key=lambda node: node.number or 0)
        before = _leads(self, self.start)
        return (
            *([f"先看：{before}。"] if self._begins_with_question else []),
            *(_told(self, s) for s in steps),
            *self.notes,
        )

    @property
    def _begins_with_question(self) -> bool:
        return any(self.by_id[edge.target].kind == "decision" for edge in self.exits[self.start.id])


def _seek_loops(chart: FlowChart, at: str, path: list[str], done: set[str], found: set[Edge]) -> None:
    path.append(at)
    for edge in chart.exits[at]:
        if edge.target in path:
            found.add(edge)
        elif edge.target not in done:
            _seek_loops(chart, edge.target, path, done, found)
    done.add(path.pop())


def _told(chart: FlowChart, step: Node) -> str:
    if step.kind == "split":
        return _told_together(chart, step)
    what = f"第{step.number}步：{step.title}，{step.text}" + (f"（{step.note}）" if step.note else "")
    days = "，".join(dict.fromkeys(edge.days for edge in chart.exits[step.id] if edge.days))
    return f"{what}" + (f"，{days}" if days else "") + f"。{_onward(chart, step)}"


def _told_together(chart: FlowChart, split: Node) -> str:
    desks = "；".join(
        f"{desk.title}，{desk.text}" + (f"（{desk.note}）" if desk.note else "") + f"，{desk.days}"
        for desk in chart.desks(split)
    )
    return f"第{split.number}步：{split.title}：{desks}。都办完了，{_leads(chart, chart.join_of(split))}。"


def _onward(chart: FlowChart, node: Node) -> str:
    """Nothing where the way simply goes on to the next number."""
    targets = [chart.by_id[edge.target] for edge in chart.exits[node.id]]
    if len(targets) == 1 and targets[0].number == (node.number or 0) + 1:
        return ""
    return f"{_leads(chart, node)}。"


def _leads(chart: FlowChart, node: Node) -> str:
    """然后到第6步; 是否通过：通过的到第6步，未通过的到第5步."""
    exits = chart.exits[node.id]
    if len(exits) == 1 and chart.by_id[exits[0].target].kind != "decision":
        return f"然后{_place(chart.by_id[exits[0].target])}" if not exits[0].label else _branch(chart, exits[0])
    if len(exits) == 1:
        question = chart.by_id[exits[0].target]
        return f"{question.title}：{_leads(chart, question)}"
    told = [edge for edge in exits if not edge.otherwise] + [edge for edge in exits if edge.otherwise]
    return "，".join(_branch(chart, edge) for edge in told)


def _branch(chart: FlowChart, edge: Edge) -> str:
    target = chart.by_id[edge.target]
    which = edge.label if edge.otherwise or not edge.label else f"{edge.label}的"
    if target.kind == "decision":
        return f"{which}再看：{_leads(chart, target)}"
    return f"{which}{_place(target)}"


def _place(node: Node) -> str:
    if node.kind == "end":
        return "结束"
    return f"到第{node.number}步"


def walk_forward(chart: FlowChart) -> Iterator[str]:
    """Every node's id once, each after all that come before it on the way; loops aside, the first answer's way first."""
    done: list[str] = []
    _visit(chart, chart.start.id, set(), done)
    return reversed(done)


def _visit(chart: FlowChart, at: str, seen: set[str], done: list[str]) -> None:
    seen.add(at)
    for edge in chart.exits[at]:
        if edge.target not in seen:
            _visit(chart, edge.target, seen, done)
    done.append(at)
