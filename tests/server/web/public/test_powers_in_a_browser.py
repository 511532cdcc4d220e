"""The powers and their uses on a cheap phone: nothing sticks out, and the way from the village to one meeting is short."""

from datetime import timedelta

import pytest

from server.domain.vote import Count
from server.services.power_use import StepReport, correct_entry
from tests.browsing import follow
from tests.factories import VILLAGE
from tests.power_uses import walked_use
from tests.server.web.conftest import PEOPLE

AGENT = PEOPLE["agent"]
LONG_WORD = "示范" * 30

pytestmark = pytest.mark.browser


@pytest.fixture
def use_id(world) -> str:
    """A use with everything on it: a vote, a correction, a long title without a gap."""
    made = walked_use(world.installation, to="s6", title=LONG_WORD, actor=AGENT)
    day = (world.clock.now() - timedelta(days=1400)).date()
    meeting = {"presided_by": "陈示范", "rule_id": "villagers_adults", "count": Count(800, 500, 300), "branch": "通过"}
    with world.installation.begin() as work:
        correct_entry(work, AGENT, made, 4, StepReport(6, "s4", day, **meeting), "照签到册改。")
    return made


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("large", [False, True], ids=["normal", "elder"])
def test_nothing_sticks_out(chromium, address, use_id, width, large):
    context = chromium.new_context(viewport={"width": width, "height": 740}, base_url=address)
    page = context.new_page()
    page.goto("/powers")
    if large:
        follow(page.get_by_role("button", name="长辈版"))
    least = 60 if large else 44
    for path in (
        "/powers",
        "/powers/Q-ZD-01",
        "/powers/Q-CW-03",
        f"/villages/{VILLAGE}/powers",
        f"/power-uses/{use_id}",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, path
        for target in page.locator(".links a, .jump a").all():
            assert target.bounding_box()["height"] >= least, path
    context.close()


def test_a_villager_finds_what_a_meeting_decided(chromium, address, use_id):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/villages/{VILLAGE}")
    follow(page.get_by_role("link", name="看村里的权力怎么用的"))
    follow(page.get_by_role("link", name=LONG_WORD))
    assert page.get_by_text("至少要251人，赞成300人，通过。").is_visible()
    assert page.get_by_text("照签到册改。").is_visible()
    follow(page.get_by_role("link", name="工程项目立项"))
    follow(page.get_by_role("link", name="看合浦县廉州镇烟楼村用过的所有权力"))
    assert page.get_by_role("heading", name="一共 1 次").is_visible()
    context.close()
