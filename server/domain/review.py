"""How a case walks through its stages: what opens next, and what a joint review's verdicts come to."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from forms.item import Answers, Stage, When


class StageState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    """意见: a negative one does not end the review; the deciding desk weighs them all."""

    AGREE = "agree"
    DISAGREE = "disagree"
    NOT_APPLICABLE = "not_applicable"


FINISHED = frozenset({StageState.DONE, StageState.NOT_APPLICABLE})


def stages_to_open(stages: Sequence[Stage], states: Mapping[str, StageState]) -> list[Stage]:
    """The stages to open now: none while one is active, else the next one or, in a group, its parallel members together.

    In a group with a deciding desk beside parallel ones (MZ-001 `decide`), the parallel ones come first.
    """
    if any(state is StageState.ACTIVE for state in states.values()):
        return []
    waiting = [stage for stage in stages if states[stage.id] is StageState.PENDING]
    if not waiting:
        return []
    first = waiting[0]
    if first.group is None:
        return [first]
    members = [stage for stage in waiting if stage.group == first.group]
    return [stage for stage in members if stage.parallel] or members


def rules_itself_out(stage: Stage, answers: Answers) -> bool:
    """A stage whose condition a machine can decide, and which does not hold; prose is for its desk to answer."""
    return isinstance(stage.when, When) and not stage.when.holds(answers)


def asks_for_judgement(stage: Stage) -> bool:
    """A stage with a condition in prose: its desk may answer 不适用."""
    return isinstance(stage.when, str)
