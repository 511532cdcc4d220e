"""The API of the devices beside the pictures: the card reader, the knobs of the camera, and how far a print is."""

from dataclasses import asdict

from flask import Flask, Response, jsonify

from kiosk.screen.answering import body, number_of, text_of
from kiosk.screen.guards import signed_in_agent
from kiosk.screen.knobs import list_knobs, turn_knob
from kiosk.screen.places import Places
from kiosk.screen.shapes import shaped


def install(app: Flask, places: Places) -> None:
    _install_card(app, places)
    _install_knobs(app, places)
    _install_printing(app, places)


def _install_card(app: Flask, places: Places) -> None:
    def standing() -> Response:
        card = places.counter.cards.standing()
        further = {"visit": shaped(places.counter)} if card.state == "read" else {}
        return jsonify(card=asdict(card), **further)

    @app.post("/api/visit/card")
    @signed_in_agent
    def read_card() -> Response:
        places.session.touch()
        given = body()
        places.counter.cards.begin(text_of(given, "material_id"), number_of(given, "place"))
        return standing()

    @app.get("/api/visit/card")
    @signed_in_agent
    def card_standing() -> Response:
        return standing()

    @app.post("/api/visit/card/cancel")
    @signed_in_agent
    def cancel_card() -> Response:
        places.session.touch()
        places.counter.cards.cancel()
        return standing()

    @app.post("/api/visit/card/drop")
    @signed_in_agent
    def drop_card() -> Response:
        places.session.touch()
        given = body()
        places.counter.cards.drop(text_of(given, "material_id"), number_of(given, "place"))
        return jsonify(visit=shaped(places.counter))


def _install_knobs(app: Flask, places: Places) -> None:
    @app.get("/api/camera/knobs")
    @signed_in_agent
    def knobs() -> Response:
        return jsonify(knobs=list_knobs(places.surroundings.live_view))

    @app.post("/api/camera/knobs")
    @signed_in_agent
    def turn() -> Response:
        places.session.touch()
        return jsonify(asdict(turn_knob(places.surroundings.live_view, text_of(body(), "turn"))))


def _install_printing(app: Flask, places: Places) -> None:
    @app.get("/api/printing")
    @signed_in_agent
    def printing() -> Response:
        """Asks the printer alone: the print in hand holds the counter until the paper is out."""
        return jsonify(words=places.surroundings.printer.progress())
