"""A village agent records a use of a power in a real browser: by keyboard, and with no script at all."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.browsing import follow
from tests.power_uses import walked_use
from tests.server.web.conftest import PASSWORD, PEOPLE

AGENT = PEOPLE["agent"]

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def screen(request, chromium, address):
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, base_url=address, java_script_enabled=request.param
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    # A refusal is an answer with a status of its own, which the browser notes; anything else is a fault.
    assert [fault for fault in faults if "422" not in fault] == []


def sign_in(page: Page, name: str = "agent") -> None:
    page.goto("/console/")
    page.fill("#sign_in_name", name)
    page.fill("#password", PASSWORD)
    follow(page.get_by_role("button", name="登录"))


def press(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def heading(page: Page) -> str:
    return page.locator("#next-head").inner_text()


def test_a_use_is_begun_and_walked_to_a_vote_that_is_checked(screen, world):
    sign_in(screen)
    follow(screen.get_by_role("link", name="权力运行"))
    follow(screen.get_by_role("link", name="记一次新的用权"))
    follow(screen.get_by_role("link", name="村级工程项目建设"))
    screen.get_by_label("工程项目立项").check()
    screen.get_by_label("事由").fill("示范文化广场路灯安装")
    follow(screen.get_by_role("button", name="开始"))
    for what in ("提议", "商议", "审议"):
        assert heading(screen).startswith(f"下一步：{what}")
        follow(screen.get_by_role("button", name="记下这一步"))
    follow(screen.get_by_role("link", name="村民代表会议"))
    screen.get_by_label("应到").fill("60")
    follow(screen.get_by_role("button", name="算一算最少要多少人"))
    assert screen.get_by_text("至少要40人到会，到会40人时，至少要21人赞成").is_visible()
    screen.get_by_label("实到").fill("45")
    screen.get_by_label("赞成").fill("20")
    screen.get_by_label("通过", exact=True).check()
    screen.get_by_label("谁主持").fill("陈示范")
    screen.get_by_label("给村民看的说明").fill("在村部开的会。")
    follow(screen.get_by_role("button", name="记下这一步"))
    assert "至少要23人，赞成20人，没有通过" in screen.get_by_role("alert").inner_text()
    assert screen.get_by_label("给村民看的说明").input_value() == "在村部开的会。"
    screen.get_by_label("赞成").fill("40")
    follow(screen.get_by_role("button", name="记下这一步"))
    assert heading(screen) == "下一步：决议公开"
    follow(screen.get_by_role("link", name="村民看到的样子"))
    assert screen.get_by_text("赞成40人，通过。").is_visible()


def test_a_meeting_is_recorded_without_a_mouse(screen, world):
    start = (world.clock.now() - timedelta(days=1)).date()
    use_id = walked_use(world.installation, to="s3", actor=AGENT, start_on=start)
    sign_in(screen)
    screen.goto(f"/console/power-uses/{use_id}?body=representatives")
    screen.locator("#due").focus()
    for number in ("60", "45", "40"):
        screen.keyboard.type(number)
        screen.keyboard.press("Tab")
    screen.keyboard.press("Tab")  # past 算一算
    screen.keyboard.press("Space")  # 通过
    screen.keyboard.press("Tab")
    screen.keyboard.type("陈示范")
    press(screen, "Enter")
    assert heading(screen) == "下一步：决议公开"


def test_enter_in_a_number_records_and_never_only_counts(screen, world):
    """The first button of a form is the one Enter presses; a count in its place would look as if all were recorded."""
    start = (world.clock.now() - timedelta(days=1)).date()
    use_id = walked_use(world.installation, to="s3", actor=AGENT, start_on=start)
    sign_in(screen)
    screen.goto(f"/console/power-uses/{use_id}?body=representatives")
    for name, words in (("due", "60"), ("present", "38"), ("presided", "陈示范")):
        screen.fill(f"#{name}", words)
    screen.get_by_label("人数不够，没开成").check()
    screen.locator("#present").focus()
    press(screen, "Enter")
    assert heading(screen).startswith("重新开会")


def test_the_forms_fit_a_small_window_and_their_targets_are_large(screen, world):
    use_id = walked_use(world.installation, to="s2", actor=AGENT)
    meeting = walked_use(world.installation, to="s4", actor=AGENT)
    sign_in(screen)
    forms = ["new", "new?category=MS", "new?category=outside", use_id, meeting, f"{meeting}/entries/4/correction"]
    for width in (1366, 800, 360):
        screen.set_viewport_size({"width": width, "height": 768})
        for form in forms:
            screen.goto(f"/console/power-uses/{form}")
            page = screen.locator("html")
            assert page.evaluate("page => page.scrollWidth - page.clientWidth") == 0, (form, width)
            heights = [button.bounding_box()["height"] for button in screen.locator("main .btn:visible").all()]
            assert all(height >= 44 for height in heights), (form, width)
