"""The API of the visit in hand."""

from flask import Flask, Response, jsonify

from kiosk import flow
from kiosk.screen.answering import BadRequest, body, note, printed_shape, text_of
from kiosk.screen.guards import signed_in_agent
from kiosk.screen.places import Places
from kiosk.screen.shapes import gap_shape, shaped


def install(app: Flask, places: Places) -> None:
    _install_steps(app, places)
    _install_prints(app, places)
    _install_ends(app, places)


def _install_steps(app: Flask, places: Places) -> None:
    @app.get("/api/visit")
    @signed_in_agent
    def visit() -> Response:
        return jsonify(visit=shaped(places.counter))

    @app.post("/api/visits")
    @signed_in_agent
    def begin() -> Response:
        places.session.touch()
        given = body()
        if "case_number" in given:
            places.counter.begin_correction(text_of(given, "case_number"))
        elif "visit_id" in given:
            places.counter.reopen(text_of(given, "visit_id"))
        else:
            places.counter.begin(text_of(given, "item_code"))
        return jsonify(visit=shaped(places.counter))

    @app.post("/api/visit/step")
    @signed_in_agent
    def step() -> Response:
        places.session.touch()
        wanted = text_of(body(), "step")
        if wanted not in flow.STEP_WORDS:
            raise BadRequest("没有这一步。")
        places.counter.turn_to(wanted)  # type: ignore[arg-type]
        return jsonify(visit=shaped(places.counter))

    @app.post("/api/visit/answers")
    @signed_in_agent
    def answers() -> Response:
        """Everything is kept, right or wrong; `faults` are of the answers just given."""
        places.session.touch()
        given = body()
        visit = places.counter.give_answers(given)
        faults = [gap_shape(gap) for gap in flow.find_answer_faults(visit, places.counter.item()) if gap.id in given]
        further = {"reference": note("answer_faulty")} if faults else {}
        return jsonify(visit=shaped(places.counter), faults=faults, **further)


def _install_prints(app: Flask, places: Places) -> None:
    @app.post("/api/visit/notice")
    @signed_in_agent
    def print_notice() -> Response:
        places.session.touch()
        printed = places.counter.print_notice()
        return jsonify(printed=printed_shape(printed), visit=shaped(places.counter))

    @app.post("/api/visit/form")
    @signed_in_agent
    def print_form() -> Response:
        places.session.touch()
        printed = places.counter.print_form()
        return jsonify(printed=printed_shape(printed), visit=shaped(places.counter))

    @app.post("/api/visit/mandate")
    @signed_in_agent
    def print_mandate() -> Response:
        places.session.touch()
        return jsonify(printed=printed_shape(places.counter.print_mandate()), visit=shaped(places.counter))

    @app.post("/api/visit/covers")
    @signed_in_agent
    def print_covers() -> Response:
        places.session.touch()
        return jsonify(printed=printed_shape(places.counter.print_covers()), visit=shaped(places.counter))


def _install_ends(app: Flask, places: Places) -> None:
    @app.post("/api/visit/checked")
    @signed_in_agent
    def checked() -> Response:
        places.session.touch()
        materials = body().get("materials")
        if not isinstance(materials, list) or not all(isinstance(one, str) for one in materials):
            raise BadRequest("缺少“materials”，请重新打开页面再试。")
        places.counter.check_originals(tuple(materials))
        return jsonify(visit=shaped(places.counter))

    @app.post("/api/visit/send")
    @signed_in_agent
    def send() -> Response:
        places.session.touch()
        entry = places.counter.dispatch.send()
        return jsonify(packet_id=entry.packet_id, lookup_code=entry.facts["lookup_code"], visit=shaped(places.counter))

    @app.post("/api/visit/set-aside")
    @signed_in_agent
    def set_aside() -> Response:
        places.session.touch()
        places.counter.set_aside()
        return jsonify(visit=None)

    @app.post("/api/visit/abandon")
    @signed_in_agent
    def abandon() -> Response:
        places.session.touch()
        places.counter.abandon()
        return jsonify(visit=None)

    @app.post("/api/visit/close")
    @signed_in_agent
    def close() -> Response:
        places.session.touch()
        places.counter.close()
        return jsonify(visit=None)
