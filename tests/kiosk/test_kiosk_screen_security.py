"""The local page against the wide web: every attack refused, every legitimate way in open, no route without a guard."""

import pytest

from kiosk.agent import Kiosk
from kiosk.settings import KioskSettings
from tests.kiosk.counter_visitor import SMALL, ScriptedEye, ScriptedReader, SmallCamera, Visitor
from tests.kiosk.pretend_server import PretendServer

GUARDS = {"anyone_at_this_pc", "opened_page", "signed_in_agent"}
WITHOUT_COOKIE = {"/", "/open", "/static/<path:name>"}
WITHOUT_AGENT = {"/api/sign-in", "/api/sign-out", "/api/health", "/api/camera/virtual", "/type/<codes>.woff"}


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory):
    server = PretendServer().start()
    settings = KioskSettings(
        data_folder=tmp_path_factory.mktemp("data"), server_url=server.url, screen_port=0, keep_free_mib=1
    )
    running = Kiosk(settings, "ENROL-1", camera=SmallCamera(SMALL), eye=ScriptedEye(), read_page=ScriptedReader())
    running.start()
    yield running
    running.close()
    server.die()


@pytest.fixture
def visitor(kiosk):
    return Visitor(kiosk).open().sign_in()


def rules(kiosk):
    return list(kiosk.app.url_map.iter_rules())


def test_every_route_names_its_guard(kiosk):
    for rule in rules(kiosk):
        guard = getattr(kiosk.app.view_functions[rule.endpoint], "guard", None)
        assert guard in GUARDS, f"{rule.rule} has no guard"
        assert (guard == "anyone_at_this_pc") == (rule.rule in WITHOUT_COOKIE), rule.rule
        assert (guard == "opened_page") == (rule.rule in WITHOUT_AGENT), rule.rule


def body_type(kiosk, rule) -> dict[str, str]:
    """What this route takes, so that nothing but the guard can refuse."""
    return {"Content-Type": getattr(kiosk.app.view_functions[rule.endpoint], "takes", ("application/json",))[0]}


def test_every_route_but_the_shell_is_closed_without_the_cookie(kiosk):
    stranger = Visitor(kiosk)
    for rule in rules(kiosk):
        if rule.rule in WITHOUT_COOKIE:
            continue
        path = rule.rule.replace("<page_id>", "a" * 24).replace("<packet_id>", "a" * 32)
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            assert stranger.ask(method, path, **body_type(kiosk, rule))["error"]["code"] == "not_opened", path


def test_every_errand_is_closed_before_signing_in(kiosk):
    visitor = Visitor(kiosk).open()
    visitor.post("/api/sign-out")
    for rule in rules(kiosk):
        if rule.rule in WITHOUT_COOKIE | WITHOUT_AGENT:
            continue
        path = rule.rule.replace("<page_id>", "a" * 24).replace("<packet_id>", "a" * 32)
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            assert visitor.ask(method, path, **body_type(kiosk, rule))["error"]["code"] == "not_signed_in", path


def test_a_route_without_a_guard_is_refused(kiosk, visitor, monkeypatch):
    view = kiosk.app.view_functions["items"]
    monkeypatch.delattr(view, "guard")
    assert visitor.get("/api/items")["error"]["code"] == "no_guard"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_the_three_names_of_this_pc_all_work(kiosk, name):
    visitor = Visitor(kiosk, name).open().sign_in()
    assert visitor.get("/api/items")["items"] and visitor.status == 200
    assert visitor.post("/api/camera/virtual", {"tilt": 2})["placed"] is None


