"""The page itself in Chromium, with the virtual camera and real eyes: signing in, item, notice sheet, form, capture."""

import pytest

from kiosk.camera.specimens import story_person
from tests.kiosk.counter_visitor import ScriptedEye, ScriptedReader, Visitor
from tests.kiosk.screen_visitor import SHEETS, look, opened_page, running_kiosk, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def kiosk(tmp_path, server):
    with running_kiosk(tmp_path / "data", server.url, read_page=ScriptedReader(), practice=True) as running:
        yield running


@pytest.fixture
def page(kiosk, chromium):
    with opened_page(kiosk, chromium) as opened:
        yield opened


def lay_and_shoot(page, sheet: str, pages: int) -> None:
    page.select_option("#place", sheet)
    page.locator("#shoot").press("Space")
    page.wait_for_selector(f".strip .thumb >> nth={pages - 1}")


def test_from_signing_in_to_the_case_number(page, server):
    page.wait_for_selector("#sign_in_name")
    page.wait_for_selector("#signs li")
    assert "#" not in page.url
    look(page, "01-sign-in")
    sign_in(page)
    look(page, "02-items")
    page.click("[data-item=MZ-008]")
    page.click("#print-notice")
    page.wait_for_selector("#message.good")
    look(page, "03-notice")
    page.click("#next")
    fill_the_form(page)
    page.click("#next")
    page.wait_for_selector(".say:has-text('没有纸')")
    page.click("#auto")
    page.wait_for_selector("#auto:has-text('关')")
    for number, sheet in enumerate(SHEETS, 1):
        lay_and_shoot(page, sheet, number)
    page.wait_for_selector(".outline polygon.good")
    look(page, "06-captured")
    page.click("#next")
    page.wait_for_selector(".tick")
    for tick in page.locator(".tick input").all():
        tick.check()
    page.wait_for_selector("#send:not([disabled])")
    look(page, "07-checked")
    page.click("#send")
    page.wait_for_selector("text=已经送到")
    look(page, "08-sent")
    assert page.locator("text=450521-2026-00001").count() == 1
    page.click("#receipt")
    page.wait_for_selector("#message.good")
    page.click("#close")
    page.wait_for_selector("[data-item]")
    assert len(server.memory.cases) == 1


def fill_the_form(page) -> None:
    person = story_person()
    page.wait_for_selector("#applicant_name")
    page.fill("#applicant_name", person.name)
    page.fill("#applicant_id", person.id_number[:-1] + ("0" if person.id_number[-1] != "0" else "1"))
    page.keyboard.press("Tab")
    page.wait_for_selector("[data-field=applicant_id].faulty")
    assert "校验位不对" in page.locator("#applicant_id-fault").inner_text()
    look(page, "04-wrong-number")
    page.fill("#applicant_id", person.id_number)
    for field, words in (("phone", person.phone), ("address", person.address), ("emergency_contact", "潘某 13900000001"),
                         ("bank_holder", person.name), ("bank_account", person.bank_account)):  # fmt: skip
        page.fill(f"#{field}", words)
    page.check("#by_agent-no")
    page.select_option("#age_band", index=1)
    page.check("#promise-yes")
    page.wait_for_function("() => document.querySelector('#birth_date').value === '1943-03-15'")
    page.wait_for_selector(".faulty", state="detached")
    look(page, "05-form")


@pytest.fixture
def easily_pleased(monkeypatch):
    """Eyes that take every picture: for what comes after capturing."""
    monkeypatch.setattr("kiosk.agent.ImagingEye", ScriptedEye)


def test_a_refused_packet_is_reopened_from_the_list(easily_pleased, kiosk, page, server, good_answers):
    server.memory.refuse = "材料包和校验值不一致，没有收下。"
    visitor = Visitor(kiosk).open().sign_in()
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/answers", good_answers)
    visitor.capture_everything()
    visitor.check_everything()
    visitor.packet_in_state(visitor.post("/api/visit/send")["packet_id"], "refused")
    page.reload()
    page.click("#packets")
    page.wait_for_selector("[data-packet]")
    look(page, "09-refused")
    page.click("[data-packet] button:has-text('重新打开')")
    page.wait_for_selector(".refusal:has-text('校验值不一致')")
    assert page.locator(".thumb").count() == 7
    look(page, "10-reopened")
    server.memory.refuse = None
    page.click("#send")
    page.wait_for_selector("text=已经送到")
    page.click("#packets")
    page.wait_for_selector("[data-packet]:has-text('已重新打开')")
    assert page.locator("[data-packet] button:has-text('重新打开')").count() == 0


def test_a_wrong_password_says_so_and_reloading_keeps_the_page_open(page):
    page.fill("#sign_in_name", "wang")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#message:not([hidden])")
    assert "不对" in page.locator("#message").inner_text()
    sign_in(page)
    page.reload()
    page.wait_for_selector("[data-item]")


def test_the_type_is_large_and_the_targets_are_too(page):
    sign_in(page)
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('body *')].filter(one => one.textContent.trim() && one.getClientRects().length)"
        ".map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 20
    heights = page.evaluate(
        "() => [...document.querySelectorAll('main button, footer button')].map(one => one.offsetHeight)"
    )
    assert heights and min(heights) >= 60
