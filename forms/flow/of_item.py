"""The flow chart of a service item, drawn from its stages the way the engine walks them (server.domain.review)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from forms.condition import Ask, asks_a_person
from forms.condition_words import JUDGED_BY_DESK, item_condition_words
from forms.flow.chart import OTHERWISE, Edge, FlowChart, Node
from forms.item import ServiceItem, Stage, days_in_words

LEVEL_WORDS = {"village": "村", "township": "乡镇", "county": "县区", "city": "市"}
_START, _END = "start", "end"
_UNIT = "working_day"


@dataclass(frozen=True)
class Block:
    """What is open at one time: one desk, desks side by side, or desks of which one alone decides."""

    kind: Literal["single", "parallel", "alternatives"]
    stages: tuple[Stage, ...]
    # The days a whole group takes, where a desk of it follows others of it (one group counts once, its longest).
    group_days: int | None = None

    @property
    def when(self) -> Any:
        """The condition the whole block stands under; parallel desks with conditions of their own state them singly."""
        conditions = {stage.when for stage in self.stages}
        return conditions.pop() if len(conditions) == 1 and self.kind != "alternatives" else None


def chart_of_item(item: ServiceItem) -> FlowChart:
    return _Drawing(item).chart()


def blocks_of(stages: Sequence[Stage]) -> list[Block]:
    """Stages in the order they open: a group's parallel desks together, then its others as alternatives."""
    blocks: list[Block] = []
    seen: set[str] = set()
    for stage in stages:
        if stage.group is None:
            blocks.append(Block("single", (stage,)))
        elif stage.group not in seen:
            seen.add(stage.group)
            blocks += _blocks_of_group([other for other in stages if other.group == stage.group])
    return blocks


def _blocks_of_group(members: Sequence[Stage]) -> list[Block]:
    together = tuple(stage for stage in members if stage.parallel)
    alone = tuple(stage for stage in members if not stage.parallel)
    blocks = [Block("parallel" if len(together) > 1 else "single", together)] if together else []
    if alone:
        both = max(stage.promised_days for stage in members) if together else None
        blocks.append(Block("alternatives" if len(alone) > 1 else "single", alone, both))
    return blocks


class _Drawing:
    """Grows nodes and edges block by block. `_loose`: arrows whose heads wait for the next block."""

    def __init__(self, item: ServiceItem):
        self._item = item
        self._nodes = [Node(_START, "start", _start_words(item), actor=_where(item.stages[0]))]
        self._edges: list[Edge] = []
        self._loose: list[Edge] = [Edge(_START, "")]
        self._number = 0

    def chart(self) -> FlowChart:
        for condition, blocks in groupby(blocks_of(self._item.stages), key=lambda block: block.when):
            self._add_run(condition, list(blocks))
        self._enter(Node(_END, "end", "办成后您拿到", self._item.result, actor=self._nodes[-1].actor))
        edges = sorted(self._edges, key=lambda edge: not edge.otherwise)
        return FlowChart(
            self._item.code, self._item.name, tuple(self._nodes), tuple(edges), _notes(self._nodes, self._item)
        )

    def _add_run(self, condition: Any, blocks: list[Block]) -> None:
        """Blocks under one condition share one question, and one way past them all."""
        if condition is None:
            for block in blocks:
                self._add(block)
            return
        asked = self._ask(blocks[0].stages[0], "要不要这一步" if len(blocks) == 1 else "要不要这几步", [condition])
        self._loose = [Edge(asked.id, "", item_condition_words(self._item, condition), when=condition)]
        for block in blocks:
            self._add(block)
        self._loose.append(Edge(asked.id, "", OTHERWISE, otherwise=True))

    def _add(self, block: Block) -> None:
        {"single": self._add_single, "parallel": self._add_parallel, "alternatives": self._add_alternatives}[
            block.kind
        ](block)

    def _add_single(self, block: Block) -> None:
        stage = block.stages[0]
        node = self._step(stage)
        self._enter(node)
        self._loose = [Edge(node.id, "", days=_days(stage, block.group_days))]

    def _add_parallel(self, block: Block) -> None:
        self._number += 1
        name = f"group_{block.stages[0].group}_{block.stages[0].id}"
        together = f"{len(block.stages)}个部门同时办" if _departments(block) > 1 else f"{len(block.stages)}处同时办"
        split = Node(f"split_{name}", "split", together, number=self._number, block=name, actor=_where(block.stages[0]))
        join = Node(f"join_{name}", "join", "都办完", block=name, actor=_where(block.stages[0]))
        self._enter(split)
        desks = [self._desk(stage, block, name) for stage in block.stages]
        self._nodes += [*desks, join]
        for stage, desk in zip(block.stages, desks, strict=True):
            own = stage.when if block.when is None else None
            self._edges += [Edge(split.id, desk.id, when=own), Edge(desk.id, join.id)]
        self._loose = [Edge(join.id, "", days=_longest(block.stages))]

    def _add_alternatives(self, block: Block) -> None:
        conditions = [stage.when for stage in block.stages if stage.when is not None]
        asked = self._ask(block.stages[0], "看情况", conditions)
        name = f"either_{block.stages[0].id}"
        waiting: list[Edge] = []
        for stage in block.stages:
            node = self._step(stage, name)
            label = item_condition_words(self._item, stage.when) if stage.when is not None else ""
            self._loose = [Edge(asked.id, "", label, when=stage.when)]
            self._enter(node)
            waiting.append(Edge(node.id, "", days=_days(stage, block.group_days)))
        self._loose = waiting

    def _ask(self, stage: Stage, words: str, conditions: list[Any]) -> Node:
        """The question before a branch; where a person judges, the question says who."""
        if conditions and all(isinstance(condition, Ask) for condition in conditions):
            words = "由经办部门判断"
        elif any(asks_a_person(condition) for condition in conditions):
            words += "，由经办部门判断"
        node = Node(f"ask_{stage.id}", "decision", words, actor=_where(stage))
        self._enter(node)
        return node

    def _enter(self, node: Node) -> None:
        """Put a node down and let every waiting arrow end in it."""
        self._nodes.append(node)
        for edge in self._loose:
            self._edges.append(Edge(edge.source, node.id, edge.label, edge.days, edge.when, edge.otherwise))
        self._loose = []

    def _step(self, stage: Stage, block: str = "") -> Node:
        self._number += 1
        kind = "hold" if stage.stops_clock else "step"
        return Node(stage.id, kind, _where(stage), stage.what, number=self._number, block=block, actor=_where(stage))

    def _desk(self, stage: Stage, block: Block, name: str) -> Node:
        own = stage.when if block.when is None else None
        note = item_condition_words(self._item, own, judged=JUDGED_BY_DESK) + "的才办" if own is not None else ""
        where = _where(stage)
        return Node(stage.id, "desk", where, stage.what, note, days=_days(stage), block=name, actor=where)


