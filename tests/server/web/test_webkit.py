"""What every page shares: guards on every route, headers, and assets that never go stale."""

import re

from server.web.webkit.guards import GUARDS, guard_of


def test_every_route_names_its_guard(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {guard_of(app, endpoint) for endpoint in endpoints} <= GUARDS
    console = {guard_of(app, rule.endpoint) for rule in app.url_map.iter_rules() if str(rule).startswith("/console")}
    assert console == {"staff", "public"}  # public: the sign-in page


def test_pages_refuse_foreign_scripts_and_frames(phone):
    headers = phone.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_no_page_carries_style_or_script_inside(phone, official, world):
    number = world.case_to_decide()
    pages = [phone.get(path).get_data(as_text=True) for path in ("/", "/services/MZ-001", "/lookup", "/nothing")]
    pages.append(official("head").read(f"/console/cases/{number}"))
    for page in pages:
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>", page)


def test_assets_are_kept_for_good_under_their_hash_only(phone):
    addresses = re.findall(r'"(/assets/[^"]+)"', phone.get("/").get_data(as_text=True))
    assert len(addresses) == 4
    for address in addresses:
        assert "immutable" in phone.get(address).headers["Cache-Control"]
    stale = re.sub(r"/assets/\w+/", "/assets/0123456789abcdef/", addresses[0])
    assert "immutable" not in phone.get(stale).headers["Cache-Control"]


def test_no_path_reaches_the_disk(phone):
    for name in ("../settings.py", "webkit/../../errors.py", "webkit/nothing.css", "%2e%2e/errors.py"):
        assert phone.get(f"/assets/0123456789abcdef/{name}").status_code == 404


def test_large_type_is_switched_on_this_site_only(phone):
    answer = phone.post("/reading", data={"size": "elder", "back": "//evil.example"})
    assert answer.headers["Location"] == "/"
    assert 'class="elder"' in phone.get("/").get_data(as_text=True)
    assert 'class="elder"' in phone.get("/nothing").get_data(as_text=True)
    phone.post("/reading", data={"size": "normal", "back": "/results"})
    assert 'class="elder"' not in phone.get("/").get_data(as_text=True)
