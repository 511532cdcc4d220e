"""Plays the story and lays a small history into temporary folders, opens what they left behind, and photographs it."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from hongye.demo import play
from hongye.demo.counter import KioskCounter
from hongye.demo.history import Wanted, lay_history
from hongye.ports import Ports
from hongye.practice import Practice, lay_out_practice, prepare_practice
from hongye.processes import Parts, answers
from kiosk.camera.specimens import story_person

OUT = Path(__file__).parents[1] / "docs" / "pictures"
HISTORY_CASES = 400  # enough for a wall with cards on it, laid in under a minute
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        program = next(path for path in CHROMIUM if Path(path).exists())
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        _of_the_story(browser, Path(folder) / "story")
        _of_the_history(browser, Path(folder) / "history")
        browser.close()
    print(f"pictures are in {OUT}")


def _of_the_story(browser: Browser, folder: Path) -> None:
    story = play(folder)
    practice, _ = prepare_practice(folder, Ports())
    with Parts(practice.folder / "logs") as parts:
        _start_server(parts, practice)
        _start_kiosk(parts, practice)
        _public(browser, practice, story)
        _console(browser, practice, story)
        _kiosk(browser, practice)


def _of_the_history(browser: Browser, folder: Path) -> None:
    """What only many cases show: the wall, and the year it is counted by."""
    lay_history(folder, Wanted(HISTORY_CASES, seed=1, until=datetime.now(UTC)))
    practice = lay_out_practice(folder, Ports())
    with Parts(practice.folder / "logs") as parts:
        _start_server(parts, practice)
        for name, account, path in (
            ("console-wall", "xian-jiancha", "/console/supervision"),
            ("console-calendar", "shi-zongkong", "/console/calendar"),
        ):
            page = _signed_in(browser, practice, account)
            page.goto(practice.server_url + path)
            _save(page, name)
            page.close()


def _start_server(parts: Parts, practice: Practice) -> None:
    parts.start("server", "serve", "--settings", str(practice.server_settings))
    parts.wait_until("server", answers(practice.server_url))


def _start_kiosk(parts: Parts, practice: Practice) -> None:
    address = practice.folder / "kiosk" / "screen.url"
    address.unlink(missing_ok=True)
    parts.start("kiosk", "kiosk", "--settings", str(practice.kiosk_settings))
    parts.wait_until("kiosk", address.exists)


def _save(page: Page, name: str, *, whole: bool = False) -> None:
    page.screenshot(path=OUT / f"{name}.png", full_page=whole)


def _public(browser: Browser, practice: Practice, story: dict) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(practice.server_url)
    _save(page, "public-home")
    page.goto(f"{practice.server_url}/c/{story['lookup_code']}")
    _save(page, "public-progress", whole=True)
    page.goto(f"{practice.server_url}/services/MZ-003#way-head")
    _save(page, "public-flow-chart")
    page.close()


def _console(browser: Browser, practice: Practice, story: dict) -> None:
    page = _signed_in(browser, practice, "xian-mz-shenpi")
    page.goto(f"{practice.server_url}/console/cases/{story['case_number']}")
    page.wait_for_load_state("networkidle")
    _save(page, "console-case")
    page.close()
    page = _signed_in(browser, practice, "shi-zongkong")
    page.goto(f"{practice.server_url}/console/catalogue/item/MZ-008")
    page.click("text=起草修改")
    page.fill("[name='own fee']", "免费（已确认）")
    page.click("text=存好并送复核")
    page.wait_for_url("**/catalogue/item/MZ-008")
    _save(page, "console-catalogue")
    page.close()


def _signed_in(browser: Browser, practice: Practice, name: str) -> Page:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(f"{practice.server_url}/console/sign-in")
    page.fill("[name=sign_in_name]", name)
    page.fill("[name=password]", practice.password)
    page.keyboard.press("Enter")
    page.wait_for_selector(".bar")
    return page


def _kiosk(browser: Browser, practice: Practice) -> None:
    counter = KioskCounter(practice.folder / "kiosk")
    counter.sign_in("cun-daiban", practice.password)
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto((practice.folder / "kiosk" / "screen.url").read_text(encoding="ascii").strip())
    page.wait_for_timeout(1500)
    page.keyboard.type("cjr")
    page.wait_for_timeout(800)
    _save(page, "kiosk-chooser")
    page.close()
    counter.begin("MZ-008")
    counter.turn_to("capture")
    counter.capture_all(["apply_form", "id_card"], story_person())
    counter.lay("household_register_1", story_person())
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto((practice.folder / "kiosk" / "screen.url").read_text(encoding="ascii").strip())
    page.wait_for_timeout(4000)  # the live picture needs a moment under the virtual camera
    _save(page, "kiosk-capture")
    page.close()


if __name__ == "__main__":
    sys.exit(main())
