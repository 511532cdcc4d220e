"""How a case walks through its stages: what opens next, and what a joint review's verdicts come to."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from forms.condition import asks_a_person
from forms.item import Answers, Stage


class StageState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"
    # The lead went on without it after its limit was over; its verdict may still come, as a late one.
    NO_ANSWER = "no_answer"


class Verdict(StrEnum):
    """意见: a negative one does not end the review; the deciding desk weighs them all."""

    AGREE = "agree"
    DISAGREE = "disagree"
    NOT_APPLICABLE = "not_applicable"


FINISHED = frozenset({StageState.DONE, StageState.NOT_APPLICABLE, StageState.NO_ANSWER})


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


def settled_alternatives(stages: Sequence[Stage], states: Mapping[str, StageState]) -> list[Stage]:
    """Desks of which one alone decides (乡镇限额以内, 县级限额以上): when one has, the others have nothing left to do."""
    settled = {
        stage.group for stage in stages if stage.group and not stage.parallel and states[stage.id] is StageState.DONE
    }
    return [
        stage for stage in stages if stage.group in settled and not stage.parallel and states[stage.id] not in FINISHED
    ]


def asks_for_judgement(stage: Stage, answers: Answers) -> bool:
    """A stage whose condition the answers leave open and only its desk can judge: it may answer 不适用."""
    return stage.when is not None and asks_a_person(stage.when) and stage.decide(answers) is None


def rules_itself_out(stage: Stage, answers: Answers) -> bool:
    """A stage whose condition does not hold; a field nobody filled in counts as no, an open judgement does not."""
    return stage.decide(answers) is not True and not asks_for_judgement(stage, answers)


def lead_of(stages: Sequence[Stage], group: str) -> Stage | None:
    """牵头: who weighs a group's verdicts, the deciding desk in the group or else the first to come after it."""
    last = max((at for at, stage in enumerate(stages) if stage.group == group and stage.parallel), default=None)
    if last is None:
        return None
    inside = [stage for stage in stages if stage.group == group and not stage.parallel]
    return next(iter([*inside, *(stage for stage in stages[last + 1 :] if stage.action != "publicise")]), None)
