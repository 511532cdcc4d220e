"""查进度 and ratings: what the holder of a lookup code sees, what a stranger does not, and one rating a case."""

import re

import pytest

from server.db.case import find_case_by_lookup_code
from server.db.rating import find_rating
from tests.factories import FICTITIOUS_ID, FICTITIOUS_NAME


def read(phone, address: str, status: int = 200) -> str:
    answer = phone.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


class TestLookingUp:
    def test_a_code_typed_anyhow_leads_to_the_case(self, phone, world):
        code = world.lookup_codes[world.new_case()]
        answer = phone.get("/lookup", query_string={"code": f" {code[:5].lower()}-{code[5:]} "})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/{code}")
        assert phone.get(f"/c/{code.lower()}").headers["Location"] == f"/c/{code}"

    @pytest.mark.parametrize("typed", ["O1", "ABCDEFGHJK", "450521-20260914-0001", "<script>"])
    def test_an_unknown_code_is_told_kindly_what_to_check(self, phone, world, typed):
        world.new_case()
        page = phone.get("/lookup", query_string={"code": typed}, follow_redirects=True)
        text = page.get_data(as_text=True)
        assert page.status_code == 404
        assert "请对一对这几样" in text
        assert "一共 10 位" in text
        assert "<script>" not in text

    def test_guessing_is_slowed_down_and_then_stopped(self, phone):
        answers = [phone.get(f"/c/ABCDEFGH{one}{two}").status_code for one in "23456" for two in "23456"]
        assert (answers[0], answers[-1]) == (404, 429)

    def test_looking_again_at_ones_own_case_is_never_stopped(self, phone, world):
        code = world.lookup_codes[world.new_case()]
        assert {phone.get(f"/c/{code}").status_code for _ in range(40)} == {200}

    def test_the_address_leaks_to_nobody(self, phone, world):
        answer = phone.get(f"/c/{world.lookup_codes[world.new_case()]}")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"


class TestWhatIsTold:
    def test_where_it_is_and_how_long_still(self, phone, world):
        page = read(phone, f"/c/{world.lookup_codes[world.case_in_review()]}")
        assert "合浦县·公安、合浦县·民政" in page
        assert "还剩11个工作日" in page

    def test_what_is_missing_and_what_to_do(self, phone, world):
        number = world.new_case()
        world.correct(number)
        page = read(phone, f"/c/{world.lookup_codes[number]}")
        assert "照片反光，请重拍。" in page
        assert "到村里办事柜台补一次就行" in page

    def test_a_refusal_comes_with_its_reason_and_the_ways_to_object(self, phone, world):
        page = read(phone, f"/c/{world.lookup_codes[world.rejected_case()]}")
        assert "户籍已经迁出本市" in page
        assert "60日内申请行政复议" in page
        assert "6个月内到法院起诉" in page

    def test_nowhere_a_number_or_a_whole_name(self, phone, world):
        numbers = [world.new_case(), world.case_in_review(), world.rejected_case(), world.closed_case()]
        for number in numbers:
            page = read(phone, f"/c/{world.lookup_codes[number]}")
            assert FICTITIOUS_NAME not in page
            assert FICTITIOUS_ID not in page
            assert "潘**" in page


class TestRating:
    @pytest.fixture
    def code(self, world) -> str:
        return world.lookup_codes[world.closed_case()]

    def grade(self, world, code) -> int | None:
        with world.installation.look() as work:
            rating = find_rating(work.session, find_case_by_lookup_code(work.session, code).id)
        return rating.grade if rating else None

    def test_a_closed_case_is_rated_once(self, phone, world, code):
        assert "给这次服务评个价" in read(phone, f"/c/{code}")
        answer = phone.post(f"/c/{code}/rating", data={"grade": "5", "comment": "很快"})
        assert "谢谢您的评价" in answer.get_data(as_text=True)
        again = phone.post(f"/c/{code}/rating", data={"grade": "1", "comment": ""})
        assert again.status_code == 422
        assert "已经评过了" in again.get_data(as_text=True)
        assert self.grade(world, code) == 5
        page = read(phone, f"/c/{code}")
        assert "这件已经评过了" in page
        assert "非常满意" not in page, "the village machine knows every lookup code: the grade is not for it"
        assert 'name="grade"' not in page

    def test_the_same_rating_sent_twice_is_thanked_twice(self, phone, code):
        answers = [phone.post(f"/c/{code}/rating", data={"grade": "4", "comment": "好"}).status_code for _ in range(2)]
        assert answers == [200, 200]

    @pytest.mark.parametrize("grade", ["", "0", "6", "five", "4.5"])
    def test_an_odd_grade_is_asked_for_again_and_the_words_kept(self, phone, world, code, grade):
        answer = phone.post(f"/c/{code}/rating", data={"grade": grade, "comment": "写了半天"})
        assert answer.status_code == 422
        assert "写了半天" in answer.get_data(as_text=True)
        assert self.grade(world, code) is None

    def test_a_comment_too_long_is_refused_in_words(self, phone, code):
        answer = phone.post(f"/c/{code}/rating", data={"grade": "5", "comment": "好" * 501})
        assert answer.status_code == 422
        assert "500个字" in answer.get_data(as_text=True)

    def test_an_open_case_is_not_rated(self, phone, world):
        code = world.lookup_codes[world.new_case()]
        answer = phone.post(f"/c/{code}/rating", data={"grade": "5"})
        assert answer.status_code == 409
        assert self.grade(world, code) is None

    def test_an_unknown_code_rates_nothing(self, phone):
        assert phone.post("/c/ABCDEFGHJK/rating", data={"grade": "5"}).status_code == 404


def test_every_fault_has_a_number_and_no_jargon(phone):
    page = read(phone, "/nothing/here", 404)
    assert re.search(r"E[0-9A-F]{8}", page)
    assert "系统异常" not in page
    assert "回到首页" in page
