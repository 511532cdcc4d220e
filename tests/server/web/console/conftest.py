"""An official's screen in a real browser, and signing in by keyboard."""

import pytest
from playwright.sync_api import Page

from tests.server.web.conftest import PASSWORD


@pytest.fixture
def screen(chromium, address):
    """A page of the size officials have; a fault in its scripts fails the test."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=address)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert faults == []


def sign_in(page: Page, name: str) -> None:
    page.goto("/console/")
    page.locator("#sign_in_name:focus").wait_for()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".bar .who").wait_for()
