"""Looks at a page with axe-core, as it ships in the installed axe-playwright-python: what it finds is told with its place."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}


def violations(page: Page) -> list[str]:
    """One line a fault and place; the content policy lets no script in but ours, so axe is brought in by the debugger."""
    found = Axe().run(page, options=_RULES).response["violations"]
    return [f"{one['id']}: {node['target']} {node['html'][:120]}" for one in found for node in one["nodes"]]
