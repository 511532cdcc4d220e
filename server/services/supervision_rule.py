"""Changes the supervision rules: a new version governs the cards that fall from then on, never those on record."""

from dataclasses import dataclass, replace
from uuid import uuid4

from server.db import calendar as db
from server.db.audit import append_audit
from server.db.calendar import SupervisionRuleRow
from server.domain.card_rules import Rule, RuleSettings
from server.domain.people import Actor
from server.domain.supervision_rule import WITHOUT_WARNING, RuleRefused, check_rule, may_change, stored_settings
from server.domain.words import RULE
from server.services.settling import Recalculated, recalculate
from server.services.work import Work

MAY_NOT_CHANGE = "监察规则由综控中心或电子监察员维护，您可以查看，不能修改。"


@dataclass(frozen=True)
class RuleLine:
    """One rule as it stands, with its earlier versions, the newest first."""

    rule: Rule
    label: str
    settings: RuleSettings
    warns: bool
    history: tuple[SupervisionRuleRow, ...]


def list_rules(work: Work) -> list[RuleLine]:
    rows = db.list_rule_versions(work.session)
    return [
        RuleLine(
            rule,
            RULE[rule],
            work.rules.of(rule),
            rule not in WITHOUT_WARNING,
            tuple(row for row in reversed(rows) if row.rule == rule),
        )
        for rule in Rule
    ]


def change_rule(work: Work, actor: Actor, rule: Rule, settings: RuleSettings, reason: str) -> Recalculated:
    """Raises RuleRefused."""
    if not may_change(actor):
        raise RuleRefused(MAY_NOT_CHANGE)
    db.lock_calendar(work.session)
    work = replace(work)  # what another change did while this one waited is seen now
    before = work.rules.of(rule)
    check_rule(settings, before, reason)
    row = db.append_rule_version(
        work.session,
        rule,
        token=uuid4().hex,
        at=work.now,
        actor=actor.account_id,
        actor_name=actor.display_name,
        reason=reason.strip(),
        settings=stored_settings(settings),
    )
    done = recalculate(replace(work), work.today)  # a copy reads the rules that are in force now
    append_audit(
        work.session,
        at=work.now,
        actor=actor.account_id,
        action="supervision_rule.changed",
        subject=f"{rule} {row.version}",
        detail={"before": stored_settings(before), "after": row.settings, "reason": row.reason},
    )
    return done
