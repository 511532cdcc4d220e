"""The calendar and the rules may change at any time in a case's life: rows and cards stay what its log says."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.db.case import find_case_by_number
from server.domain.calendar_edit import CalendarRefused, StatedDay
from server.domain.card_rules import Rule
from server.domain.people import Actor, Desk, Role
from server.domain.supervision_rule import RuleRefused
from server.jobs import end_expired_notices, sweep_deadlines
from server.services.calendar import edit_calendar
from server.services.supervision_rule import change_rule
from tests import factories as make
from tests.server.services import test_clock_replay as story

CENTRE = Actor("zhongkong-1", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500"))
CHANGES = {
    "close": StatedDay("off", "台风停工"),
    "work": StatedDay("work", "台风调休上班"),
    "give back": None,
    "warn": None,
    "switch": None,
}
STEP = st.tuples(
    st.one_of(st.sampled_from([*CHANGES]), st.sampled_from([*story.ACTS, "wait"])),
    st.integers(0, 120),
    st.integers(-14, 14),
)


@pytest.mark.property
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(begun=st.integers(0, len(story.PLAIN_WAY)), steps=st.lists(STEP, min_size=4, max_size=20))
def test_an_edit_at_any_time_leaves_rows_and_cards_true_to_the_log(migrated_sqlite, tmp_path_factory, begun, steps):
    installation = story._installation(migrated_sqlite.read_bytes(), tmp_path_factory.mktemp("edited"))
    number = make.take_in(installation, make.enrolled_machine(installation)).case_number
    for name, hours, distance in [*((name, hours, 0) for name, hours in story.PLAIN_WAY[:begun]), *steps]:
        installation.tools.clock.move_to(installation.tools.clock.now() + timedelta(hours=hours))
        _do(installation, number, name, distance)
        story._require_true_to_the_log(installation, number)
    installation.tools.clock.move_to(installation.tools.clock.now() + timedelta(days=90))
    sweep_deadlines(installation)
    story._require_true_to_the_log(installation, number, whole=True)
    installation.engine.dispose()


def _do(installation, number: str, name: str, distance: int) -> None:
    if name == "wait":
        end_expired_notices(installation)
        sweep_deadlines(installation)
        return
    with suppress(*story.REFUSALS, CalendarRefused, RuleRefused), installation.begin() as work:
        if name in ("warn", "switch"):
            _change_rule(work, name, distance)
        elif name in CHANGES:
            day = work.today + timedelta(days=distance)
            edit_calendar(work, CENTRE, {day: CHANGES[name]}, "随机的故事里的修改")
        else:
            story.ACTS[name](work, find_case_by_number(work.session, number))


def _change_rule(work, name: str, distance: int) -> None:
    rule = Rule.WHOLE_LIMIT if distance % 2 else Rule.STAGE_LIMIT
    before = work.rules.of(rule)
    changed = {"enabled": not before.enabled} if name == "switch" else {"yellow_working_days_left": abs(distance) % 5}
    change_rule(work, CENTRE, rule, replace(before, **changed), "随机的故事里的修改")