PORT = "{port}"
ATTACKS = [
    # name, method, path, headers, raw body, status
    ("DNS rebinding", "GET", "/api/items", {"Host": "evil.example:{port}"}, None, 421),
    ("DNS rebinding without port", "GET", "/api/items", {"Host": "evil.example"}, None, 421),
    ("our address without port", "GET", "/api/items", {"Host": "127.0.0.1"}, None, 421),
    ("another port", "GET", "/api/items", {"Host": "127.0.0.1:1"}, None, 421),
    ("all addresses", "GET", "/api/items", {"Host": "0.0.0.0:{port}"}, None, 421),
    ("loopback by another number", "GET", "/api/items", {"Host": "127.0.0.2:{port}"}, None, 421),
    ("a name below ours", "GET", "/api/items", {"Host": "localhost.evil.example:{port}"}, None, 421),
    ("a trailing dot", "GET", "/api/items", {"Host": "localhost.:{port}"}, None, 421),
    ("a user in the host", "GET", "/api/items", {"Host": "127.0.0.1:{port}@evil.example"}, None, 421),
    ("no host at all", "GET", "/api/items", {"Host": None}, None, 421),
    ("an empty host", "GET", "/api/items", {"Host": ""}, None, 421),
    ("mapped IPv6", "GET", "/api/items", {"Host": "[::ffff:127.0.0.1]:{port}"}, None, 421),
    ("rebinding of the shell", "GET", "/", {"Host": "evil.example:{port}"}, None, 421),
    ("rebinding of the way in", "POST", "/open", {"Host": "evil.example:{port}"}, None, 421),
    ("another site's form", "POST", "/api/visits", {"Origin": "https://evil.example"}, None, 403),
    ("a sandboxed frame", "POST", "/api/visits", {"Origin": "null"}, None, 403),
    ("no origin", "POST", "/api/visits", {"Origin": None}, None, 403),
    ("another port's page", "POST", "/api/visits", {"Origin": "http://127.0.0.1:1"}, None, 403),
    ("https in our name", "POST", "/api/visits", {"Origin": "https://127.0.0.1:{port}"}, None, 403),
    ("our other name", "POST", "/api/visits", {"Origin": "http://localhost:{port}"}, None, 403),
    ("an origin that begins as ours", "POST", "/api/visits", {"Origin": "http://127.0.0.1:{port}.evil.example"}, None, 403),
    ("cross-site by metadata", "POST", "/api/visits", {"Sec-Fetch-Site": "cross-site"}, None, 403),
    ("same-site is not same-origin", "POST", "/api/visits", {"Sec-Fetch-Site": "same-site"}, None, 403),
    ("a typed address does not post", "POST", "/api/visits", {"Sec-Fetch-Site": "none"}, None, 403),
    ("a picture tag on the preview", "GET", "/preview", {"Sec-Fetch-Site": "cross-site"}, None, 403),
    ("reading across origins", "GET", "/api/visit", {"Origin": "https://evil.example"}, None, 403),
    ("a plain text body", "POST", "/api/visits", {"Content-Type": "text/plain"}, b'{"item_code": "MZ-008"}', 415),
    ("a form body", "POST", "/api/visits", {"Content-Type": "application/x-www-form-urlencoded"}, b"item_code=MZ-008", 415),
    ("a multipart body", "POST", "/api/visits", {"Content-Type": "multipart/form-data; boundary=x"}, b"--x--", 415),
    ("bytes where JSON is taken", "POST", "/api/visits", {"Content-Type": "application/octet-stream"}, b"{}", 415),
    ("a form where bytes are taken", "POST", "/api/visit/stack", {"Content-Type": "multipart/form-data; boundary=x"}, b"--x--", 415),
    ("JSON where bytes are taken", "POST", "/api/visit/stack", {}, b"{}", 415),
    ("bytes of another site", "POST", "/api/visit/stack",
     {"Content-Type": "application/octet-stream", "Origin": "https://evil.example"}, b"x", 403),
    ("bytes before any stack", "POST", "/api/visit/stack", {"Content-Type": "application/octet-stream"}, b"x", 409),
    ("a picture too large", "POST", "/api/visit/stack", {"Content-Type": "application/octet-stream"}, b"x" * 34_000_000, 413),
    ("no type", "POST", "/api/visits", {"Content-Type": None}, b"{}", 415),
    ("JSON in disguise", "POST", "/api/visits", {"Content-Type": "application/json, text/plain"}, b"{}", 415),
    ("a guessed cookie", "GET", "/api/items", {"Cookie": "kiosk-{port}=guess"}, None, 401),
    ("no cookie", "GET", "/api/items", {"Cookie": None}, None, 401),
    ("a cookie of Chinese signs", "GET", "/api/items", {"Cookie": "kiosk-{port}=%E6%9D%91"}, None, 401),
    ("a wrong secret", "POST", "/open", {"Cookie": None}, b'{"secret": "guess"}', 401),
    ("a secret that is no text", "POST", "/open", {"Cookie": None}, b'{"secret": {"$ne": ""}}', 401),
    ("an empty secret", "POST", "/open", {"Cookie": None}, b'{"secret": ""}', 401),
    ("changing by GET", "GET", "/api/visit/send", {}, None, 405),
    ("opening by GET", "GET", "/open?secret=x", {}, None, 405),
    ("method override", "GET", "/api/visit/abandon?_method=POST", {"X-HTTP-Method-Override": "POST"}, None, 405),
    ("asking for cross-origin leave", "OPTIONS", "/api/visits", {"Origin": "https://evil.example"}, None, 403),
    ("private network access", "OPTIONS", "/api/visits",
     {"Origin": "https://evil.example", "Access-Control-Request-Private-Network": "true"}, None, 403),
    ("a body too large", "POST", "/api/visits", {}, b"{" + b" " * 300_000 + b"}", 413),
    ("a body that is no object", "POST", "/api/visits", {}, b"[1]", 400),
    ("a broken body", "POST", "/api/visits", {}, b"{", 400),
    ("out of the static folder", "GET", "/static/../counter.py", {}, None, 404),
    ("out of it in disguise", "GET", "/static/%2e%2e/%2e%2e/settings.py", {}, None, 404),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "method", "path", "headers", "raw", "status"), ATTACKS, ids=[row[0] for row in ATTACKS]
)
def test_attacks_are_refused(visitor, name, method, path, headers, raw, status):
    filled = {key: value and value.replace(PORT, str(visitor.port)) for key, value in headers.items()}
    answer = visitor.ask(method, path, raw=raw, **filled)
    assert visitor.status == status, answer
    assert not [key for key in visitor.headers if key.lower().startswith("access-control")]
    assert "Set-Cookie" not in visitor.headers
    assert visitor.get("/api/visit") == {"visit": None}


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(kiosk):
    visitor = Visitor(kiosk)
    visitor.post("/open", {"secret": visitor.secret})
    cookie = visitor.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and visitor.secret not in cookie


def test_the_page_runs_only_its_own_script_and_in_no_frame(kiosk):
    visitor = Visitor(kiosk)
    page = visitor.get("/").decode()
    policy = visitor.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert visitor.headers["X-Content-Type-Options"] == "nosniff" and "<script>" not in page and "style=" not in page
    assert visitor.secret not in page and "样本村" not in page


def test_the_port_is_open_to_this_pc_only(kiosk):
    addresses = {one.getsockname()[0] for one in kiosk.sockets}
    assert addresses <= {"127.0.0.1", "::1"}


def test_each_start_has_another_secret(kiosk, tmp_path):
    from kiosk.screen.guards import Gate

    assert len({Gate(1).secret for _ in range(5)} | {Visitor(kiosk).secret}) == 6
