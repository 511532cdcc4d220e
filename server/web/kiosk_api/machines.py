"""Enrolment of machines, the check of their credential, and the sign-in of agents through them."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from server.services.correction import list_open_corrections
from server.services.machine import SEEN_STEP, Machine, MachineUnknown, enrol_machine, identify_machine, note_seen
from server.services.service_point import point_of
from server.services.staff import actor_of, check_password, may_receive_in
from server.services.work import Work
from server.web.webkit.bodies import read_json
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation
from server.web.webkit.rate import RateLimit

_enrolments = RateLimit(calls=10, seconds=60)
_sign_ins = RateLimit(calls=20, seconds=60)


def check_machine() -> None:
    """The "machine" guard."""
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Machine":
        raise Refusal(401, "machine_unknown", "这台电脑没有登记。请联系县里登记。")
    with installation().look() as work:
        try:
            g.machine = identify_machine(work, credential)
        except MachineUnknown as unknown:
            raise Refusal(401, "machine_unknown", str(unknown)) from None
        seen_long_ago = work.now - g.machine.last_seen_at > SEEN_STEP
    if seen_long_ago:
        with installation().begin() as work:
            note_seen(work, g.machine.id)


def json_body() -> dict[str, Any]:
    body = read_json()
    if not isinstance(body, dict):
        raise Refusal(400, "not_json", "请求的内容不是约定的格式。请更新村里电脑上的程序。")
    return body


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/enrol", view_func=enrol, methods=["POST"])
    blueprint.add_url_rule("/status", view_func=status)
    blueprint.add_url_rule("/agents/sign-in", view_func=sign_in_agent, methods=["POST"])
    blueprint.add_url_rule("/corrections", view_func=corrections)


@guarded_by("enrolment_code")
def enrol() -> tuple[Response, int]:
    _enrolments.spend(request.remote_addr or "")
    body = json_body()
    with installation().begin() as work:
        try:
            enrolled = enrol_machine(work, str(body.get("enrolment_code", "")), str(body.get("machine_name", "")))
        except MachineUnknown as unknown:
            raise Refusal(403, "code_refused", str(unknown)) from None
        answer = {
            "machine_id": enrolled.machine.id,
            "machine_secret": enrolled.secret,
            **_standing(work, enrolled.machine),
        }
    return jsonify(answer), 201


@guarded_by("machine")
def status() -> Response:
    with installation().look() as work:
        waiting = len(list_open_corrections(work, g.machine.village_code))
        return jsonify(now=work.now.isoformat(), corrections=waiting, **_standing(work, g.machine))


def _standing(work: Work, machine: Machine) -> dict[str, Any]:
    tools = work.tools
    return {
        "village_code": machine.village_code,
        "village_name": work.catalogue.regions.full_name(machine.village_code),
        "catalogue_digest": work.catalogue.digest,
        "server_public_key": tools.vault.packet_key.public_key().public_bytes_raw().hex(),
        "public_url": tools.settings.public_url,
        "service_point": asdict(point_of(work, machine.village_code)),
    }


@guarded_by("machine")
def sign_in_agent() -> Response:
    """Only an agent of this machine's own village may work at it, or one who stands in for its agent."""
    _sign_ins.spend(g.machine.id)
    body = json_body()
    with installation().begin() as work:
        row = check_password(work, str(body.get("sign_in_name", "")), str(body.get("password", "")))
        belongs = not isinstance(row, str) and may_receive_in(work, row, g.machine.village_code, work.now)
    if isinstance(row, str):
        raise Refusal(401, "sign_in_refused", row)
    if row.one_time_until:
        raise Refusal(403, "password_to_change", "这是一次性密码。请先在办件台登录，改成自己的密码，再来这台电脑登录。")
    actor = actor_of(row)
    if not belongs:
        raise Refusal(403, "not_this_village", "这台电脑只能由本村的代办员登录。请换本村代办员的账号。")
    return jsonify(sign_in_name=actor.account_id, display_name=actor.display_name)


@guarded_by("machine")
def corrections() -> Response:
    with installation().look() as work:
        return jsonify(corrections=[asdict(waiting) for waiting in list_open_corrections(work, g.machine.village_code)])
