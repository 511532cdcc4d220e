"""The calendar in a real browser: an edit by keyboard from the bar to the confirmation, on the screen officials have."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browsing import follow
from tests.server.web.console.conftest import sign_in

pytestmark = pytest.mark.browser


def overflows(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_typhoon_day_is_stated_by_keyboard_alone(screen, world):
    number = world.new_case()
    sign_in(screen, "centre")
    screen.get_by_role("link", name="日历").focus()
    with screen.expect_navigation():
        screen.keyboard.press("Enter")
    screen.locator("summary", has_text="改日子").focus()
    press(screen, "Enter", "Tab")
    assert screen.evaluate("document.activeElement.id") == "first"
    screen.locator("#first").fill("2026-09-21")
    screen.locator("#last").fill("2026-09-22")
    screen.get_by_label("叫什么").focus()
    screen.keyboard.type("台风停工")
    press(screen, "Escape")  # the list of names
    with screen.expect_navigation():
        press(screen, "Enter")
    assert screen.get_by_role("heading", level=1).inner_text() == "改日历：还没有生效，先看影响"
    assert screen.get_by_role("cell", name=number).first.is_visible()
    assert not overflows(screen)
    screen.get_by_label("理由和依据").focus()
    screen.keyboard.type("台风红色预警，全市停工")
    press(screen, "Tab")
    with screen.expect_navigation():
        press(screen, "Enter")
    assert screen.get_by_role("status").inner_text().startswith("已经改好：2026-09-21 至 2026-09-22")
    september = screen.get_by_role("table", name="9月")
    assert "台风停工" in september.inner_text()


def test_no_page_is_wider_than_its_screen(screen):
    sign_in(screen, "supervisor")
    for path in ("/console/calendar?year=2027", "/console/supervision-rules"):
        screen.goto(path)
        for width in (1366, 1024, 480):
            screen.set_viewport_size({"width": width, "height": 768})
            assert not overflows(screen), (path, width)


def test_a_reader_of_the_screen_finds_nothing_amiss(screen, world):
    """What axe knows of WCAG: names, roles, order of headings, contrast."""
    world.new_case()
    sign_in(screen, "centre")
    pages = ["/console/calendar?year=2027&start=2026-09-18&days=12&unit=working", "/console/supervision-rules"]
    for path in pages:
        screen.goto(path)
        for summary in screen.locator("summary").all():
            summary.click()
        assert _amiss(screen) == [], path
    screen.goto("/console/calendar?year=2026")
    screen.locator("summary", has_text="改日子").click()
    screen.locator("#first").fill("2026-09-21")
    screen.get_by_label("叫什么").fill("台风停工")
    follow(screen.get_by_role("button", name="先看会动到哪些件"))
    assert _amiss(screen) == []


def _amiss(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in violations for node in one["nodes"]]
