"""Card reader, camera knobs and a slow print in Chromium, by keys alone."""

import threading

import pytest

from kiosk.camera.specimens import story_person
from kiosk.card_reader.practice import specimen_card
from kiosk.card_reader.simulated import SimulatedDevice, simulated_reader
from tests.kiosk.counter_visitor import ScriptedReader
from tests.kiosk.screen_visitor import Hand, begin, heard, look, opened_page, press, running_kiosk
from tests.kiosk.test_kiosk_devices_at_hand import SlowPrinter

pytestmark = pytest.mark.browser
PERSON = story_person()


@pytest.fixture
def device():
    return SimulatedDevice()


@pytest.fixture
def printer():
    return SlowPrinter()


@pytest.fixture
def kiosk(tmp_path, server, device, printer, monkeypatch):
    monkeypatch.setattr("kiosk.agent.card_reader_for", lambda *told: simulated_reader(device, find_seconds=0.3))
    monkeypatch.setattr("kiosk.agent.printer_for", lambda *told: printer)
    with running_kiosk(tmp_path / "data", server.url, read_page=ScriptedReader()) as running:
        yield running


@pytest.fixture(params=[(1366, 768), (1024, 768)], ids=["1366x768", "1024x768"])
def page(request, kiosk, chromium):
    with opened_page(kiosk, chromium, *request.param) as opened:
        yield opened


@pytest.fixture
def at_form(page, kiosk):
    begin(page, kiosk, {})
    page.click("[data-step=answers] button")
    page.wait_for_selector(".form")
    return page


def focused(page):
    return page.evaluate("() => document.activeElement.id")


def test_a_card_is_read_by_key_and_fills_the_form_by_key(at_form, device):
    page = at_form
    look(page, "41-card-offered")
    page.locator("#applicant_name").focus()
    page.keyboard.type("潘")
    press(page, "F8")
    page.wait_for_selector("#stop-card")
    assert "请把老年人的身份证放在读卡器上" in page.locator(".card-reader").inner_text()
    assert "放在读卡器上" in heard(page)
    assert focused(page) == "applicant_name" and page.locator("#applicant_name").input_value() == "潘"
    look(page, "42-card-waited-for")
    page.locator("#applicant_name").fill("")
    device.lay_down(specimen_card(PERSON))
    page.wait_for_selector("#fill-in")
    assert "读好了" in heard(page) and page.locator("#applicant_id").input_value() == ""
    look(page, "43-card-read")
    press(page, "F2")
    page.wait_for_selector("#applicant_name-offer", state="detached")
    press(page, "F4")
    page.wait_for_function(f"() => document.querySelector('#applicant_id').value === '{PERSON.id_number}'")
    assert page.locator("#address").input_value() == PERSON.address
    look(page, "44-card-filled")


def test_waiting_for_a_card_is_called_off_and_a_trouble_is_told_with_its_reference(at_form, device):
    page = at_form
    page.locator(".card-reader button").focus()
    press(page, "Enter")
    page.wait_for_selector("#stop-card")
    assert focused(page) == "stop-card"
    press(page, "Escape")
    page.wait_for_selector("#stop-card", state="detached")
    assert focused(page) == "read-id_card-0"
    device.unplugged = True
    press(page, "Enter")
    page.wait_for_selector("#message:has-text('找不到身份证读卡器') .reference")
    look(page, "45-card-trouble")


def test_another_persons_card_is_taken_out_by_key(at_form, device):
    page = at_form
    device.lay_down(specimen_card(PERSON))
    press(page, "F8")
    page.wait_for_selector("#fill-in")
    page.locator("#drop-read-id_card-0").focus()
    press(page, "Enter")
    page.wait_for_selector("#fill-in", state="detached")
    assert "去掉了" in heard(page) and page.locator(".offer").count() == 0


def test_the_camera_is_lit_and_sharpened_by_keys_and_every_press_is_answered(page, kiosk, good_answers):
    begin(page, kiosk, good_answers)
    Hand(kiosk).lay(None, blur=6)
    page.wait_for_selector("#refocus")
    look(page, "46-knobs")
    press(page, "f")
    page.wait_for_selector(".said:has-text('重新对焦了')")
    press(page, "+")
    page.wait_for_selector(".said:has-text('调亮了一点')")
    look(page, "47-knob-turned")
    for _ in range(12):
        press(page, "-")
    page.wait_for_selector(".said:has-text('已经最暗了')")
    look(page, "48-knob-at-its-end")
    page.locator("#brighter").focus()
    press(page, "Enter")
    page.wait_for_selector(".said:has-text('调亮了一点')")


def test_a_print_says_how_far_it_is_and_is_not_begun_twice(at_form, printer, good_answers):
    page = at_form
    page.click("[data-step=notice] button")
    page.wait_for_selector("#print-notice")
    page.locator("#print-notice").focus()
    press(page, "Enter", "Enter")
    page.wait_for_selector("#message.printing #print-progress:has-text('正在打印，已等')")
    look(page, "49-printing")
    threading.Timer(0.2, setattr, (printer, "stand", "out")).start()
    page.wait_for_selector("#message.good:has-text('打好了')")
    look(page, "50-printed")
