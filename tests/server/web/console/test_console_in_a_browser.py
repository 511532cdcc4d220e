"""The console in a real browser, by keyboard, on the screen officials have."""

import pytest
from playwright.sync_api import Page

from tests.browsing import follow
from tests.server.web.conftest import PASSWORD
from tests.server.web.console.conftest import sign_in

pytestmark = pytest.mark.browser


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")


class TestByKeyboard:
    def test_an_official_signs_in_opens_a_case_and_approves_it(self, screen, world):
        number = world.case_to_decide()
        sign_in(screen, "head")
        screen.get_by_role("link", name="高龄津贴申请").focus()
        screen.keyboard.press("Enter")
        screen.wait_for_url(f"**/cases/{number}")
        screen.keyboard.press("y")
        assert focused(screen) == "stated 补助标准或金额"
        screen.keyboard.type("每月80元")
        screen.keyboard.press("Tab")
        screen.keyboard.type("2026年10月")
        screen.keyboard.press("Control+Enter")
        assert focused(screen).startswith("批准")
        screen.keyboard.press("Enter")
        screen.wait_for_url("**?done=1")
        assert screen.get_by_role("status").inner_text().startswith("办好了：批准")

    def test_a_key_alone_decides_nothing(self, screen, world):
        number = world.new_case()
        sign_in(screen, "counter")
        screen.goto(f"/console/cases/{number}")
        screen.keyboard.press("y")
        assert focused(screen).startswith("核验通过")
        assert screen.get_by_text("核验中").first.is_visible()

    def test_the_letters_of_an_opinion_are_no_shortcuts(self, screen, world):
        number = world.new_case()
        sign_in(screen, "counter")
        screen.goto(f"/console/cases/{number}")
        screen.locator("#opinion").focus()
        screen.keyboard.type("ynbr+-j")
        assert screen.locator("#opinion").input_value() == "ynbr+-j"


class TestTheViewer:
    def test_pages_turn_zoom_and_rotate_and_the_opinion_stays(self, screen, world):
        number = world.new_case()
        sign_in(screen, "counter")
        screen.goto(f"/console/cases/{number}")
        screen.locator("#opinion").fill("看到一半")
        screen.get_by_role("link", name="身份证").click()
        pane = screen.locator(".viewer:not([hidden])")
        picture = pane.locator("img")
        screen.wait_for_load_state("networkidle")
        screen.locator(".viewer:not([hidden]) .desktop").focus()
        screen.keyboard.press("ArrowRight")
        assert pane.locator("[data-count]").inner_text() == "第 2 / 2 页"
        assert picture.get_attribute("src").endswith("/pages/2.png")
        screen.keyboard.press("ArrowRight")
        assert pane.locator("[data-count]").inner_text() == "第 2 / 2 页"
        picture.evaluate("image => image.decode()")
        before = picture.bounding_box()["width"]
        screen.keyboard.press("+")
        assert picture.bounding_box()["width"] > before
        screen.keyboard.press("r")
        assert "rotate(90deg)" in picture.get_attribute("style")
        assert screen.locator("#opinion").input_value() == "看到一半"

    def test_the_main_button_is_in_sight_without_scrolling(self, screen, world):
        number = world.case_to_decide()
        sign_in(screen, "head")
        screen.goto(f"/console/cases/{number}")
        for name in ("批准", "不批准"):
            box = screen.locator(".buttons button", has_text=name).first.bounding_box()
            assert box["y"] + box["height"] <= 768
            assert box["height"] >= 44


class TestWithoutScripts:
    def test_pages_turn_by_links_and_forms_act(self, chromium, address, world):
        number = world.new_case()
        context = chromium.new_context(java_script_enabled=False, base_url=address)
        page = context.new_page()
        page.goto("/console/")
        page.fill("#sign_in_name", "counter")
        page.fill("#password", PASSWORD)
        follow(page.get_by_role("button", name="登录"))
        page.goto(f"/console/cases/{number}")
        follow(page.get_by_role("link", name="身份证"))
        follow(page.get_by_role("link", name="下一页"))
        assert page.get_by_text("第 2 / 2 页").is_visible()
        follow(page.get_by_role("button", name="核验通过"))
        assert page.get_by_text("办好了：核验通过").is_visible()
        context.close()
