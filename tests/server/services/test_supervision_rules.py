"""Supervision rules: a new version governs the cards that fall from then on, and says who changed it and why."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from server.db.audit import iterate_audit
from server.db.case import find_case_by_number
from server.db.deadline import list_cards, list_clocks
from server.domain.card_rules import SHIPPED, Rule, RuleSettings
from server.domain.people import Actor, Desk, Role
from server.domain.supervision_rule import RuleRefused
from server.jobs import sweep_deadlines
from server.services.deadline import record_fault
from server.services.settling import settle
from server.services.supervision_rule import change_rule, list_rules
from tests import factories as make

CENTRE = Actor("zhongkong-1", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500"))
REASON = "窗口反映预警太晚，经会议研究"
DUE = date(2026, 9, 29)


@pytest.fixture
def number(installation) -> str:
    return make.take_in(installation, make.enrolled_machine(installation)).case_number


def change(installation, rule=Rule.WHOLE_LIMIT, actor=CENTRE, reason=REASON, **settings):
    with installation.begin() as work:
        return change_rule(work, actor, rule, replace(work.rules.of(rule), **settings), reason)


def promised_cards(installation, number) -> list[tuple[str, int, str]]:
    """(colour, version of the rule, the day it fell on in Beihai) of the case's own promise."""
    with installation.look() as work:
        case = find_case_by_number(work.session, number)
        clock = next(clock for clock in list_clocks(work.session, case.id) if clock.kind == "promised")
        return [
            (card.colour, card.rule_version, card.fell_at.date().isoformat())
            for card in list_cards(work.session, case.id)
            if card.clock_id == clock.id
        ]


def wait_until(installation, day: str) -> None:
    installation.tools.clock.move_to(datetime.fromisoformat(f"{day}T02:00").replace(tzinfo=UTC))
    while sweep_deadlines(installation):
        pass


def test_what_ships_warns_one_working_day_or_two_hours_before():
    assert (SHIPPED.yellow_working_days_left, SHIPPED.yellow_hours_left, SHIPPED.enabled) == (1, 2, True)


def test_an_earlier_warning_falls_earlier_and_names_its_version(installation, number):
    change(installation, yellow_working_days_left=3)
    wait_until(installation, "2026-09-24")
    # Three working days before 29 September: 28, 24 and 23; it falls at 0:00 in Beihai, 16:00 of the day before in UTC.
    assert promised_cards(installation, number) == [("yellow", 2, "2026-09-22")]


def test_a_warning_that_would_have_been_due_already_falls_at_once(installation, number):
    wait_until(installation, "2026-09-24")
    assert promised_cards(installation, number) == []
    assert change(installation, yellow_working_days_left=5).fallen == 1
    assert promised_cards(installation, number) == [("yellow", 2, "2026-09-24")]


def test_a_card_on_record_keeps_the_version_it_fell_by(installation, number):
    wait_until(installation, "2026-09-28")
    assert promised_cards(installation, number) == [("yellow", 1, "2026-09-27")]
    change(installation, yellow_working_days_left=0)
    wait_until(installation, "2026-09-30")
    assert [card for card in promised_cards(installation, number) if card[1] == 1] == [("yellow", 1, "2026-09-27")]
    assert ("red", 2, "2026-09-29") in promised_cards(installation, number)


def test_a_rule_that_is_off_lets_nothing_fall_until_it_is_on_again(installation, number):
    change(installation, enabled=False)
    wait_until(installation, "2026-10-09")
    assert promised_cards(installation, number) == []
    change(installation, enabled=True)
    assert [(colour, version) for colour, version, _ in promised_cards(installation, number)] == [
        ("yellow", 3),
        ("red", 3),
    ]


@pytest.mark.parametrize(("enabled", "cards"), [(True, ["red"]), (False, [])])
def test_a_breach_that_is_no_matter_of_days_is_a_rule_like_the_others(installation, number, enabled, cards):
    if not enabled:
        change(installation, Rule.NO_ONE_TIME_NOTICE, enabled=False)
    with installation.begin() as work:
        case = find_case_by_number(work.session, number)
        record_fault(work, case, Rule.NO_ONE_TIME_NOTICE, make.TOWNSHIP_CIVIL.desk, {})
        settle(work, case)
        fallen = [card.colour for card in list_cards(work.session, case.id) if card.rule == Rule.NO_ONE_TIME_NOTICE]
    assert fallen == cards


def test_one_rule_leaves_the_others_as_they_were(installation):
    change(installation, Rule.STAGE_LIMIT, yellow_working_days_left=2)
    with installation.look() as work:
        told = {line.rule: line.settings for line in list_rules(work)}
    assert told[Rule.STAGE_LIMIT] == RuleSettings(version=2, yellow_working_days_left=2)
    assert {rule for rule, settings in told.items() if settings == SHIPPED} == set(Rule) - {Rule.STAGE_LIMIT}


def test_every_version_says_who_and_why(installation):
    change(installation, yellow_working_days_left=2)
    change(installation, yellow_hours_left=4, reason="按小时的事项也要早些提醒")
    with installation.look() as work:
        line = next(line for line in list_rules(work) if line.rule is Rule.WHOLE_LIMIT)
        noted = [row for row in iterate_audit(work.session) if row.action == "supervision_rule.changed"]
    assert [(row.version, row.actor_name, row.reason) for row in line.history] == [
        (3, "甲示范", "按小时的事项也要早些提醒"),
        (2, "甲示范", REASON),
    ]
    assert [(row.actor, row.detail["before"]["yellow_working_days_left"]) for row in noted] == [
        ("zhongkong-1", 1),
        ("zhongkong-1", 2),
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("settings", "reason", "said"),
    [
        ({"yellow_working_days_left": 11}, REASON, "0 到 10 个工作日"),
        ({"yellow_working_days_left": -1}, REASON, "0 到 10 个工作日"),
        ({"yellow_hours_left": 49}, REASON, "0 到 48 小时"),
        ({}, REASON, "没有要改的"),
        ({"enabled": False}, "  不要了 ", "必须写明理由"),
    ],
)
def test_what_is_refused_is_told_in_a_sentence(installation, settings, reason, said):
    with pytest.raises(RuleRefused, match=said):
        change(installation, reason=reason, **settings)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_desk_may_only_look(installation):
    for actor in (make.TOWNSHIP_CIVIL, make.COUNTY_HEAD, make.VILLAGE_AGENT):
        with pytest.raises(RuleRefused, match="由综控中心或电子监察员维护"):
            change(installation, actor=actor, enabled=False)
    change(installation, actor=make.SUPERVISOR, enabled=False)
