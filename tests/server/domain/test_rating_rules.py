"""Grades, their points, secondary questions, and figures that name nobody."""

import pytest

from server.domain.rating import (
    ASPECT_LABELS,
    ASPECTS,
    Aspect,
    Channel,
    Grade,
    RatingRefused,
    is_bad,
    parse_aspects,
    points_of,
)
from server.domain.rating_figures import Figures, RatedFact, figures_of, merge_small


def figures(good: int, bad: int = 0, set_aside: int = 0) -> Figures:
    return Figures({Grade.SATISFIED: good, Grade.DISSATISFIED: bad}, set_aside=set_aside)


def test_points_go_by_the_scale_and_the_last_two_grades_are_bad():
    assert [points_of(grade, (10, 8, 6, 3, 0)) for grade in sorted(Grade, reverse=True)] == [10, 8, 6, 3, 0]

    assert {grade for grade in Grade if is_bad(grade)} == {1, 2}


def test_only_what_a_channel_asks_can_be_ticked_and_nothing_need_be():
    assert parse_aspects(Channel.KIOSK, []) == ()
    assert parse_aspects(Channel.WEB, ["once", "efficiency"]) == (Aspect.EFFICIENCY, Aspect.ONCE)
    with pytest.raises(RatingRefused, match="刷新页面"):
        parse_aspects(Channel.KIOSK, ["guide"])
    assert {aspect for asked in ASPECTS.values() for aspect in asked} == ASPECT_LABELS.keys()


def test_who_did_not_rate_is_never_satisfied():
    assert figures_of([]).satisfaction is None
    assert figures(3, 1).satisfaction == 0.75
    assert (
        figures_of([RatedFact(2), RatedFact(1)], by_default=2).satisfaction == 0.5
    )  # only where the tenant decided so


def test_a_rating_set_aside_counts_neither_way_and_is_told():
    found = figures_of([RatedFact(1, is_set_aside=True), RatedFact(5)])
    assert (found.rated, found.bad, found.satisfaction, found.set_aside) == (1, 0, 1.0, 1)


def test_bad_ratings_count_as_in_time_once_they_are_answered_or_late():
    waiting, answered, late = RatedFact(1), RatedFact(2, answered=True), RatedFact(2, answered=True, was_late=True)
    assert figures_of([waiting]).in_time is None
    assert figures_of([waiting, answered, late, RatedFact(5)]).in_time == 0.5


def test_small_groups_are_shown_as_one():
    merged = merge_small({"民政": figures(9), "公安": figures(2), "人社": figures(1)}, least=3)
    assert ([name for name, _ in merged.shown], merged.rest.rated, merged.merged) == (["民政"], 3, 2)


def test_one_small_group_takes_the_smallest_other_along_else_the_total_would_tell_it():
    merged = merge_small({"民政": figures(9), "公安": figures(5), "人社": figures(0, 1)}, least=3)
    assert ([name for name, _ in merged.shown], merged.rest.rated, merged.rest.bad) == (["民政"], 6, 1)


def test_too_few_altogether_are_not_shown_at_all():
    merged = merge_small({"民政": figures(1), "公安": figures(0, 1), "人社": figures(0)}, least=3)
    assert (merged.shown, merged.rest) == ((), None)


def test_a_group_without_any_rating_is_nobodys_secret():
    merged = merge_small({"民政": figures(3), "公安": figures(0)}, least=3)
    assert ([name for name, _ in merged.shown], merged.rest) == (["民政"], None)
