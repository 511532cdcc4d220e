"""The life of a card: what each state allows to whom, when it counts as explained, how long there is to answer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.adapters.holidays import beihai_calendar
from server.domain.card import (
    ALLOWED,
    CardAct,
    CardActKind,
    CardActNotAllowed,
    CardLife,
    CardState,
    CardTerms,
    Part,
    first_day_in_time,
    fold_card,
    last_day_to_answer,
    points_of,
    require_act,
)
from server.domain.card_rules import Rule
from server.domain.people import Desk
from server.domain.supervision_words import CARD_ACT, CARD_LIFE, CARD_SHOW, CARD_SHOW_RULE, CARD_STATE, RULE_GROUND
from server.domain.wanted import CardShow

CALENDAR = beihai_calendar()
TOWN, COUNTY = Desk("民政", "450521100"), Desk("民政", "450521")
NOW = datetime(2026, 9, 14, 1, tzinfo=UTC)


def act(kind: CardActKind, desk: Desk | None = TOWN, who: str = "head", words: str = "") -> CardAct:
    return CardAct(NOW, kind, who, who, desk, words)


def test_a_card_is_explained_only_when_every_desk_it_fell_on_has_said_why():
    acts = [act(CardActKind.EXPLAINED, TOWN)]
    assert fold_card(acts, [TOWN, COUNTY]).state is CardState.SEEN
    assert fold_card([*acts, act(CardActKind.EXPLAINED, COUNTY)], [TOWN, COUNTY]).state is CardState.EXPLAINED


def test_the_last_wording_of_an_explanation_stands():
    acts = [act(CardActKind.EXPLAINED, words="先写的"), act(CardActKind.EXPLAINED, words="改写的")]
    assert fold_card(acts, [TOWN]).explanations[TOWN].words == "改写的"


def test_an_explanation_amended_during_an_appeal_leaves_the_appeal_waiting():
    acts = [act(CardActKind.APPEALED), act(CardActKind.EXPLAINED)]
    assert fold_card(acts, [TOWN]).state is CardState.APPEALED


@pytest.mark.parametrize(
    ("kind", "state"),
    [(CardActKind.UPHELD, CardState.UPHELD), (CardActKind.DISMISSED, CardState.DISMISSED)],
)
def test_a_judgement_ends_the_appeal(kind, state):
    life = fold_card([act(CardActKind.APPEALED), act(kind, who="judge")], [TOWN])
    assert (life.state, life.judgement.account_id, life.explained_by) == (state, "judge", frozenset({"head"}))


def test_reminders_and_orders_change_nothing_about_where_it_stands():
    for kind in (CardActKind.REMINDED, CardActKind.ORDERED, CardActKind.ESCALATED, CardActKind.ANSWERED):
        assert fold_card([act(kind)], [TOWN]).state is CardState.FALLEN


@given(st.lists(st.sampled_from(CardActKind), max_size=12))
def test_whatever_is_allowed_step_by_step_leads_to_at_most_one_judgement(kinds):
    done: list[CardAct] = []
    for kind in kinds:
        if kind in ALLOWED[fold_card(done, [TOWN]).state]:
            done.append(act(kind))
    judged = [one for one in done if one.kind in (CardActKind.UPHELD, CardActKind.DISMISSED)]
    appealed = [one for one in done if one.kind is CardActKind.APPEALED]
    assert len(judged) <= 1 and len(appealed) <= 1
    assert not judged or appealed


@pytest.mark.parametrize("part", [Part.DESK, Part.HEAD, None])
def test_only_a_supervisor_judges(part):
    life = CardLife(CardState.APPEALED)
    require_act(life, CardActKind.UPHELD, Part.SUPERVISOR, CARD_LIFE)
    with pytest.raises(CardActNotAllowed, match="申诉待审"):
        require_act(life, CardActKind.UPHELD, part, CARD_LIFE)


def test_a_refusal_says_what_is_allowed_instead():
    with pytest.raises(CardActNotAllowed) as refused:
        require_act(CardLife(CardState.SEEN), CardActKind.DISMISSED, Part.SUPERVISOR, CARD_LIFE)
    assert str(refused.value) == "这张牌现在是“已看到，没有说明”，您不能“申诉不成立”。现在可以：催办、发督办单。"


def test_every_state_act_and_rule_has_its_words():
    assert set(CARD_SHOW) == set(CARD_SHOW_RULE) == set(CardShow)
    assert set(CARD_STATE) == set(CardState) and set(CARD_ACT) == set(CardActKind) and set(RULE_GROUND) == set(Rule)


@pytest.mark.parametrize(
    ("colour", "withdrawn", "points"), [("yellow", False, 1), ("red", False, 5), ("yellow", True, 0), ("red", True, 0)]
)
def test_a_withdrawn_card_weighs_nothing(colour, withdrawn, points):
    assert points_of(colour, withdrawn=withdrawn, terms=CardTerms()) == points


def test_days_to_answer_are_working_days_and_the_first_is_not_counted():
    assert last_day_to_answer(date(2026, 9, 30), 3, CALENDAR) == date(2026, 10, 10)  # 国庆 1—7, and 10 is made up


@given(st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(0, 40), st.integers(1, 10))
def test_what_is_to_be_escalated_is_exactly_what_nobody_answered_in_time(today, days_ago, working_days):
    fell_on = today - timedelta(days_ago)
    over = last_day_to_answer(fell_on, working_days, CALENDAR) < today
    assert (fell_on < first_day_in_time(today, working_days, CALENDAR)) is over
