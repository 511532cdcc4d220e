"""A roster decided row by row from the keyboard, and the pages of batches, benefits and deaths looked at with axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.benefits import benefits
from tests.browsing import follow
from tests.rosters import FARM_TOWN, give_account
from tests.server.web.conftest import PASSWORD
from tests.server.web.console.test_batch_pages import filled, hung_and_over

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(chromium, address):
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=address)
    yield context.new_page()
    context.close()


def sign_in(page: Page, name: str) -> None:
    page.context.clear_cookies()
    page.goto("/console/")
    page.fill("#sign_in_name", name)
    page.fill("#password", PASSWORD)
    follow(page.get_by_role("button", name="登录"))


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in found.response["violations"]]


def test_a_household_is_left_out_and_the_next_taken_up_without_a_mouse(screen, world):
    number = filled(world, 3)
    hung_and_over(world, number)
    give_account(world.installation, FARM_TOWN, PASSWORD)
    sign_in(screen, FARM_TOWN.account_id)
    screen.goto(f"/console/cases/{number}/roster")
    screen.get_by_role("link", name="办第2号").focus()
    with screen.expect_navigation():
        screen.keyboard.press("Enter")
    assert screen.locator("#row-head").inner_text().startswith("第 2 号 潘**")
    screen.get_by_label("理由").focus()
    screen.keyboard.type("地块常年撂荒，不予补贴")
    screen.keyboard.press("Tab")
    screen.keyboard.press("Tab")
    with screen.expect_navigation():
        screen.keyboard.press("Enter")
    assert screen.get_by_role("status").inner_text() == "记下了。"
    assert screen.locator("#row-head").inner_text().startswith("第 3 号")
    assert "不列入 1" in screen.inner_text("main")
    assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everybody_can_read_and_work_the_pages(screen, world):
    number, closed = filled(world, 4), world.closed_case()
    [benefit] = benefits(world.installation, closed)
    sign_in(screen, "agent")
    for path in ("/console/rosters", f"/console/cases/{number}/roster?row=2", "/console/benefits", "/console/deaths"):
        screen.goto(path)
        assert faults(screen) == [], path
    sign_in(screen, "head")
    screen.goto(f"/console/benefits/{benefit.id}")
    assert faults(screen) == []
