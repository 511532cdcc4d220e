"""村级权力流程图单: what stands on the sheet of one village power, computed from the list and the voting rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.confidence_words import certainty_words
from forms.flow.chart import FlowChart
from forms.flow.of_power import chart_of_power
from forms.power import Power, VotingRule


@dataclass(frozen=True)
class PowerSheet:
    """All the words of a power's sheet. `facts`: a heading and its sentence, in the order people ask."""

    code: str
    name: str
    category: str
    flow: FlowChart
    facts: tuple[tuple[str, str], ...]
    basis: tuple[str, ...]
    certainty: str
    is_confirmed: bool


def power_sheet_of(power: Power, voting_rules: Mapping[str, VotingRule]) -> PowerSheet:
    return PowerSheet(
        code=power.code,
        name=power.name,
        category=power.category,
        flow=chart_of_power(power),
        facts=tuple(_facts(power, voting_rules)),
        basis=power.basis,
        certainty=certainty_words(power.confidence, is_confirmed=power.is_confirmed),
        is_confirmed=power.is_confirmed,
    )


def _facts(power: Power, rules: Mapping[str, VotingRule]) -> Iterator[tuple[str, str]]:
    yield "谁行使", power.holder
    if votes := _votes(power, rules):
        yield "表决要够数", "；".join(votes)
    if power.limit_note:
        yield "限制", power.limit_note
    told = power.disclosure
    yield "要公开什么", told.what
    yield "什么时候公开", f"{told.when}；公开多久：{told.duration}"
    yield "在哪里公开", told.where
    yield "谁监督", power.oversight


def _votes(power: Power, rules: Mapping[str, VotingRule]) -> list[str]:
    """村民代表会议：到会应到的三分之二以上，同意实到的过半数; each rule once, in the order of the steps."""
    named = dict.fromkeys(name for step in power.steps for name in step.vote)
    return [vote_words(rules[name]) for name in named if name in rules]


def vote_words(rule: VotingRule) -> str:
    needs = [
        f"到会要{rule.present.words}" if rule.present else "",
        f"{'联名' if rule.counts == 'signatures' else '同意'}要{rule.agree.words}" if rule.agree else "",
    ]
    return f"{rule.body}：{'，'.join(filter(None, needs))}"
