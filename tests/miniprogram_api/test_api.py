"""The mini-program's API over real HTTP, with the WeChat simulator behind it."""

import pytest
import requests

from miniprogram_api.app import create_miniprogram_api
from server.db.case import find_case_by_number
from server.services.wechat import Asked, answer_once
from tests import factories as make
from tests.ratings import closed_case
from tests.serving import served


@pytest.fixture
def api(here):
    with served(create_miniprogram_api(here)) as url:
        yield url


class Phone:
    def __init__(self, simulator: str, api: str):
        self.api = api
        self.person = requests.post(f"{simulator}/simulator/people", json={"nickname": "甲"}, timeout=10).json()
        self._simulator = f"{simulator}/simulator/people/{self.person['person_id']}"
        self.headers = {}

    def login(self) -> requests.Response:
        code = requests.post(f"{self._simulator}/login-code", json={}, timeout=10).json()["code"]
        answer = requests.post(f"{self.api}/login", json={"code": code}, timeout=10)
        self.code, self.headers = code, {"Authorization": f"Bearer {answer.json().get('token')}"}
        return answer

    def get(self, path: str) -> requests.Response:
        return requests.get(self.api + path, headers=self.headers, timeout=10)

    def post(self, path: str, body) -> requests.Response:
        return requests.post(self.api + path, json=body, headers=self.headers, timeout=10)


@pytest.fixture
def phone(simulator, api):
    phone = Phone(simulator, api)
    assert phone.login().status_code == 200
    return phone


@pytest.fixture
def case(here):
    return make.take_in(here, make.enrolled_machine(here))


def test_no_answer_about_a_person_is_kept_by_anything_on_the_way(phone):
    assert phone.get("/cases").headers["Cache-Control"] == "no-store"


def test_a_login_code_works_once(phone):
    again = requests.post(f"{phone.api}/login", json={"code": phone.code}, timeout=10)
    assert again.status_code == 401
    assert "重新" in again.json()["error"]["message"] or "再打开" in again.json()["error"]["message"]


def test_nothing_is_shown_without_a_session(phone):
    phone.headers = {"Authorization": "Bearer invented"}
    assert phone.get("/cases").status_code == 401


def test_a_case_is_found_by_its_lookup_code_and_shows_where_it_is(phone, case):
    assert phone.get("/cases").json() == {"cases": []}
    dashed = f"{case.lookup_code[:4]}-{case.lookup_code[4:7]} {case.lookup_code[7:].lower()}"
    detail = phone.post("/cases/follow", {"lookup_code": dashed}).json()
    assert detail["case_number"] == case.case_number
    assert detail["applicant"] == "潘**"
    assert detail["due_on"] == "2026-09-29"
    assert detail["holders"] == ["廉州镇·民政"]
    assert [line["case_number"] for line in phone.get("/cases").json()["cases"]] == [case.case_number]


def test_anothers_case_looks_like_no_case(phone, case):
    assert phone.get(f"/cases/{case.case_number}").status_code == 404
    assert phone.post(f"/cases/{case.case_number}/rating", {"grade": 5}).status_code == 404
    assert phone.post("/cases/follow", {"lookup_code": "2222222222"}).status_code == 404


def test_a_running_case_cannot_be_rated_yet(phone, case):
    phone.post("/cases/follow", {"lookup_code": case.lookup_code})
    answer = phone.post(f"/cases/{case.case_number}/rating", {"grade": 5})
    assert answer.status_code == 409
    assert "不能“评价”" in answer.json()["error"]["message"]


def test_an_application_is_taken_back_by_whoever_holds_the_receipt_and_by_nobody_else(phone, case):
    assert phone.post(f"/cases/{case.case_number}/withdrawal", {}).status_code == 404
    assert phone.post("/cases/follow", {"lookup_code": case.lookup_code}).json()["can_withdraw"]
    detail = phone.post(f"/cases/{case.case_number}/withdrawal", {}).json()
    assert (detail["status"], detail["can_withdraw"]) == ("withdrawn", False)
    again = phone.post(f"/cases/{case.case_number}/withdrawal", {})
    assert (again.status_code, "不能“撤回申请”" in again.json()["error"]["message"]) == (409, True)


class TestRating:
    @pytest.fixture
    def address(self, here, phone) -> str:
        closed = closed_case(here)
        phone.post("/cases/follow", {"lookup_code": closed.lookup_code})
        return f"/cases/{closed.case_number}"

    @pytest.mark.parametrize("sign", ["\0", "\ud83d"])
    def test_signs_no_database_keeps_are_refused_and_no_fault_of_the_server(self, phone, address, sign):
        answer = phone.post(f"{address}/rating", {"grade": 1, "comment": f"太慢{sign}"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_shape")
        assert phone.post(f"{address}/rating", {"grade": 1, "comment": "太慢😀"}).status_code == 201

    def test_a_rating_is_read_again_by_the_rater_alone(self, phone, address):
        detail = phone.get(address).json()
        assert (detail["can_rate"], detail["is_rated"], "grade" in detail) == (True, False, False)
        asked = [aspect["value"] for aspect in detail["aspects"]]
        answer = phone.post(f"{address}/rating", {"grade": 1, "comment": "太慢", "aspects": asked[:1]})
        key = answer.json()["answer_key"]
        assert (answer.status_code, answer.json()["points"]) == (201, 0)
        standing = phone.get(f"{address}/rating/{key}").json()
        assert (standing["label"], standing["aspects"], standing["reply"]) == ("非常不满意", ["办事效率"], None)
        assert phone.get(f"{address}/rating/{'0' * 12}").status_code == 404
        assert "非常不满意" not in phone.get(address).text, "others follow the case too"

    def test_a_second_opinion_waits_for_the_answer(self, phone, address):
        key = phone.post(f"{address}/rating", {"grade": 2}).json()["answer_key"]
        answer = phone.post(f"{address}/rating/{key}", {"grade": 4})
        assert (answer.status_code, "还没有答复" in answer.json()["error"]["message"]) == (409, True)

    def test_what_was_not_asked_cannot_be_ticked(self, phone, address):
        answer = phone.post(f"{address}/rating", {"grade": 2, "aspects": ["skill"]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "rating_refused")


@pytest.mark.parametrize("body", [None, [], {}, {"grade": 6}, {"grade": "x"}, {"grade": 5, "extra": 1}])
def test_a_wrong_shape_is_refused_with_a_sentence(phone, case, body):
    phone.post("/cases/follow", {"lookup_code": case.lookup_code})
    answer = phone.post(f"/cases/{case.case_number}/rating", body)
    assert answer.status_code == 400
    assert answer.json()["error"]["reference"]


def test_a_case_bound_in_the_official_account_shows_in_the_miniprogram(here, phone, case):
    from server.jobs import ask_unionids

    official = phone.person["official_openid"]
    requests.post(f"{phone._simulator}/follow", json={}, timeout=30)
    with here.begin() as work:
        reply = answer_once(work, "key", Asked(official, "text", case.lookup_code, "", ""))
        assert case.case_number in reply
    assert phone.get("/cases").json() == {"cases": []}
    ask_unionids(here)
    assert [line["case_number"] for line in phone.get("/cases").json()["cases"]] == [case.case_number]
    with here.look() as work:
        assert find_case_by_number(work.session, case.case_number) is not None


def test_the_api_describes_itself_and_every_route_is_in_it(here, api):
    described = requests.get(f"{api}/openapi.json", timeout=10).json()
    routes = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in create_miniprogram_api(here).url_map.iter_rules()
        if rule.endpoint != "miniprogram.openapi"
    }
    assert set(described["paths"]) == routes
