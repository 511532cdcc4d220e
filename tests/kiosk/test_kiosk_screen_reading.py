"""Reading in Chromium, with the practice desk, real eyes and a real reader: wrong papers told, answers offered, stacks sorted."""

import cv2
import pytest

from kiosk.camera.specimens import specimens_for, story_person
from tests.kiosk.screen_visitor import Hand, begin, capture, heard, look, opened_page, press, running_kiosk

pytestmark = pytest.mark.browser
PERSON = story_person()


@pytest.fixture
def kiosk(tmp_path, server):
    with running_kiosk(tmp_path / "data", server.url) as running:
        yield running


@pytest.fixture
def page(kiosk, chromium):
    with opened_page(kiosk, chromium) as opened:
        opened.set_default_timeout(90_000)  # reading takes what the machine has left
        yield opened


@pytest.fixture
def hand(kiosk):
    return Hand(kiosk)


def choose(page, material_id):
    """Take this material next, by hand."""
    page.locator(f"[data-material='{material_id}'] .which").focus()
    press(page, "Enter")
    page.wait_for_selector(f"[data-material='{material_id}'][aria-current]")


def test_the_wrong_side_is_told_and_the_right_one_is_taken(page, kiosk, hand, good_answers):
    begin(page, kiosk, good_answers)
    choose(page, "id_card")
    hand.lay("id_card_back")
    # before the shot where reading is quick, else on the page as soon as it has been read
    page.wait_for_selector(".said:has-text('请翻过来'), .remark:has-text('请翻过来')")
    look(page, "31-wrong-side")
    if page.locator(".remark").count():
        page.locator(".remark button:has-text('重拍')").focus()
        press(page, "Enter")
    hand.lay("id_card_front")
    page.wait_for_function(
        "() => document.querySelectorAll('.thumb').length === 1 && !document.querySelector('.remark')"
    )
    page.wait_for_selector(".thumb .mark:has-text('正在认字')", state="detached")
    assert page.locator(".remark").count() == 0


def test_what_the_card_says_is_offered_confirmed_by_key_and_shown_beside_its_picture(page, kiosk, hand):
    begin(page, kiosk, {})
    choose(page, "id_card")
    hand.lay("id_card_front")
    page.wait_for_selector("#to-answers")
    look(page, "32-offered")
    page.locator(".thumb").first.focus()
    press(page, "Enter")
    page.wait_for_selector(f".beside:has-text('{PERSON.id_number}')")
    look(page, "33-beside")
    press(page, "Escape")
    page.locator("#to-answers").focus()
    press(page, "Enter")
    page.wait_for_selector("#fill-in")
    assert page.locator("#applicant_id").input_value() == ""
    look(page, "34-offers")
    page.locator("#applicant_name").focus()
    press(page, "F2")
    page.wait_for_selector("#applicant_name-offer", state="detached")
    assert page.locator("#applicant_name").input_value() == PERSON.name
    assert page.locator("#applicant_id").input_value() == ""
    press(page, "F4")
    page.wait_for_function(f"() => document.querySelector('#applicant_id').value === '{PERSON.id_number}'")
    assert heard(page) == "填好了，请再看一遍" and page.locator("#fill-in").count() == 0
    look(page, "35-filled")


def test_papers_that_contradict_each_other_are_told_at_the_check(page, kiosk, hand, good_answers):
    begin(page, kiosk, good_answers)
    choose(page, "id_card")
    capture(page, hand, ["id_card_front"])
    choose(page, "bank_passbook")
    hand.lay("bank_passbook", person={"name": "陈某明"})
    page.wait_for_selector(".strip .thumb >> nth=1")
    page.locator("#next").focus()
    press(page, "Enter")
    page.wait_for_selector(".doubts:has-text('陈某明')")
    look(page, "36-contradiction")


def test_a_stack_of_files_is_sorted_and_the_rest_is_put_where_it_belongs(page, kiosk, good_answers, tmp_path):
    begin(page, kiosk, good_answers)
    files = []
    for number, key in enumerate(("photo", "id_card_front")):
        files.append(tmp_path / f"scan-{number}.jpg")
        cv2.imwrite(str(files[-1]), cv2.resize(specimens_for(PERSON)[key].picture, None, fx=0.5, fy=0.5))
    page.locator(".stack-panel summary").focus()
    press(page, "Enter")
    with page.expect_file_chooser() as chooser:
        page.locator("#import-stack").focus()
        press(page, "Enter")
    chooser.value.set_files(files)
    page.wait_for_selector("#stack-done:not([disabled])")
    assert "没有分隔页" in page.locator(".told .care").first.inner_text()
    look(page, "37-stack")
    press(page, "Enter")
    page.wait_for_selector(".loose .thumb >> nth=1")
    look(page, "38-loose")
    page.locator(".loose .thumb").first.focus()
    press(page, "Enter")
    page.wait_for_selector("#move-to")
    page.select_option("#move-to", "photo")
    page.wait_for_selector("[data-material=photo] .thumb")
    assert page.locator(".loose .thumb").count() == 1 and "挪到了" in heard(page)
