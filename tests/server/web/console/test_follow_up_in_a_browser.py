"""A follow-up is worked in a real browser by keyboard alone, with scripts and without."""

import pytest
from playwright.sync_api import Page

from tests.ratings import follow_up_of_number
from tests.server.web.conftest import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def screen(request, chromium, address):
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, base_url=address, java_script_enabled=request.param
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def follow_up(world, phone) -> str:
    number = world.closed_case()
    phone.post(f"/c/{world.lookup_codes[number]}/rating", data={"grade": "1", "comment": "太慢"})
    return f"/console/ratings/{follow_up_of_number(world.installation, number)}"


def sign_in(page: Page, name: str) -> None:
    page.goto("/console/")
    page.fill("#sign_in_name", name)
    page.fill("#password", PASSWORD)
    press(page, "Enter")


def press(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def tab_to(page: Page, words: str) -> None:
    """With Tab alone: what is reached this way can be reached by anybody."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text().strip() == words:
            return
    raise AssertionError(f"Tab never reaches {words}")


def test_from_the_list_to_the_assignment_without_a_mouse(screen, follow_up):
    page = screen
    sign_in(page, "centre")
    page.goto("/console/ratings")
    tab_to(page, "非常不满意")
    press(page, "Enter")
    assert page.url.endswith(follow_up)
    tab_to(page, "由我经手")
    press(page, "Enter")
    page.locator("#words").focus()
    page.keyboard.type("群众说等了三个星期")
    page.keyboard.press("Tab")
    press(page, "Enter")
    assert page.get_by_role("status").inner_text() == "已记下：记回访。"
    page.locator("input[name=desk]").last.focus()
    page.keyboard.press("Space")
    page.locator("#words").focus()
    page.keyboard.type("请说明为什么超过承诺")
    page.keyboard.press("Tab")
    press(page, "Enter")
    assert page.get_by_text("部门整改中").is_visible()


def test_nothing_sticks_out_at_any_width_and_targets_are_large(screen, follow_up):
    page = screen
    sign_in(page, "centre")
    for width in (1366, 800, 360):
        page.set_viewport_size({"width": width, "height": 768})
        for address in ("/console/ratings", follow_up):
            page.goto(address)
            root = page.locator("main")
            assert root.evaluate("page => page.scrollWidth - page.clientWidth") <= 0, (address, width)
            heights = [button.bounding_box()["height"] for button in page.locator("main .btn:visible").all()]
            assert all(height >= 44 for height in heights), (address, width)
