"""A person at the counter's page in Chromium: signs in, lays sheets on the practice desk, presses keys."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from kiosk.agent import Kiosk
from kiosk.screen.reader import ReadPage
from kiosk.settings import KioskSettings
from tests.kiosk.counter_visitor import Visitor

#: set to a folder to look at every step
PICTURES = os.environ.get("KIOSK_PICTURES")
SHEETS = (
    "apply_form", "id_card_front", "id_card_back", "household_register_1", "household_register_2", "bank_passbook", "photo",
)  # fmt: skip


@contextmanager
def running_kiosk(folder: Path, server_url: str, read_page: ReadPage | None = None, **settings: Any) -> Iterator[Kiosk]:
    """A kiosk with its virtual camera and real eyes, as the page finds it at a counter."""
    wanted = {"screen_port": 0, "keep_free_mib": 1, "status_every_seconds": 1, **settings}
    reading = {} if read_page is None else {"read_page": read_page}
    kiosk = Kiosk(KioskSettings(data_folder=folder, server_url=server_url, **wanted), "ENROL-1", **reading)
    kiosk.start()
    yield kiosk
    kiosk.close()


@contextmanager
def opened_page(kiosk: Kiosk, chromium: Browser, width: int = 1366, height: int = 768) -> Iterator[Page]:
    """The page of a kiosk, on which no script may fail."""
    page = chromium.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
    page.set_default_timeout(30_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(kiosk.address)
    yield page
    page.close()
    assert faults == []


def look(page: Page, name: str) -> None:
    """No step may scroll sideways or hide its foot; a picture of it when asked for."""
    assert page.locator("#signs li").count() >= 3
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    foot = page.locator("footer").bounding_box()
    assert foot["y"] + foot["height"] <= page.viewport_size["height"] + 1
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{page.viewport_size['width']}.png")


def sign_in(page: Page) -> None:
    page.fill("#sign_in_name", "wang")
    page.fill("#password", "correct horse")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-item]")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


class Hand:
    """What is done at the desk itself: sheets are laid down and taken away."""

    def __init__(self, kiosk: Kiosk):
        self._visitor = Visitor(kiosk).open()

    def lay(self, sheet: str | None, **quirks) -> None:
        self._visitor.post("/api/camera/virtual", {"place": sheet, **quirks})


def heard(page: Page) -> str:
    """What a screen reader was told last."""
    return page.locator("#announce").inner_text()


def begin(page: Page, kiosk: Kiosk, answers: dict) -> None:
    """Signed in, with the form filled by whoever was here before."""
    visitor = Visitor(kiosk).open().sign_in()
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/answers", answers)
    visitor.post("/api/visit/step", {"step": "capture"})
    page.reload()
    page.wait_for_selector(".camera")


def capture(page: Page, hand: Hand, sheets: Sequence[str], before: int = 0) -> None:
    """Lay one sheet after the other; each is taken by itself."""
    for number, sheet in enumerate(sheets, before + 1):
        hand.lay(sheet)
        page.wait_for_selector(f".strip .thumb >> nth={number - 1}")
