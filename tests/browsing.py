"""What a person at a browser does: clicks something and waits for the page it leads to."""

from playwright.sync_api import Locator


def follow(control: Locator) -> None:
    """Click what leads to another page, and be there: a test that looks too early looks at the page before."""
    with control.page.expect_navigation():
        control.click()
