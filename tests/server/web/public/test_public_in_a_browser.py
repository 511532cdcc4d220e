"""The public pages on a cheap phone: nothing sticks out, targets are large, large type stays on."""

import pytest

from tests.browsing import follow

PHONES = [(320, 640), (360, 740)]

pytestmark = pytest.mark.browser


@pytest.fixture(params=PHONES, ids=lambda size: f"{size[0]}px")
def screen(request, chromium, address):
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height}, base_url=address)
    yield context.new_page()
    context.close()


def sticks_out(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def smallest_button(page) -> float:
    buttons = "button, .btn, .grades label, .doors a, .links a, .foot a, .options label, .kinds a, .jump a"
    return page.evaluate(
        f"Math.min(...[...document.querySelectorAll('{buttons}')].map(b => b.getBoundingClientRect().height))"
    )


def test_nothing_sticks_out_in_normal_and_large_type(screen, world):
    closed, asked = world.closed_case(), world.new_case()
    world.correct(asked)
    codes = world.lookup_codes
    addresses = [
        "/",
        "/services",
        "/search?words=低保",
        "/policies",
        "/policies/P-XC-01",
        "/which",
        "/which?age=82&relief_class=低保&land=种水稻",
        "/services/MZ-001",
        f"/c/{codes[closed]}",
        f"/c/{codes[asked]}",
        "/c/ABCDEFGHJK",
        "/villages?words=烟楼",
        f"/villages/{world.machine.village_code}",
        "/results",
        "/nothing",
    ]
    for least, switch in ((44, False), (60, True)):
        if switch:
            screen.goto("/results")
            follow(screen.get_by_role("button", name="长辈版"))
            assert screen.url.endswith("/results")
        for address in addresses:
            screen.goto(address)
            assert sticks_out(screen) == 0, (address, least)
            assert smallest_button(screen) >= (least if address != "/nothing" else 44), (address, least)


def test_large_type_is_a_third_larger_and_follows_the_browsers_own_size(screen):
    def size() -> float:
        return screen.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")

    screen.goto("/")
    assert size() == 18
    follow(screen.get_by_role("button", name="长辈版"))
    assert size() == pytest.approx(18 * 1.35, abs=0.1)
    follow(screen.get_by_role("button", name="普通版"))
    assert size() == 18


def test_a_villager_finds_the_case_and_rates_it(screen, world):
    code = world.lookup_codes[world.closed_case()]
    screen.goto("/")
    screen.get_by_label("查询码").fill(f"{code[:5].lower()} {code[5:]}")
    follow(screen.get_by_role("button", name="查进度"))
    assert screen.url.endswith(f"/c/{code}")
    screen.get_by_label("非常满意", exact=True).check()
    follow(screen.get_by_role("button", name="交上去"))
    assert screen.get_by_role("heading", name="谢谢您的评价").is_visible()
