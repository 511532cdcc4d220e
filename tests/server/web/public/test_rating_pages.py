"""评价 on a phone: the one-use link, the rater's own page, and the city's figures."""

import re
from datetime import UTC, datetime

import pytest

from server.db.case import find_case_by_number
from server.domain.follow_up import Step
from server.domain.people import Desk
from server.services.follow_up import take_step
from server.services.rating_link import make_link
from tests.factories import COUNTY
from tests.ratings import closed_cases, follow_up_of_number
from tests.server.web.conftest import PEOPLE


@pytest.fixture
def number(world) -> str:
    return world.closed_case()


def link(world, number: str) -> str:
    with world.installation.begin() as work:
        url = make_link(work, find_case_by_number(work.session, number)).url
    return url.removeprefix(world.installation.tools.settings.public_url)


def read(phone, address: str, status: int = 200) -> str:
    answer = phone.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.get_data(as_text=True)


def rate(phone, address: str, **form) -> tuple[int, str]:
    answer = phone.post(address, data={"grade": "4", **form})
    return answer.status_code, answer.get_data(as_text=True)


def answer_page(thanks: str) -> str:
    return re.search(r'href="(/c/\w+/rating/\w+)"', thanks)[1]


def reply(world, number: str, words: str) -> None:
    """The follow-up taken to its answer."""
    follow_up = follow_up_of_number(world.installation, number)
    steps = [("centre", Step.TAKE), ("centre", Step.RECORD_CALL), ("centre", Step.ASSIGN), ("deputy", Step.EXPLAIN)]
    for name, step in [*steps, ("centre", Step.CONFIRM), ("centre", Step.REPLY)]:
        desk = Desk("民政", COUNTY) if step is Step.ASSIGN else None
        with world.installation.begin() as work:
            take_step(work, PEOPLE[name], follow_up, step, words, desk)


class TestTheForm:
    def test_chooses_nothing_beforehand_and_presses_nobody(self, phone, world, number):
        for address in (link(world, number), f"/c/{world.lookup_codes[number]}"):
            page = read(phone, address)
            assert page.count('name="grade"') == 5
            assert not re.search(r"<input[^>]*checked", page)
            assert "评不评、评哪一档都由您" in page

    def test_keeps_what_was_typed_when_the_grade_was_forgotten(self, phone, world, number):
        status, page = rate(phone, link(world, number), grade="", comment="写了半天", aspect="once", anonymous="yes")
        assert (status, "写了半天" in page) == (422, True)
        assert re.search(r'value="once" checked', page)
        assert re.search(r'name="anonymous" value="yes" checked', page)

    @pytest.mark.parametrize("odd", ["points", "<script>", "skill"])
    def test_takes_no_tick_it_did_not_offer(self, phone, world, number, odd):
        status, page = rate(phone, link(world, number), aspect=odd)
        assert (status, "勾选的内容不在这一页上" in page) == (422, True)


class TestTheLink:
    def test_rates_without_a_code_or_an_account_and_names_nobody(self, phone, world, number):
        address = link(world, number)
        assert number not in read(phone, address) and "潘" not in read(phone, address)
        status, thanks = rate(phone, address, grade="1", comment="太慢")
        assert (status, "已经收下了" in thanks) == (200, True)
        assert "已经用过" in read(phone, address)
        assert "非常不满意" in read(phone, answer_page(thanks))

    def test_a_guessed_one_is_unknown_and_guessing_is_stopped(self, phone):
        answers = [phone.get(f"/r/guess-{number}").status_code for number in range(22)]
        assert (answers[0], answers[-1]) == (404, 429)


class TestTheRatersPage:
    def test_tells_where_the_answer_stands_and_asks_once_more(self, phone, world, number):
        _, thanks = rate(phone, f"/c/{world.lookup_codes[number]}/rating", grade="2", comment="跑了两趟")
        address = answer_page(thanks)
        assert "综控中心会核实" in read(phone, address)
        reply(world, number, "以后由代办员代跑。")
        assert "以后由代办员代跑。" in read(phone, address)
        assert phone.post(address, data={"grade": "4"}).status_code == 303
        page = read(phone, address)
        assert "答复以后" in page and 'name="grade"' not in page
        assert phone.post(address, data={"grade": "5"}).status_code == 422

    def test_opens_for_the_rater_alone(self, phone, world, number):
        code = world.lookup_codes[number]
        _, thanks = rate(phone, f"/c/{code}/rating", grade="1")
        key = answer_page(thanks).rsplit("/", 1)[1]
        assert "没有找到这条评价" in read(phone, f"/c/{code}/rating/AAAAAAAAAAAA", 404)
        spaced = f"{key[:4]} {key[4:]}".lower()
        assert phone.get(f"/c/{code}/rating", query_string={"key": spaced}).headers["Location"].endswith(key)
        assert "非常不满意" not in read(phone, f"/c/{code}")

    def test_of_a_case_nobody_rated_is_like_one_that_is_not(self, phone, world, number):
        read(phone, f"/c/{world.lookup_codes[number]}/rating/AAAAAAAAAAAA", 404)
        read(phone, "/c/ABCDEFGHJK/rating/AAAAAAAAAAAA", 404)
        read(phone, "/c/ABCDEFGHJK/rating", 404)


class TestTheFigures:
    def test_show_nothing_of_few_and_say_why(self, phone, world, number):
        rate(phone, link(world, number), grade="1")
        world.clock.move_to(datetime(2026, 10, 9, 2, tzinfo=UTC))
        page = read(phone, "/ratings")
        assert "2026年9月" in page and "不足3条" in page and "100.0%" in page  # the last is the response, 1 of 1
        assert "非常不满意</th>" not in page

    def test_have_a_picture_with_its_words_and_a_table(self, phone, world):
        for grade, taken in zip("531", closed_cases(world.installation, 3), strict=True):
            rate(phone, link(world, taken.case_number), grade=grade)
        world.clock.move_to(datetime(2026, 10, 9, 2, tzinfo=UTC))
        page = read(phone, "/ratings?month=2026-09")
        title = re.search(r'<title id="chart-title">([^<]*)</title>', page)[1]
        assert "9月 67%" in title
        assert page.count("<rect") == 1
        assert "66.7%" in page and "廉州镇" in page and "民政" in page

    @pytest.mark.parametrize("month", ["2026-13", "x", "2099-01", "<script>"])
    def test_an_odd_month_is_the_newest(self, phone, month):
        assert "2026年8月" in read(phone, f"/ratings?month={month}")
