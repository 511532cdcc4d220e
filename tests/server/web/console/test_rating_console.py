"""评价 in the console: the list with the clock first, one follow-up walked by its buttons, and what is kept from whom."""

import re

import pytest

from server.jobs import sweep_deadlines
from tests.factories import VILLAGE
from tests.ratings import follow_up_of_number

WORDS = "已经写明情况了"


@pytest.fixture
def number(world, phone) -> str:
    """A case rated badly on a phone."""
    number = world.closed_case()
    answer = phone.post(f"/c/{world.lookup_codes[number]}/rating", data={"grade": "2", "comment": "跑了两趟"})
    assert answer.status_code == 200
    return number


@pytest.fixture
def address(world, number) -> str:
    return f"/console/ratings/{follow_up_of_number(world.installation, number)}"


def take(official, address: str, step: str, words: str = WORDS, **form) -> int:
    return official.send(f"{address}/steps/{step}", {"stated words": words, **form}).status_code


def offered(page: str) -> list[str]:
    return re.findall(r"/steps/(\w+)\"", page) + re.findall(r"[?]step=(\w+)", page)


def test_a_follow_up_is_walked_by_its_buttons_to_the_end(official, address):
    centre, deputy = official("centre"), official("deputy")
    assert "还没有人" in centre.read("/console/ratings")
    assert offered(centre.read(address)) == ["take"]
    assert take(centre, address, "take", "") == 303
    assert "<b>我</b>" in centre.read("/console/ratings")
    assert take(centre, address, "record_call") == 303
    assert "可以处理：周示例" in centre.read(address)
    assert take(centre, address, "assign", desk="450521 民政") == 303
    assert "整改还剩 15 个工作日" in deputy.read("/console/ratings")
    assert take(deputy, address, "report_rectified") == 303
    assert take(centre, address, "confirm") == 303
    assert take(centre, address, "reply", "以后由代办员代跑。") == 303
    assert take(centre, address, "close", "") == 303
    page = centre.read(address)
    assert "已经办结，不用再办" in page and "以后由代办员代跑。" in page
    assert offered(page) == []


def test_a_refusal_says_what_is_allowed_and_keeps_the_words(official, address):
    centre = official("centre")
    take(centre, address, "take", "")
    answer = centre.send(f"{address}/steps/record_call", {"stated words": "短"})
    assert answer.status_code == 422
    assert "至少5个字" in answer.get_data(as_text=True)
    answer = centre.send(f"{address}/steps/close", {"stated words": ""})
    assert answer.status_code == 409
    assert "现在可以：记回访、没打通" in answer.get_data(as_text=True)
    take(centre, address, "record_call")
    answer = centre.send(f"{address}/steps/assign", {"stated words": "这句写了半天", "desk": "450521 税务"})
    assert answer.status_code == 422
    assert "这句写了半天" in answer.get_data(as_text=True)


def test_whose_case_it_is_stands_behind_a_button_of_the_handler_alone(official, address, number):
    centre, second = official("centre"), official("second")
    take(centre, address, "take", "")
    assert number not in centre.read(address)
    shown = centre.send(f"{address}/case").get_data(as_text=True)
    assert number in shown and "13800000000" in shown
    assert second.send(f"{address}/case").status_code == 404
    assert centre.client.get(f"{address}/case").status_code == 405


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("centre", True),
        ("second", True),
        ("supervisor", True),
        ("deputy", False),
        ("head", False),
        ("stranger", False),
        ("counter", False),
        ("police", False),
        ("agent", False),
    ],
)
def test_before_it_is_assigned_only_the_centre_and_the_supervisor_see_it(official, address, name, sees):
    someone = official(name)
    assert (someone.client.get(address).status_code == 200) is sees
    assert ("不满意" in someone.read("/console/ratings")) is sees
    for step in ("record_call", "assign", "report_rectified", "uphold_appeal", "reply", "close"):
        assert take(someone, address, step) == (409 if sees else 404)


def test_the_head_who_decided_is_told_there_is_no_such_thing(official, address):
    centre = official("centre")
    for step, form in (("take", {}), ("record_call", {}), ("assign", {"desk": "450521 民政"})):
        assert take(centre, address, step, **form) == 303
    assert official("head").client.get(address).status_code == 404
    assert official("deputy").client.get(address).status_code == 200


def test_a_form_from_elsewhere_and_an_odd_step_are_refused(official, address):
    centre = official("centre")
    assert centre.client.post(f"{address}/steps/take").status_code == 403
    for step in ("say_again", "delete", "TAKE"):
        assert take(centre, address, step) == 404


def test_the_case_page_and_the_cards_tell_the_desk_nothing(official, world, number):
    head = official("head")
    page = head.read(f"/console/cases/{number}")
    assert "不满意" not in page and "已评价" not in page
    world.pass_days(40)
    sweep_deadlines(world.installation)
    supervisor = official("supervisor")
    [row, *_] = [row for row in supervisor.read("/console/cards").split("<tr") if "差评回访</a>" in row]
    assert "差评整改逾期" in row and number not in row
    card = supervisor.read(re.search(r'href="(/console/cards/\d+)"', row).group(1))
    assert "评价人保密，不写办件" in card and number not in card
    centre = official("centre")
    assert "差评回访</a>" in centre.read("/console/cards")
    assert "差评回访</a>" not in centre.read(f"/console/cards?place={VILLAGE}")
