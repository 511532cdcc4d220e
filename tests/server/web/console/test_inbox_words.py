"""What the lists say when they are empty, and how they tell this year from another."""

from datetime import UTC, datetime


def test_an_empty_inbox_has_no_filters_and_says_what_comes(official):
    page = official("head").read("/console/")
    assert "新件一到，会排在这里" in page and 'class="filter"' not in page


def test_the_control_centre_is_told_where_its_work_is(official):
    page = official("centre").read("/console/")
    assert "综控中心不经手办件" in page and 'href="/console/ratings"' in page and 'href="/console/catalogue"' in page


def test_sentences_are_offered_for_the_steps_one_may_take_alone(official):
    agent, head, centre = (official(name).read("/console/opinions") for name in ("agent", "head", "centre"))
    assert "<h2>批准</h2>" in head and "<h2>批准</h2>" not in agent and "<h2>核验通过</h2>" in agent
    assert "用不到常用意见" in centre and "<h2>" not in centre


def received(page: str) -> str:
    return page.split("<dt>收件</dt><dd>")[1].split("</dd>")[0]


def test_a_time_of_this_year_is_short_and_one_of_another_says_its_year(official, world):
    number = world.new_case()
    this_year = received(official("counter").read(f"/console/cases/{number}"))
    world.clock.move_to(datetime(2027, 3, 1, 2, 0, tzinfo=UTC))
    next_year = received(official("counter").read(f"/console/cases/{number}"))
    assert this_year.startswith("9月14日") and next_year == f"2026年{this_year}"
