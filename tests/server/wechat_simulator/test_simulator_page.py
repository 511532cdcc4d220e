"""The simulator's page and its guards: forms, safe rendering, and no strangers from the network or a browser tab."""

import re

import pytest

from server.wechat_simulator import MessageTemplate, create_simulator
from server.wechat_simulator.page import Piece, chat_pieces
from tests.server.wechat_play import noon_clock, practice_settings


@pytest.fixture
def web(tmp_path):
    templates = {"progress": MessageTemplate("办事进度提醒", {"thing1": "办理事项"})}
    return create_simulator(practice_settings(tmp_path, deliveries=1, templates=templates), noon_clock()).test_client()


@pytest.fixture
def person(web):
    return web.post("/simulator/people", json={"nickname": "<b>潘阿婆"}).get_json()


def send_template(web, person, url):
    settings = {"appid": "wx0fficia1", "secret": "official-secret-for-tests", "grant_type": "client_credential"}
    token = web.post("/cgi-bin/stable_token", json=settings).get_json(force=True)["access_token"]
    body = {
        "touser": person["official_openid"],
        "template_id": "progress",
        "url": url,
        "data": {"thing1": {"value": "<i>津贴"}},
    }
    return web.post(f"/cgi-bin/message/template/send?access_token={token}", json=body).get_json(force=True)


class TestPage:
    def test_the_first_visit_offers_to_make_a_villager(self, web):
        assert "新村民的微信名" in web.get("/").text
        made = web.post("/people", data={"nickname": "李阿公"}, follow_redirects=True)
        assert "李阿公" in made.text
        assert "关注公众号" in made.text

    def test_buttons_follow_and_unfollow(self, web, person):
        address = f"/people/{person['person_id']}/act"
        assert "取消关注" in web.post(address, data={"what": "follow"}, follow_redirects=True).text
        assert "关注公众号" in web.post(address, data={"what": "unfollow"}, follow_redirects=True).text

    def test_a_written_line_is_shown_and_escaped(self, web, person):
        address = f"/people/{person['person_id']}/act"
        web.post(address, data={"what": "follow"})
        page = web.post(address, data={"what": "write", "text": "<script>1</script>"}, follow_redirects=True).text
        assert "&lt;script&gt;1" in page
        assert "<script>1" not in page
        assert "<b>潘阿婆" not in page

    def test_a_template_is_a_card_with_its_title_labels_and_link(self, web, person):
        web.post(f"/simulator/people/{person['person_id']}/follow")
        assert send_template(web, person, "https://example.cn/c/1")["errcode"] == 0
        page = web.get(f"/people/{person['person_id']}").text
        assert "办事进度提醒" in page
        assert "<dt>办理事项</dt><dd>&lt;i&gt;津贴</dd>" in page
        assert 'href="https://example.cn/c/1"' in page

    def test_a_script_address_is_no_link(self, web, person):
        web.post(f"/simulator/people/{person['person_id']}/follow")
        send_template(web, person, "javascript:alert(1)")
        assert "javascript:" not in web.get(f"/people/{person['person_id']}").text

    def test_the_miniprogram_button_shows_a_code_that_works(self, web, person):
        page = web.post(f"/people/{person['person_id']}/miniprogram").text
        code = re.search(r"<output>([\w-]+)</output>", page)[1]
        account = {"appid": "wxminiprogram", "secret": "miniprogram-secret-for-tests"}
        query = {**account, "js_code": code, "grant_type": "authorization_code"}
        answer = web.get("/sns/jscode2session", query_string=query).get_json(force=True)
        assert answer["openid"] == person["miniprogram_openid"]

    def test_nothing_foreign_may_run_in_the_page(self, web):
        assert "default-src 'self'" in web.get("/").headers["Content-Security-Policy"]

    def test_the_browser_may_name_this_page_as_the_origin_of_its_forms(self, web):
        assert web.get("/").headers["Referrer-Policy"] == "same-origin"
        same = web.post("/people", data={"nickname": "x"}, headers={"Origin": "http://localhost"})
        assert same.status_code == 303

    def test_a_person_of_yesterday_leads_home(self, web):
        assert web.get("/people/pgone").headers["Location"] == "/"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("办到哪了", [Piece("办到哪了")]),
        ("看 https://a.cn/x。好", [Piece("看 "), Piece("https://a.cn/x", "https://a.cn/x"), Piece("。好")]),
        ('<a href="https://a.cn">进度</a>', [Piece("进度", "https://a.cn")]),
        ('<a href="javascript:x">进度</a>', [Piece('<a href="javascript:x">进度</a>')]),
    ],
)
def test_links_in_a_chat_line(text, pieces):
    assert chat_pieces(text) == pieces


class TestGuards:
    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8100", "[::1]:8100"])
    def test_this_machine_may_come_in(self, web, host):
        assert web.get("/simulator/people", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "10.0.0.5"])
    @pytest.mark.parametrize("path", ["/", "/simulator/people"])
    def test_a_rebound_name_may_not(self, web, host, path):
        assert web.get(path, headers={"Host": host}).status_code in (400, 403)

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:9999"])
    def test_a_form_of_another_site_may_not(self, web, origin):
        answer = web.post("/people", data={"nickname": "x"}, headers={"Origin": origin})
        assert answer.status_code == 403

    def test_the_platform_side_answers_other_machines(self, web):
        answer = web.post("/cgi-bin/stable_token", json={}, headers={"Host": "simulator.internal"})
        assert answer.get_json(force=True)["errcode"] == 40002

    def test_with_a_key_only_its_holder_plays(self, tmp_path):
        web = create_simulator(practice_settings(tmp_path, control_key="k" * 32), noon_clock()).test_client()
        assert web.get("/simulator/people").status_code == 403
        assert web.get("/?key=wrong").status_code == 403
        assert web.get("/simulator/people", headers={"X-Simulator-Key": "k" * 32}).status_code == 200
        assert web.get(f"/?key={'k' * 32}", follow_redirects=True).status_code == 200

    @pytest.mark.parametrize("body", [{}, {"nickname": ""}, {"nickname": "长" * 31}, {"nickname": 7}, []])
    def test_wrong_input_is_explained(self, web, body):
        answer = web.post("/simulator/people", json=body)
        assert answer.status_code == 400
        assert "nickname" in answer.get_json()["error"]

    def test_an_unknown_person_is_404(self, web):
        assert web.post("/simulator/people/pnobody/follow").status_code == 404
