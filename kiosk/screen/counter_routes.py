"""The API of the counter itself: signing in, the catalogue, the outbox, the status bar and the practice desk."""

from dataclasses import asdict
from typing import Any

from flask import Flask, Response, jsonify, request

from kiosk.screen.answering import body, printed_shape, text_of, yes_of
from kiosk.screen.guards import opened_page, signed_in_agent
from kiosk.screen.places import Places
from kiosk.screen.shapes import draft_line, entry_shape, item_line, shaped


def install(app: Flask, places: Places) -> None:
    _install_agent(app, places)
    _install_practice(app, places)
    _install_lists(app, places)
    _install_outbox(app, places)
    _install_desk(app, places)


def _install_agent(app: Flask, places: Places) -> None:
    @app.post("/api/sign-in")
    @opened_page
    def sign_in() -> Response:
        given = body()
        places.end_practice()
        agent = places.counter.sign_in(text_of(given, "sign_in_name"), text_of(given, "password"))
        return jsonify(agent=agent.model_dump())

    @app.post("/api/sign-out")
    @opened_page
    def sign_out() -> Response:
        places.session.sign_out()
        places.end_practice()
        return jsonify(agent=None)

    @app.get("/api/health")
    @opened_page
    def health() -> Response:
        agent, surroundings = places.session.agent, places.surroundings
        return jsonify(
            signs=[asdict(sign) for sign in surroundings.signs()],
            online=surroundings.uplink.online,
            unsent=surroundings.outbox.count_unsent(),
            agent=agent.model_dump() if agent else None,
            practice=surroundings.practice,
            practising=places.is_practising,
            shoots_by_itself=places.session.shoots_by_itself,
            virtual_camera=surroundings.live_view.kind == "virtual",
            folder_camera=surroundings.live_view.kind == "folder",
            card_reader=places.counter.cards.is_there,
            village_name=surroundings.machine.village_name,
        )


def _install_practice(app: Flask, places: Places) -> None:
    @app.post("/api/practice")
    @signed_in_agent
    def practise() -> Response:
        """Into the practice room and out of it; what lies on the counter stays there meanwhile."""
        places.session.touch()
        if yes_of(body(), "on"):
            places.begin_practice()
        else:
            places.end_practice()
        return jsonify(practising=places.is_practising, visit=shaped(places.counter))

    @app.post("/api/auto-shot")
    @signed_in_agent
    def shoot_by_itself() -> Response:
        """Whether sheets that lie still are taken by themselves, until the next agent signs in."""
        places.session.touch()
        places.session.shoots_by_itself = yes_of(body(), "on")
        return jsonify(shoots_by_itself=places.session.shoots_by_itself)


def _install_lists(app: Flask, places: Places) -> None:
    def draft_lines() -> list[dict[str, Any]]:
        return [draft_line(visit, places.counter.find_item_of(visit)) for visit in places.counter.list_drafts()]

    @app.get("/api/items")
    @signed_in_agent
    def items() -> Response:
        return jsonify(items=[item_line(item) for item in places.counter.find_items(request.args.get("words", ""))])

    @app.get("/api/drafts")
    @signed_in_agent
    def drafts() -> Response:
        return jsonify(drafts=draft_lines())

    @app.get("/api/corrections")
    @signed_in_agent
    def corrections() -> Response:
        return jsonify(corrections=places.counter.list_corrections())


def _install_outbox(app: Flask, places: Places) -> None:
    @app.get("/api/outbox")
    @signed_in_agent
    def packets() -> Response:
        return jsonify(
            packets=[entry_shape(entry) for entry in places.surroundings.outbox.list_all()],
            unsent=places.surroundings.outbox.count_unsent(),
        )

    @app.post("/api/outbox/<packet_id>/retry")
    @signed_in_agent
    def retry(packet_id: str) -> Response:
        places.session.touch()
        places.counter.dispatch.try_again(packet_id)
        return jsonify(packet=entry_shape(places.surroundings.outbox.get(packet_id)))

    @app.post("/api/outbox/<packet_id>/reopen")
    @signed_in_agent
    def reopen(packet_id: str) -> Response:
        places.session.touch()
        places.counter.reopen_refused(packet_id)
        return jsonify(visit=shaped(places.counter))

    @app.post("/api/receipts/<packet_id>")
    @signed_in_agent
    def receipt(packet_id: str) -> Response:
        places.session.touch()
        return jsonify(printed=printed_shape(places.counter.dispatch.print_receipt(packet_id)))


def _install_desk(app: Flask, places: Places) -> None:
    @app.get("/api/camera/virtual")
    @opened_page
    def desk_state() -> Response:
        return jsonify(places.here.desk.describe())

    @app.post("/api/camera/virtual")
    @opened_page
    def arrange_desk() -> Response:
        return jsonify(places.here.desk.arrange(body()))
