"""The API of the counter itself: signing in, the catalogue, the outbox, the status bar and the practice desk."""

from dataclasses import asdict
from typing import Any

from flask import Flask, Response, jsonify, request

from kiosk.screen.answering import body, printed_shape, text_of
from kiosk.screen.counter import Counter
from kiosk.screen.guards import opened_page, signed_in_agent
from kiosk.screen.practice_desk import PracticeDesk
from kiosk.screen.shapes import draft_line, entry_shape, item_line
from kiosk.screen.surroundings import Surroundings
from kiosk.screen.visit_routes import shaped


def install(app: Flask, counter: Counter, desk: PracticeDesk, surroundings: Surroundings) -> None:
    _install_agent(app, counter, surroundings)
    _install_lists(app, counter)
    _install_outbox(app, counter, surroundings)
    _install_desk(app, desk)


def _install_agent(app: Flask, counter: Counter, surroundings: Surroundings) -> None:
    @app.post("/api/sign-in")
    @opened_page
    def sign_in() -> Response:
        given = body()
        agent = counter.sign_in(text_of(given, "sign_in_name"), text_of(given, "password"))
        return jsonify(agent=agent.model_dump())

    @app.post("/api/sign-out")
    @opened_page
    def sign_out() -> Response:
        counter.sign_out()
        return jsonify(agent=None)

    @app.get("/api/health")
    @opened_page
    def health() -> Response:
        agent = counter.agent
        return jsonify(
            signs=[asdict(sign) for sign in surroundings.signs()],
            online=surroundings.uplink.online,
            unsent=surroundings.outbox.count_unsent(),
            agent=agent.model_dump() if agent else None,
            practice=surroundings.practice,
            virtual_camera=surroundings.live_view.kind == "virtual",
            village_name=surroundings.machine.village_name,
        )


def _install_lists(app: Flask, counter: Counter) -> None:
    def draft_lines() -> list[dict[str, Any]]:
        return [draft_line(visit, counter.find_item_of(visit)) for visit in counter.list_drafts()]

    @app.get("/api/items")
    @signed_in_agent
    def items() -> Response:
        return jsonify(items=[item_line(item) for item in counter.find_items(request.args.get("words", ""))])

    @app.get("/api/drafts")
    @signed_in_agent
    def drafts() -> Response:
        return jsonify(drafts=draft_lines())

    @app.get("/api/corrections")
    @signed_in_agent
    def corrections() -> Response:
        return jsonify(corrections=counter.list_corrections())


def _install_outbox(app: Flask, counter: Counter, surroundings: Surroundings) -> None:
    outbox = surroundings.outbox

    @app.get("/api/outbox")
    @signed_in_agent
    def packets() -> Response:
        return jsonify(packets=[entry_shape(entry) for entry in outbox.list_all()], unsent=outbox.count_unsent())

    @app.post("/api/outbox/<packet_id>/retry")
    @signed_in_agent
    def retry(packet_id: str) -> Response:
        counter.touch()
        counter.dispatch.try_again(packet_id)
        return jsonify(packet=entry_shape(outbox.get(packet_id)))

    @app.post("/api/outbox/<packet_id>/reopen")
    @signed_in_agent
    def reopen(packet_id: str) -> Response:
        counter.touch()
        counter.reopen_refused(packet_id)
        return jsonify(visit=shaped(counter))

    @app.post("/api/receipts/<packet_id>")
    @signed_in_agent
    def receipt(packet_id: str) -> Response:
        counter.touch()
        return jsonify(printed=printed_shape(counter.dispatch.print_receipt(packet_id)))


def _install_desk(app: Flask, desk: PracticeDesk) -> None:
    @app.get("/api/camera/virtual")
    @opened_page
    def desk_state() -> Response:
        return jsonify(desk.describe())

    @app.post("/api/camera/virtual")
    @opened_page
    def arrange_desk() -> Response:
        return jsonify(desk.arrange(body()))