def _departments(block: Block) -> int:
    return len({(stage.level, stage.department) for stage in block.stages})


def _start_words(item: ServiceItem) -> str:
    return "您到村里交材料" if item.stages[0].level == "village" else "您提出申请"


def _where(stage: Stage) -> str:
    """乡镇·民政; a department that says by its name where it is needs no level: 村级组织."""
    level = LEVEL_WORDS[stage.level]
    return stage.department if stage.department.startswith(level) else f"{level}·{stage.department}"


def _days(stage: Stage, group_days: int | None = None) -> str:
    if stage.is_public_notice:
        return f"公示{stage.notice_days}天，不计入时限"
    if stage.stops_clock:
        return "不计入时限"
    if group_days is not None:
        return f"连上一步共{days_in_words(group_days, _UNIT)}"
    return days_in_words(stage.promised_days, _UNIT) if stage.promised_days else "当天"


def _longest(stages: Sequence[Stage]) -> str:
    """One group counts once, with its longest desk."""
    counted = [stage.promised_days for stage in stages if not stage.stops_clock]
    if not counted:
        return "不计入时限"
    most = days_in_words(max(counted), _UNIT) if max(counted) else "当天"
    return most if len(set(counted)) == 1 else f"最慢{most}"


def _notes(nodes: Sequence[Node], item: ServiceItem) -> tuple[str, ...]:
    """What else may happen: a desk that decides may refuse, and then says why in writing."""
    stages = {stage.id: stage for stage in item.stages}
    numbered = [(node.number, stages[node.id]) for node in nodes if node.id in stages and node.number]
    return tuple(_endings(numbered))


def _endings(numbered: Sequence[tuple[int, Stage]]) -> Iterator[str]:
    accepting = [number for number, stage in numbered if stage.action == "accept" and stage.level != "village"]
    deciding = [number for number, stage in numbered if stage.action == "approve"]
    if accepting:
        yield f"{_steps(accepting)}材料不齐的，一次告诉您要补什么；不受理的，说明理由。"
    if deciding:
        yield f"{_steps(deciding)}不批准的，书面说明理由，并告诉您不服可以找谁。"


def _steps(numbers: Sequence[int]) -> str:
    return "、".join(f"第{number}步" for number in numbers)
