"""Changes of the supervision rules: who may make them, and within which bounds."""

from dataclasses import asdict

from server.domain.card_rules import Rule, RuleSettings
from server.domain.people import Actor, Role

MOST_DAYS, MOST_HOURS = 10, 48
SHORTEST_REASON = 5
# A breach that is no matter of days has nothing to warn of beforehand.
WITHOUT_WARNING = frozenset({Rule.NO_ONE_TIME_NOTICE})


class RuleRefused(ValueError):
    """The rule cannot be changed so; the text says why and what to do."""


def may_change(actor: Actor) -> bool:
    return actor.role in (Role.SUPERVISOR, Role.CONTROL_CENTRE)


def check_rule(settings: RuleSettings, before: RuleSettings, reason: str) -> None:
    """Raises RuleRefused."""
    if not 0 <= settings.yellow_working_days_left <= MOST_DAYS:
        raise RuleRefused(f"黄牌应提前 0 到 {MOST_DAYS} 个工作日，没有存。")
    if not 0 <= settings.yellow_hours_left <= MOST_HOURS:
        raise RuleRefused(f"按小时的时限，黄牌应提前 0 到 {MOST_HOURS} 小时，没有存。")
    if stored_settings(settings) == stored_settings(before):
        raise RuleRefused("和现在的规则一样，没有要改的。")
    if len(reason.strip()) < SHORTEST_REASON:
        raise RuleRefused(f"改监察规则必须写明理由（至少 {SHORTEST_REASON} 个字），理由会和修改一起永久留痕。")


def stored_settings(settings: RuleSettings) -> dict[str, int | bool]:
    """What a version keeps; the version's number is its own column."""
    return {name: value for name, value in asdict(settings).items() if name != "version"}
