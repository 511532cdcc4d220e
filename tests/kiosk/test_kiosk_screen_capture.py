"""Capturing in Chromium by keys and hands alone: nobody touches the mouse, the practice desk is real, so are the eyes."""

import pytest

from tests.kiosk.counter_visitor import ScriptedReader
from tests.kiosk.screen_visitor import (
    SHEETS,
    Hand,
    begin,
    capture,
    heard,
    look,
    opened_page,
    press,
    running_kiosk,
    sign_in,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def kiosk(tmp_path, server):
    with running_kiosk(tmp_path / "data", server.url, read_page=ScriptedReader()) as running:
        yield running


@pytest.fixture(params=[(1366, 768), (1024, 768)], ids=["1366x768", "1024x768"])
def page(request, kiosk, chromium):
    with opened_page(kiosk, chromium, *request.param) as opened:
        yield opened


@pytest.fixture
def hand(kiosk):
    return Hand(kiosk)


def pages(page):
    """The pages on the screen, in their order."""
    return page.locator(".thumb").evaluate_all("all => all.map(one => one.dataset.page)")


def test_a_whole_visit_without_the_mouse_and_without_pressing_for_a_picture(page, kiosk, hand, server, good_answers):
    sign_in(page)
    look(page, "11-items")
    page.keyboard.type("gljt")
    press(page, "Enter")
    page.wait_for_selector("#print-notice")
    look(page, "12-notice")
    press(page, "Enter")
    page.wait_for_selector("#message.good")
    press(page, "Enter")
    page.wait_for_selector(".form")
    look(page, "13-form")
    begin(page, kiosk, good_answers)
    assert "还差 5 样" in page.locator("#progress").inner_text()
    look(page, "14-empty-desk")
    hand.lay(SHEETS[0])
    page.wait_for_selector(".camera:has(.ring.running) .say:has-text('别动，马上拍')")
    look(page, "15-countdown")
    page.wait_for_selector(".say:has-text('换下一张')")
    page.wait_for_timeout(3000)
    assert page.locator(".strip .thumb").count() == 1  # never the same sheet twice
    look(page, "16-next")
    capture(page, hand, SHEETS[1:], 1)
    page.wait_for_selector(".say:has-text('都拍齐了')")
    look(page, "17-all")
    press(page, "Enter")
    page.wait_for_selector(".tick")
    for _ in range(5):
        press(page, "Tab")
        while not page.evaluate("() => document.activeElement.matches('.tick input')"):
            press(page, "Tab")
        press(page, "Space")
    page.wait_for_selector("#send:not([disabled])")
    look(page, "18-check")
    while not page.evaluate("() => document.activeElement.id === 'send'"):
        press(page, "Tab")
    press(page, "Enter")
    page.wait_for_selector("text=已经送到")
    look(page, "19-sent")
    assert len(server.memory.cases) == 1


def test_pages_are_looked_at_turned_moved_dropped_and_undone_by_keys(page, kiosk, hand, good_answers):
    begin(page, kiosk, good_answers)
    capture(page, hand, SHEETS[:3])
    hand.lay(None)
    form, front, back = pages(page)
    page.locator(f"[data-page='{front}']").focus()
    press(page, "r")
    page.wait_for_selector(f"[data-page='{front}'] img[src*='turn=90']")
    assert "向右转了一下" in heard(page)
    press(page, "Control+ArrowRight")
    page.wait_for_function(f"() => document.querySelectorAll('.thumb')[2].dataset.page === '{front}'")
    assert pages(page) == [form, back, front] and "挪到了" in heard(page)
    assert page.evaluate("() => document.activeElement.dataset.page") == front
    press(page, "Control+ArrowRight")
    assert heard(page) == "已经是最后一页"
    press(page, "Control+ArrowUp")
    page.wait_for_function(f"() => document.querySelectorAll('.thumb')[1].dataset.page === '{front}'")
    look(page, "21-moved")
    press(page, "Delete")
    page.wait_for_function("() => document.querySelectorAll('.thumb').length === 2")
    press(page, "Control+z")
    page.wait_for_function("() => document.querySelectorAll('.thumb').length === 3")
    assert "撤销了“去掉一页”" in heard(page) and front in pages(page)
    page.locator(f"[data-page='{front}']").focus()
    press(page, "Enter")
    page.wait_for_selector("#dialog[open] .page-view img")
    look(page, "22-one-page")
    press(page, "Escape")
    assert page.evaluate("() => document.activeElement.dataset.page") == front


def test_a_page_is_dragged_to_another_place(page, kiosk, hand, good_answers):
    begin(page, kiosk, good_answers)
    capture(page, hand, SHEETS[:3])
    hand.lay(None)
    form, front, back = pages(page)
    page.drag_and_drop(f"[data-page='{back}']", f"[data-page='{front}']")
    page.wait_for_function(f"() => document.querySelectorAll('.thumb')[1].dataset.page === '{back}'")
    assert pages(page) == [form, back, front]


def test_what_disturbs_is_told_and_the_space_key_takes_it_all_the_same(page, kiosk, hand, good_answers):
    begin(page, kiosk, good_answers)
    hand.lay(SHEETS[0], glare=1)
    page.wait_for_selector(".say:has-text('按空格键')")
    look(page, "23-held")
    press(page, "Space")
    page.wait_for_selector("#keep")
    look(page, "24-keepable")
    press(page, "Enter")
    page.wait_for_selector(".thumb .mark:has-text('反光')")


def test_help_is_one_key_away_and_takes_no_picture_meanwhile(page, kiosk, hand, good_answers):
    begin(page, kiosk, good_answers)
    press(page, "F1")
    page.wait_for_selector("#dialog[open] .drawing")
    look(page, "25-help")
    hand.lay(SHEETS[0])
    page.wait_for_timeout(3500)
    assert page.locator(".thumb").count() == 0
    press(page, "Escape")
    page.wait_for_selector(".thumb")
    press(page, "a")
    page.wait_for_selector("#auto:has-text('关')")
    hand.lay(SHEETS[1])
    page.wait_for_selector(".say:has-text('按空格键')")
    page.wait_for_timeout(2500)
    assert page.locator(".thumb").count() == 1


def test_practice_is_marked_on_every_step_and_leaving_returns(page, kiosk, hand, good_answers, server):
    begin(page, kiosk, good_answers)
    capture(page, hand, SHEETS[:1])
    page.click("text=先放一放")
    page.wait_for_selector("#practise")
    page.locator("#practise").focus()
    press(page, "Enter")
    page.wait_for_selector("#practice-bar")
    for step in ("notice", "answers", "capture", "check"):
        if step != "notice":
            page.click(f"[data-step={step}] button")
        page.wait_for_selector(f"[data-step={step}][aria-current]")
        assert page.locator("#practice-bar").is_visible() and page.locator("#practice-mark").is_visible()
        look(page, f"26-practice-{step}")
    page.locator("#end-practice").focus()
    press(page, "Enter")
    page.wait_for_selector("[data-draft]")
    assert not page.locator("#practice-bar").is_visible() and server.memory.cases == {}


def test_the_type_is_large_and_the_targets_are_too_on_every_capture_screen(page, kiosk, hand, good_answers):
    begin(page, kiosk, good_answers)
    capture(page, hand, SHEETS[:2])
    smallest = (
        "() => Math.min(...[...document.querySelectorAll('body *')].filter(one => one.childElementCount === 0"
        " && one.textContent.trim() && one.getClientRects().length && one.id !== 'announce' && !one.closest('svg'))"
        ".map(one => parseFloat(getComputedStyle(one).fontSize)))"
    )
    lowest = (
        "() => Math.min(...[...document.querySelectorAll('main button, footer button, dialog[open] button, dialog[open] select')]"
        ".filter(one => one.getClientRects().length).map(one => one.offsetHeight))"
    )
    for keys in ((), ("F1",), ("Escape", "Tab")):
        press(page, *keys)
        assert page.evaluate(smallest) >= 20 and page.evaluate(lowest) >= 60
    page.locator(".thumb").first.focus()
    press(page, "Enter")
    page.wait_for_selector("#dialog[open] .page-view")
    assert page.evaluate(smallest) >= 20 and page.evaluate(lowest) >= 60
