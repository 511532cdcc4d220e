"""The flow chart of a village power, drawn from its own steps: decisions, ways back, votes and days."""

from forms.flow.chart import Edge, FlowChart, Node
from forms.item import days_in_words
from forms.power import Power, PowerStep

_START, _DECISION, _END = "start", "decide_{}", "end_{}"


def chart_of_power(power: Power) -> FlowChart:
    numbers = {step.id: number for number, step in enumerate(power.steps, 1)}
    first = power.steps[0]
    nodes, edges = [Node(_START, "start", "开始", actor=first.who)], [Edge(_START, first.id)]
    for step in power.steps:
        nodes += _nodes(step, numbers[step.id])
        edges += _edges(step, _days(step, numbers))
    return FlowChart(power.code, power.name, tuple(nodes), tuple(edges))


def _nodes(step: PowerStep, number: int) -> list[Node]:
    note = f"表决：{step.rule}" if step.rule and step.vote else step.rule or ""
    found = [Node(step.id, "step", step.who, step.what, note, number, actor=step.who)]
    if len(step.next) > 1:
        found.append(Node(_DECISION.format(step.id), "decision", step.decision or "分情况", actor=step.who))
    if not step.next:
        found.append(Node(_END.format(step.id), "end", "结束", actor=step.who))
    return found


def _days(step: PowerStep, numbers: dict[str, int]) -> str:
    """满5个自然日, 10个自然日内, or 到第5步满20个自然日 where they count to a step further on."""
    if step.days is None:
        return ""
    days = days_in_words(step.days, step.day_unit or "calendar_day")
    if step.days_mean == "at_most":
        return f"{days}内"
    return f"到第{numbers[step.days_before]}步满{days}" if step.days_before in numbers else f"满{days}"


def _edges(step: PowerStep, days: str) -> list[Edge]:
    if not step.next:
        return [Edge(step.id, _END.format(step.id), days=days)]
    if len(step.next) == 1:
        return [Edge(step.id, step.next[0], label="".join(step.labels), days=days)]
    asked = _DECISION.format(step.id)
    labels = (*step.labels, *[""] * (len(step.next) - len(step.labels)))
    branches = [Edge(asked, target, label=label) for target, label in zip(step.next, labels, strict=False)]
    return [Edge(step.id, asked, days=days), *branches]
