"""Deny by default: every route of every application has a named guard, and what needs a credential refuses without one."""

from pathlib import Path

import pytest
from flask import Flask

from miniprogram_api.app import create_miniprogram_api
from server.app import create_app
from server.web.webkit.guards import GUARDS, guard_of

PUBLIC = {
    "console.show_sign_in",
    "console.sign_in",
    "miniprogram.login",
    "miniprogram.openapi",
}


@pytest.fixture
def applications(installation) -> list[Flask]:
    return [create_app(installation), create_miniprogram_api(installation)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestEveryRoute:
    def test_names_its_guard(self, applications):
        for app in applications:
            unguarded = [rule.rule for rule in app.url_map.iter_rules() if guard_of(app, rule.endpoint) not in GUARDS]
            assert unguarded == []

    def test_open_doors_are_only_those_somebody_decided_on(self, applications):
        open_doors = {
            rule.endpoint
            for app in applications
            for rule in app.url_map.iter_rules()
            if guard_of(app, rule.endpoint) == "public"
            and not rule.endpoint.startswith("public.")
            and not rule.endpoint.startswith("webkit.")
        }
        assert open_doors == PUBLIC

    def test_refuses_a_caller_with_nothing_in_hand(self, applications):
        for app in applications:
            client = app.test_client()
            for rule in app.url_map.iter_rules():
                guard = guard_of(app, rule.endpoint)
                if guard in ("public", "enrolment_code"):
                    continue
                for method in rule.methods - {"OPTIONS", "HEAD"}:
                    path = rule.rule
                    for name in rule.arguments:
                        path = path.replace(f"<{name}>", "1").replace(f"<int:{name}>", "1")
                    answer = client.open(path, method=method)
                    signed_out = guard == "staff" and answer.status_code in (302, 303)
                    assert signed_out or answer.status_code in (400, 401, 403, 404), (method, path, answer.status_code)

    def test_of_a_new_view_without_a_guard_is_refused(self, installation):
        app = create_app(installation)
        app.add_url_rule("/forgotten", view_func=lambda: "secrets", endpoint="forgotten")
        assert app.test_client().get("/forgotten").status_code == 403


def test_nothing_of_a_registry_or_a_machine_is_in_the_tree():
    root = Path(__file__).parents[2]
    pinned = (root / "requirements" / "all.txt").read_text(encoding="ascii")
    assert "index-url" not in pinned and "://" not in pinned
    assert all("--hash=sha256:" in block for block in pinned.split("\n\n") if "==" in block)
