"""The API of the pages of the visit in hand: taken, looked at, put in order."""

from dataclasses import asdict
from typing import Any

from flask import Flask, Response, jsonify, request

from kiosk.screen.answering import BadRequest, body, note, number_of, text_of
from kiosk.screen.captures import CaptureOutcome
from kiosk.screen.guards import signed_in_agent, takes_bytes
from kiosk.screen.places import Places
from kiosk.screen.shapes import capture_shape, shaped
from kiosk.screen.shown_picture import shown_picture

#: one picture of a stack, in bytes
LARGEST_PICTURE = 32 * 1024 * 1024
#: the longer side, in pixels, of what the screen asks for: a thumbnail, and a page to be read
SHOWN_SIDES = {"small": 480, "large": 1600}


def install(app: Flask, places: Places) -> None:
    _install_capture(app, places)
    _install_order(app, places)
    _install_stack(app, places)
    _install_pictures(app, places)


def _install_capture(app: Flask, places: Places) -> None:
    def answer(outcome: CaptureOutcome) -> Response:
        further = {} if outcome.accepted else {"reference": note("capture_not_accepted")}
        return jsonify(**capture_shape(outcome), visit=shaped(places.counter), **further)

    @app.post("/api/visit/capture")
    @signed_in_agent
    def capture() -> Response:
        places.session.touch()
        given = body()
        sight = number_of(given, "sight") if "sight" in given else None
        return answer(places.counter.captures.capture(text_of(given, "material_id"), sight))

    @app.post("/api/visit/keep-anyway")
    @signed_in_agent
    def keep_anyway() -> Response:
        places.session.touch()
        return answer(places.counter.captures.keep_anyway(text_of(body(), "material_id")))

    @app.post("/api/visit/retake")
    @signed_in_agent
    def retake() -> Response:
        places.session.touch()
        places.counter.captures.ask_retake(*_which(body()))
        return jsonify(visit=shaped(places.counter))


def _install_order(app: Flask, places: Places) -> None:
    @app.post("/api/visit/drop-page")
    @signed_in_agent
    def drop_page() -> Response:
        places.session.touch()
        places.counter.captures.drop_page(*_which(body()))
        return jsonify(visit=shaped(places.counter))

    @app.post("/api/visit/move-page")
    @signed_in_agent
    def move_page() -> Response:
        places.session.touch()
        given = body()
        places.counter.captures.move_page(*_which(given), text_of(given, "to"), number_of(given, "place"))
        return jsonify(visit=shaped(places.counter))

    @app.post("/api/visit/turn-page")
    @signed_in_agent
    def turn_page() -> Response:
        places.session.touch()
        given = body()
        places.counter.captures.turn_page(*_which(given), number_of(given, "degrees"))
        return jsonify(visit=shaped(places.counter))

    @app.post("/api/visit/vouch-page")
    @signed_in_agent
    def vouch_page() -> Response:
        places.session.touch()
        places.counter.captures.vouch_page(*_which(body()))
        return jsonify(visit=shaped(places.counter))

    @app.post("/api/visit/undo")
    @signed_in_agent
    def undo() -> Response:
        places.session.touch()
        places.counter.captures.undo()
        return jsonify(visit=shaped(places.counter))


def _install_stack(app: Flask, places: Places) -> None:
    @app.post("/api/visit/stack/begin")
    @signed_in_agent
    def begin_stack() -> Response:
        places.session.touch()
        places.counter.stacks.begin()
        return jsonify(begun=True)

    @app.post("/api/visit/stack")
    @takes_bytes
    @signed_in_agent
    def add_to_stack() -> Response:
        """One picture file. Attack: a body without end fills the memory; it is refused by its stated length."""
        places.session.touch()
        request.max_content_length = LARGEST_PICTURE
        places.counter.stacks.add(request.get_data())
        return jsonify(visit=shaped(places.counter))

    @app.post("/api/visit/stack/next")
    @signed_in_agent
    def add_from_folder() -> Response:
        """The next picture of the folder a scanner writes into."""
        places.session.touch()
        more = places.counter.stacks.add_from_folder()
        return jsonify(more=more, visit=shaped(places.counter))

    @app.post("/api/visit/stack/sort")
    @signed_in_agent
    def sort_stack() -> Response:
        places.session.touch()
        done = places.counter.stacks.sort()
        return jsonify(**asdict(done), visit=shaped(places.counter))


def _install_pictures(app: Flask, places: Places) -> None:
    @app.get("/api/visit/pages/<page_id>")
    @signed_in_agent
    def page_picture(page_id: str) -> Response:
        return Response(places.counter.captures.read_page(page_id), mimetype="image/jpeg")

    @app.get("/api/visit/pages/<page_id>/shown")
    @signed_in_agent
    def page_shown(page_id: str) -> Response:
        """As it is read, upright and no larger than the screen needs; `side` is small or large."""
        side = SHOWN_SIDES.get(request.args.get("side", "small"))
        if side is None:
            raise BadRequest("side 要写 small 或 large。")
        captures = places.counter.captures
        picture = captures.read_page(page_id)
        return Response(shown_picture(picture, side, captures.find_page(page_id).turn), mimetype="image/jpeg")


def _which(given: dict[str, Any]) -> tuple[str, int]:
    """Raises BadRequest."""
    return text_of(given, "material_id"), number_of(given, "page")
