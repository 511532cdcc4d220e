"""The API of the visit in hand."""

from typing import Any

from flask import Flask, Response, jsonify

from kiosk import flow
from kiosk.flow import Visit
from kiosk.screen.answering import BadRequest, body, note, number_of, printed_shape, text_of
from kiosk.screen.counter import CaptureOutcome, Counter
from kiosk.screen.guards import signed_in_agent
from kiosk.screen.shapes import capture_shape, gap_shape, visit_shape


def shaped(counter: Counter) -> dict[str, Any] | None:
    """The visit in hand as the page reads it."""
    visit: Visit | None = counter.visit
    if visit is None:
        return None
    return visit_shape(visit, counter.item() if visit.item_code else None)


def install(app: Flask, counter: Counter) -> None:
    _install_steps(app, counter)
    _install_prints(app, counter)
    _install_capture(app, counter)
    _install_ends(app, counter)


def _install_steps(app: Flask, counter: Counter) -> None:
    @app.get("/api/visit")
    @signed_in_agent
    def visit() -> Response:
        return jsonify(visit=shaped(counter))

    @app.post("/api/visits")
    @signed_in_agent
    def begin() -> Response:
        counter.touch()
        given = body()
        if "case_number" in given:
            counter.begin_correction(text_of(given, "case_number"))
        elif "visit_id" in given:
            counter.reopen(text_of(given, "visit_id"))
        else:
            counter.begin(text_of(given, "item_code"))
        return jsonify(visit=shaped(counter))

    @app.post("/api/visit/step")
    @signed_in_agent
    def step() -> Response:
        counter.touch()
        wanted = text_of(body(), "step")
        if wanted not in flow.STEP_WORDS:
            raise BadRequest("没有这一步。")
        counter.turn_to(wanted)  # type: ignore[arg-type]
        return jsonify(visit=shaped(counter))

    @app.post("/api/visit/answers")
    @signed_in_agent
    def answers() -> Response:
        """Everything is kept, right or wrong; `faults` are of the answers just given."""
        counter.touch()
        given = body()
        visit = counter.give_answers(given)
        faults = [gap_shape(gap) for gap in flow.find_answer_faults(visit, counter.item()) if gap.id in given]
        further = {"reference": note("answer_faulty")} if faults else {}
        return jsonify(visit=shaped(counter), faults=faults, **further)


def _install_prints(app: Flask, counter: Counter) -> None:
    @app.post("/api/visit/notice")
    @signed_in_agent
    def print_notice() -> Response:
        counter.touch()
        printed = counter.print_notice()
        return jsonify(printed=printed_shape(printed), visit=shaped(counter))

    @app.post("/api/visit/form")
    @signed_in_agent
    def print_form() -> Response:
        counter.touch()
        printed = counter.print_form()
        return jsonify(printed=printed_shape(printed), visit=shaped(counter))

    @app.post("/api/visit/mandate")
    @signed_in_agent
    def print_mandate() -> Response:
        counter.touch()
        return jsonify(printed=printed_shape(counter.print_mandate()), visit=shaped(counter))

    @app.post("/api/visit/covers")
    @signed_in_agent
    def print_covers() -> Response:
        counter.touch()
        return jsonify(printed=printed_shape(counter.print_covers()), visit=shaped(counter))


def _install_capture(app: Flask, counter: Counter) -> None:
    def answer(outcome: CaptureOutcome) -> Response:
        further = {} if outcome.accepted else {"reference": note("capture_not_accepted")}
        return jsonify(**capture_shape(outcome), visit=shaped(counter), **further)

    @app.post("/api/visit/capture")
    @signed_in_agent
    def capture() -> Response:
        counter.touch()
        return answer(counter.capture(text_of(body(), "material_id")))

    @app.post("/api/visit/keep-anyway")
    @signed_in_agent
    def keep_anyway() -> Response:
        counter.touch()
        return answer(counter.keep_anyway(text_of(body(), "material_id")))

    @app.post("/api/visit/retake")
    @signed_in_agent
    def retake() -> Response:
        counter.touch()
        given = body()
        counter.ask_retake(text_of(given, "material_id"), number_of(given, "page"))
        return jsonify(visit=shaped(counter))

    @app.post("/api/visit/drop-page")
    @signed_in_agent
    def drop_page() -> Response:
        counter.touch()
        given = body()
        counter.drop_page(text_of(given, "material_id"), number_of(given, "page"))
        return jsonify(visit=shaped(counter))

    @app.get("/api/visit/pages/<page_id>")
    @signed_in_agent
    def page_picture(page_id: str) -> Response:
        return Response(counter.read_page(page_id), mimetype="image/jpeg")


def _install_ends(app: Flask, counter: Counter) -> None:
    @app.post("/api/visit/checked")
    @signed_in_agent
    def checked() -> Response:
        counter.touch()
        materials = body().get("materials")
        if not isinstance(materials, list) or not all(isinstance(one, str) for one in materials):
            raise BadRequest("缺少“materials”，请重新打开页面再试。")
        counter.check_originals(tuple(materials))
        return jsonify(visit=shaped(counter))

    @app.post("/api/visit/send")
    @signed_in_agent
    def send() -> Response:
        counter.touch()
        entry = counter.dispatch.send()
        return jsonify(packet_id=entry.packet_id, lookup_code=entry.facts["lookup_code"], visit=shaped(counter))

    @app.post("/api/visit/set-aside")
    @signed_in_agent
    def set_aside() -> Response:
        counter.touch()
        counter.set_aside()
        return jsonify(visit=None)

    @app.post("/api/visit/abandon")
    @signed_in_agent
    def abandon() -> Response:
        counter.touch()
        counter.abandon()
        return jsonify(visit=None)

    @app.post("/api/visit/close")
    @signed_in_agent
    def close() -> Response:
        counter.touch()
        counter.close()
        return jsonify(visit=None)
