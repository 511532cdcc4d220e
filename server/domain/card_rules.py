"""The rules by which cards fall: which rule watches which clock, its version, and how early it warns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ClockKind(StrEnum):
    """What a clock measures; `promised` and `statutory` are the two limits of the whole case."""

    PROMISED = "promised"
    STATUTORY = "statutory"
    STAGE = "stage"
    ACCEPTANCE = "acceptance"
    PUBLICATION = "publication"
    FOLLOW_UP = "follow_up"


WHOLE_CASE = frozenset({ClockKind.PROMISED, ClockKind.STATUTORY})


class Rule(StrEnum):
    """Stored on every card, with the version then in force."""

    WHOLE_LIMIT = "whole_limit"
    STAGE_LIMIT = "stage_limit"
    LATE_ACCEPTANCE = "late_acceptance"
    NO_ONE_TIME_NOTICE = "no_one_time_notice"
    LATE_PUBLICATION = "late_publication"
    FOLLOW_UP_LIMIT = "follow_up_limit"


RULE_OF_CLOCK: Mapping[ClockKind, Rule] = {
    ClockKind.PROMISED: Rule.WHOLE_LIMIT,
    ClockKind.STATUTORY: Rule.WHOLE_LIMIT,
    ClockKind.STAGE: Rule.STAGE_LIMIT,
    ClockKind.ACCEPTANCE: Rule.LATE_ACCEPTANCE,
    ClockKind.PUBLICATION: Rule.LATE_PUBLICATION,
    ClockKind.FOLLOW_UP: Rule.FOLLOW_UP_LIMIT,
}


@dataclass(frozen=True)
class RuleSettings:
    """One version of one rule: days (or hours, for a limit in hours) left when the yellow card falls."""

    version: int = 1
    enabled: bool = True
    yellow_working_days_left: int = 1
    yellow_hours_left: int = 2


SHIPPED = RuleSettings()


@dataclass(frozen=True)
class Rules:
    """The rules in force at one time; one that nobody changed is as it was shipped."""

    changed: Mapping[Rule, RuleSettings] = field(default_factory=dict)

    def of(self, rule: Rule) -> RuleSettings:
        return self.changed.get(rule, SHIPPED)
