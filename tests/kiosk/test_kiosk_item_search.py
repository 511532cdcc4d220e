"""Choosing one of 74 errands at the counter: by words, pinyin or initials, with the keyboard alone."""

import os
from urllib.parse import quote

import pytest

from forms.catalogue import load_catalogue
from kiosk.agent import Kiosk
from kiosk.camera.virtual import VirtualCameraSettings
from kiosk.settings import KioskSettings
from tests.kiosk.counter_visitor import ScriptedEye, ScriptedReader, SmallCamera, Visitor

#: set to a folder to look at it
PICTURES = os.environ.get("KIOSK_PICTURES")
SMALL = VirtualCameraSettings(resolution=(320, 240), preview_resolution=(160, 120), noise=0)
ITEMS = load_catalogue().items


@pytest.fixture
def kiosk(tmp_path, server):
    settings = KioskSettings(
        data_folder=tmp_path / "data", server_url=server.url, screen_port=0, keep_free_mib=1, status_every_seconds=1
    )
    running = Kiosk(settings, "ENROL-1", camera=SmallCamera(SMALL), eye=ScriptedEye(), read_page=ScriptedReader())
    running.start()
    yield running
    running.close()


class TestOverTheApi:
    def codes(self, visitor: Visitor, words: str) -> list[str]:
        return [item["code"] for item in visitor.get(f"/api/items?words={quote(words)}")["items"]]

    def test_all_are_there_until_something_is_typed(self, kiosk):
        visitor = Visitor(kiosk).open().sign_in()
        assert self.codes(visitor, "") == self.codes(visitor, "  ") == list(ITEMS)

    @pytest.mark.parametrize(
        ("words", "first"), [("gljt", "MZ-008"), ("低保", "MZ-001"), ("摆酒", "SJ-002"), ("两免一补", "JY-002"), ("ＭＺ008", "MZ-008")]
    )  # fmt: skip
    def test_words_pinyin_and_the_names_of_policies_find_the_errand(self, kiosk, words, first):
        assert self.codes(Visitor(kiosk).open().sign_in(), words)[0] == first

    def test_only_errands_are_found_and_nothing_is_an_answer_too(self, kiosk):
        visitor = Visitor(kiosk).open().sign_in()
        assert set(self.codes(visitor, "低保")) <= ITEMS.keys()
        assert self.codes(visitor, "𠮷田龘") == []

    def test_it_is_for_a_signed_in_agent(self, kiosk):
        visitor = Visitor(kiosk).open()
        visitor.get("/api/items?words=gljt")
        assert visitor.status == 401


@pytest.fixture
def page(kiosk, chromium):
    opened = chromium.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    opened.set_default_timeout(20_000)
    faults = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(kiosk.address)
    opened.fill("#sign_in_name", "wang")
    opened.fill("#password", "correct horse")
    opened.keyboard.press("Enter")
    opened.wait_for_selector("#find:focus")
    yield opened
    opened.close()
    assert faults == []


def picture(page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png")


def focused(page) -> str | None:
    return page.evaluate("document.activeElement.dataset.item || document.activeElement.id")


@pytest.mark.browser
class TestOnThePage:
    def test_all_stand_by_department_until_something_is_typed(self, page):
        assert page.locator(".department").count() == len({item.department for item in ITEMS.values()})
        assert page.locator("#found .item").count() == len(ITEMS)
        picture(page, "items-by-department")

    def test_typing_shows_what_fits_at_once_and_enter_begins_it(self, page):
        page.keyboard.type("gljt")
        page.wait_for_selector("[role=status]:has-text('找到 2 项')")
        assert page.locator("#found .item").first.get_attribute("data-item") == "MZ-008"
        picture(page, "items-found")
        page.keyboard.press("Enter")
        page.wait_for_selector("#print-notice")
        assert page.locator("#title").inner_text() == "高龄津贴申请"

    def test_enter_at_once_begins_what_was_typed_last(self, page):
        page.keyboard.type("摆酒")
        page.keyboard.press("Enter")
        page.wait_for_selector("#print-notice")
        assert page.locator("#title").inner_text() == ITEMS["SJ-002"].name

    def test_arrows_choose_and_lead_back(self, page):
        page.keyboard.type("jt")
        page.wait_for_selector("[role=status]:has-text('找到')")
        shown = [card.get_attribute("data-item") for card in page.locator("#found .item").all()]
        assert len(shown) > 3
        page.keyboard.press("ArrowDown")
        assert focused(page) == shown[0]
        page.keyboard.press("ArrowRight")
        assert focused(page) == shown[1]
        page.keyboard.press("ArrowDown")
        assert focused(page) == shown[3]
        page.keyboard.press("ArrowLeft")
        assert focused(page) == shown[2]
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert focused(page) == "find"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.wait_for_selector("#print-notice")
        assert page.locator("#title").inner_text() == ITEMS[shown[1]].name

    def test_a_letter_goes_on_typing_and_escape_begins_again(self, page):
        page.keyboard.type("gl")
        page.wait_for_selector("[role=status]:has-text('找到')")
        page.keyboard.press("ArrowDown")
        page.keyboard.type("jt")
        assert page.input_value("#find") == "gljt"
        page.keyboard.press("Escape")
        page.wait_for_selector(".department")
        assert page.input_value("#find") == ""

    def test_nothing_found_is_said_and_enter_begins_nothing(self, page):
        page.keyboard.type("qqqq")
        page.wait_for_selector("[role=status]:has-text('没有找到“qqqq”')")
        page.keyboard.press("Enter")
        assert page.locator("#find").is_visible()

    def test_the_type_is_large_and_the_targets_are_too(self, page):
        sizes = page.evaluate(
            "() => [...document.querySelectorAll('main *')].filter(one => one.textContent.trim() && one.getClientRects().length)"
            ".map(one => parseFloat(getComputedStyle(one).fontSize))"
        )
        assert min(sizes) >= 20
        heights = page.evaluate(
            "() => [...document.querySelectorAll('main button, #find')].map(one => one.offsetHeight)"
        )
        assert min(heights) >= 60
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
