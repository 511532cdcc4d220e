"""哪些我能办 by keyboard alone and without any script: on the cheapest phone, and for whoever cannot use a mouse."""

import pytest

from tests.browsing import follow

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(chromium, address):
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, base_url=address, java_script_enabled=False, locale="zh-CN"
    )
    yield context.new_page()
    context.close()


def test_answers_lead_to_what_can_be_had_and_to_its_guide(screen):
    screen.goto("/")
    follow(screen.get_by_role("link", name="哪些我能办 答几题就知道"))
    screen.get_by_label("今年多大岁数").fill("82")
    screen.get_by_role("group", name="户口在哪里").get_by_label("本市的村里").press("Space")
    screen.get_by_role("group", name="家里有地").get_by_label("种水稻").press("Space")
    with screen.expect_navigation():
        screen.get_by_label("今年多大岁数").press("Enter")
    assert screen.url.endswith("#found")
    assert screen.get_by_role("heading", name="很可能可以").is_visible()
    assert screen.get_by_role("group", name="家里有地").get_by_label("种水稻").is_checked()
    follow(screen.get_by_role("link", name="高龄津贴申请").first)
    assert screen.get_by_role("heading", name="高龄津贴申请", level=1).is_visible()


def test_an_open_question_is_one_step_away(screen):
    screen.goto("/which?age=82")
    screen.get_by_role("region", name="再答这几题").get_by_role("link").first.click()
    assert "#q-" in screen.url
    assert 0 <= screen.locator(f"#{screen.url.split('#')[1]}").bounding_box()["y"] < 740
