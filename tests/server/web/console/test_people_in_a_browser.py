"""人员与岗位, the register and the case page's flags in a real browser: read by axe, worked by keyboard, no wider than a screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.factories import FICTITIOUS_NAME, TOWNSHIP, VILLAGE
from tests.server.web.conftest import PASSWORD

pytestmark = pytest.mark.browser
RELATIVE = {"official_account": "counter", "relation": "spouse", "name": FICTITIOUS_NAME, "village_code": VILLAGE}


@pytest.fixture
def page(chromium, address):
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=address)
    yield context.new_page()
    context.close()


def sign_in(page, name: str) -> None:
    page.goto("/console/sign-in")
    page.fill("#sign_in_name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")


def faults(page, path: str) -> list[str]:
    page.goto(path)
    for fold in page.locator("summary").all():
        fold.click()
    found = [f"{path}: {one['id']} {one['nodes'][0]['html']}" for one in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{path} is wider than the screen")
    return found


def test_the_centres_pages_are_clean(page, official, world):
    official("centre").send("/console/relatives", RELATIVE)
    world.new_case()
    sign_in(page, "centre")
    paths = ("/console/people", "/console/people/counter", "/console/relatives", "/console/profile")
    assert [fault for path in paths for fault in faults(page, path)] == []


def test_the_case_page_with_flags_hands_and_a_duplicate_is_clean(page, official, world):
    official("centre").send("/console/relatives", RELATIVE | {"official_account": "head"})
    world.new_case()
    number = world.case_in_review()
    for name in ("police", "head"):
        page.context.clear_cookies()
        sign_in(page, name)
        assert faults(page, f"/console/cases/{number}") == []


def test_an_account_is_opened_in_the_order_of_the_tab_key(page):
    sign_in(page, "centre")
    page.goto("/console/people")
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("zhen-mz-2")
    page.keyboard.press("Tab")
    page.keyboard.type("韦样本")
    for name, choice in (("role", "township_counter"), ("department", "民政"), ("region_code", TOWNSHIP)):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == name
        page.select_option(f"[name={name}]", choice)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/people")
    assert len(page.inner_text(".one-time code")) == 14
