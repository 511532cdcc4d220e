"""The rating on a small phone: nothing sticks out, nothing is chosen beforehand, and the answer is found again."""

import pytest
from playwright.sync_api import Page

from server.db.case import find_case_by_number
from server.services.rating_link import make_link
from tests.browsing import follow

pytestmark = pytest.mark.browser


@pytest.fixture
def phone_screen(chromium, address):
    context = chromium.new_context(viewport={"width": 360, "height": 640}, base_url=address)
    yield context.new_page()
    context.close()


@pytest.fixture
def link(world) -> str:
    number = world.closed_case()
    with world.installation.begin() as work:
        return "/r/" + make_link(work, find_case_by_number(work.session, number)).url.rsplit("/", 1)[1]


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def smallest_target(page: Page) -> float:
    return page.evaluate(
        "Math.min(...[...document.querySelectorAll('main .btn, .grades label')].map(one => one.getBoundingClientRect().height))"
    )


def test_a_code_from_paper_is_rated_and_followed_on_a_small_phone(phone_screen, link):
    page = phone_screen
    page.goto(link)
    assert page.locator("input:checked").count() == 0
    assert (fits(page), smallest_target(page) >= 44) == (True, True)
    page.get_by_label("不满意", exact=True).check()
    page.get_by_label("一次办好").check()
    page.get_by_label("想说的话").fill("跑了两趟")
    follow(page.get_by_role("button", name="交上去"))
    assert page.get_by_role("heading", name="谢谢您的评价").is_visible()
    assert fits(page)
    follow(page.get_by_role("link", name="看我的评价和答复"))
    assert page.get_by_text("不满意（一次办好）").is_visible()
    assert page.get_by_text("综控中心会核实").is_visible()
    assert fits(page)


def test_by_keyboard_a_grade_is_chosen_with_the_arrows(phone_screen, link):
    page = phone_screen
    page.goto(link)
    page.locator("input[name=grade]").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("input[name=grade]:checked").input_value() == "4"
    page.get_by_role("button", name="交上去").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("heading", name="谢谢您的评价").is_visible()


def test_the_figures_fit_a_small_phone_in_both_sizes(phone_screen):
    page = phone_screen
    page.goto("/ratings")
    assert page.get_by_role("img", name="最近12个月的满意率").is_visible()
    assert fits(page)
    follow(page.get_by_role("button", name="长辈版"))
    assert fits(page)
