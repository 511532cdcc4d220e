"""The console's main path by keyboard alone at 1366 x 768, and every page on it looked at with axe."""

import re

import pytest
from playwright.sync_api import Locator, Page

from server.jobs import sweep_deadlines
from tests.axe import violations
from tests.server.web.console.conftest import sign_in
from tests.supervision_orders import put_paper_with_text

pytestmark = pytest.mark.browser


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def overflows(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_an_official_signs_in_opens_marks_and_decides_by_keyboard_alone(screen, world):
    one, other, third = (world.new_case() for _ in range(3))
    sign_in(screen, "counter")
    assert violations(screen) == []
    press(screen, "j", "j", "Enter")
    screen.wait_for_url(f"**/cases/{other}")
    assert violations(screen) == []
    press(screen, "1")
    assert screen.locator("#opinion").input_value() == "经核对原件，材料齐全、内容属实。"
    press(screen, "Control+Enter", "Enter")
    screen.wait_for_url("**?done=1")
    assert screen.get_by_role("status").inner_text().startswith("办好了：核验通过")

    screen.goto("/console/")
    press(screen, "j", "x", "j", "x", "a")
    assert screen.evaluate("document.activeElement.name") == "action"
    assert violations(screen) == []
    press(screen, "ArrowDown")
    if not screen.get_by_label("核验属实").is_checked():
        screen.get_by_label("核验属实").focus()
        press(screen, "Space")
    press(screen, "Tab")
    screen.keyboard.type("属实")
    screen.get_by_role("button", name="办这些件").focus()
    press(screen, "Enter")
    screen.wait_for_url("**/batch")
    assert screen.get_by_text("办成 2 件").is_visible()
    assert violations(screen) == []
    assert {one, third} == set(re.findall(r"\d{6}-\d{8}-\d{4}", screen.locator(".results").inner_text()))


def test_words_found_are_marked_over_the_picture_and_turn_with_it(screen, world):
    number = world.new_case()
    put_paper_with_text(world, number)
    sign_in(screen, "counter")
    screen.goto(f"/console/cases/{number}")
    screen.wait_for_load_state("networkidle")
    press(screen, "f")
    screen.keyboard.type("整改措施")
    press(screen, "Enter")
    pane = screen.locator(".viewer:not([hidden])")
    pane.get_by_text("找到 1 处，在第 1 页。").wait_for()
    assert wide_part(pane) > 3
    screen.locator(".viewer:not([hidden]) .desktop").focus()
    press(screen, "r")
    assert wide_part(pane) < 1 / 3
    assert violations(screen) == []


def wide_part(pane: Locator) -> float:
    """How much wider than tall the one mark is, which lies within the picture."""
    mark, picture = pane.locator(".marks i").bounding_box(), pane.locator("img").bounding_box()
    assert picture["x"] - 1 <= mark["x"] and mark["x"] + mark["width"] <= picture["x"] + picture["width"] + 1
    assert picture["y"] - 1 <= mark["y"] and mark["y"] + mark["height"] <= picture["y"] + picture["height"] + 1
    return mark["width"] / mark["height"]


@pytest.fixture
def busy(world) -> str:
    """Something of everything: a case with every card, one that is closed, one in review."""
    late = world.new_case()
    world.pass_days(30)
    sweep_deadlines(world.installation)
    world.closed_case()
    world.case_in_review()
    return late


def test_axe_finds_nothing_on_any_page_of_supervision(screen, busy):
    sign_in(screen, "supervisor")
    found: dict[str, list[str]] = {}
    for place in ("/", "/supervision", "/cards", "/cards/1", "/orders", "/figures", "/cases?figure=open", "/calendar"):
        screen.goto(f"/console{place}")
        found[place] = [*violations(screen), *(["wider than the screen"] if overflows(screen) else [])]
    assert {place: faults for place, faults in found.items() if faults} == {}


def test_axe_finds_nothing_on_a_desks_pages(screen, busy):
    sign_in(screen, "counter")
    found: dict[str, list[str]] = {}
    for place in ("/", "/past", "/cards", "/cards/1", "/opinions", f"/cases/{busy}", f"/cases/{busy}?tab=course"):
        screen.goto(f"/console{place}")
        found[place] = [*violations(screen), *(["wider than the screen"] if overflows(screen) else [])]
    assert {place: faults for place, faults in found.items() if faults} == {}
