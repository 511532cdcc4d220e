"""The arithmetic of meetings is exact: the least number is enough, one fewer is not, and a sentence says so."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import load_catalogue
from forms.power import Threshold
from server.domain.vote import (
    MOST,
    Count,
    CountWrong,
    VoteResult,
    asks_agreed,
    asks_present,
    is_meeting,
    judge,
    least,
    least_in_words,
    rule_in_words,
)
from tests.power_uses import failing, passing, void

RULES = load_catalogue().voting_rules
shares = st.fractions(min_value=0, max_value=1, max_denominator=30)
people = st.integers(1, 20_000)


def every_count(rule, due: int):
    """All the numbers a small meeting of this body could come to."""
    came = range(due + 1) if asks_present(rule) else [None]
    for present in came:
        most = due if present is None else present
        for agreed in range(most + 1) if asks_agreed(rule) else [None]:
            yield Count(due, present, agreed)


class TestTheLeastNumber:
    @given(shares, people)
    def test_that_reaches_a_share_is_enough_and_one_fewer_is_not(self, share, base):
        threshold = Threshold(of="due", at_least=share)
        need = least(threshold, base)
        assert threshold.met(need, base)
        assert need == 0 or not threshold.met(need - 1, base)

    @given(shares.filter(lambda share: share < 1), people)
    def test_that_exceeds_a_share_is_enough_and_one_fewer_is_not(self, share, base):
        threshold = Threshold(of="due", over=share)
        need = least(threshold, base)
        assert threshold.met(need, base)
        assert not threshold.met(need - 1, base)

    @given(st.integers(1, 10_000))
    def test_two_thirds_of_three_times_a_number_is_exactly_twice_it(self, third):
        assert least(Threshold(of="due", at_least="2/3"), 3 * third) == 2 * third
        assert least(Threshold(of="due", at_least="2/3"), 3 * third + 1) == 2 * third + 1

    @given(st.integers(1, 10_000))
    def test_more_than_half_of_an_even_number_is_one_more_than_half(self, half):
        assert least(Threshold(of="due", over="1/2"), 2 * half) == half + 1
        assert least(Threshold(of="due", over="1/2"), 2 * half + 1) == half + 1

    @pytest.mark.parametrize(
        ("share", "base", "need"), [("2/3", 60, 40), ("2/3", 61, 41), ("1/10", 1999, 200), ("4/5", 5, 4), ("1/5", 1, 1)]
    )
    def test_is_what_a_village_would_count(self, share, base, need):
        assert least(Threshold(of="due", at_least=Fraction(share)), base) == need


class TestAMeeting:
    @pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
    @pytest.mark.parametrize("due", [1, 2, 3, 7, 12])
    def test_comes_to_what_its_rule_says_whatever_the_numbers(self, rule, due):
        for count in every_count(rule, due):
            enough = rule.present is None or rule.present.met(count.present, due)
            base = due if rule.agree and rule.agree.of == "due" else count.present
            agreed = rule.agree is None or (bool(base) and rule.agree.met(count.agreed, base))
            expected = VoteResult.PASSED if enough and agreed else VoteResult.FAILED
            if is_meeting(rule) and not enough:
                expected = VoteResult.NOT_VALID
            assert judge(rule, count).result is expected, count

    @pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
    @given(due=st.integers(2, 5000))
    def test_passes_at_the_least_numbers_and_fails_one_short(self, rule, due):
        assert judge(rule, passing(rule, due)).result is VoteResult.PASSED
        assert judge(rule, failing(rule, due)).result is VoteResult.FAILED
        if is_meeting(rule):
            assert judge(rule, void(rule, due)).result is VoteResult.NOT_VALID

    def test_too_few_came_to_is_told_with_the_numbers(self):
        vote = judge(RULES["representatives"], Count(60, 38))
        assert vote.sentence == "应到60人，三分之二以上才能开会，至少要40人，实到38人，不能表决。请另行召集。"

    def test_that_fails_says_how_many_had_to_agree(self):
        vote = judge(RULES["villagers_households"], Count(60, 45, 22))
        assert "至少要23户，赞成22户，没有通过" in vote.sentence

    def test_of_all_members_counts_those_who_stayed_away(self):
        assert judge(RULES["members_assembly"], Count(300, 210, 199)).result is VoteResult.FAILED
        assert judge(RULES["members_assembly"], Count(300, 210, 200)).result is VoteResult.PASSED

    def test_nobody_came_to_needs_no_votes(self):
        assert judge(RULES["villagers_adults"], Count(800, 0)).result is VoteResult.NOT_VALID

    def test_a_joint_proposal_that_falls_short_is_answered_no_and_not_void(self):
        assert judge(RULES["propose_villagers"], Count(1000, None, 99)).result is VoteResult.FAILED


class TestNumbersNoMeetingCanHave:
    @pytest.mark.parametrize(
        ("rule", "count", "said"),
        [
            ("representatives", Count(0, 0, 0), "“应到”要填1或更大"),
            ("representatives", Count(60, 61, 0), "实到61人比应到60人还多"),
            ("representatives", Count(60, 45, 46), "赞成46人比实到45人还多"),
            ("members_delegates", Count(45, None, 46), "赞成46人比应到45人还多"),
            ("representatives", Count(60), "请填“实到”"),
            ("representatives", Count(60, 45), "请填“赞成”"),
            ("representatives", Count(60, -1, 0), "“实到”要填0或更大"),
            ("members_delegates", Count(45, None, -3), "“赞成”要填0或更大"),
            ("representatives", Count(MOST + 1, 5, 5), "太大了"),
            ("attend_households", Count(60, None), "请填“实到”多少户"),
        ],
    )
    def test_are_refused_in_words(self, rule, count, said):
        with pytest.raises(CountWrong, match=said):
            judge(RULES[rule], count)


class TestARuleInWords:
    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            ("representatives", "应到的三分之二以上到会才能表决；实到的过半数赞成才通过"),
            ("members_delegates", "应到的三分之二以上赞成才通过"),
            ("attend_adults", "应到的过半数到会才算够人数"),
            ("party_election", "超过应到的五分之四到会才能表决；应到的过半数赞成才通过"),
        ],
    )
    def test_says_who_must_come_and_who_must_agree(self, rule, words):
        assert rule_in_words(RULES[rule]) == words

    @pytest.mark.parametrize(
        ("rule", "count", "words"),
        [
            ("representatives", Count(60), "应到60人，至少要40人到会，到会40人时，至少要21人赞成。"),
            ("representatives", Count(60, 45), "应到60人，至少要40人到会，到会45人时，至少要23人赞成。"),
            ("members_assembly", Count(300), "应到300人，至少要200人到会，至少要200人赞成。"),
            ("propose_council", Count(41), "应到41人，至少要9人联名。"),
        ],
    )
    def test_names_the_least_numbers(self, rule, count, words):
        assert least_in_words(RULES[rule], count) == words
