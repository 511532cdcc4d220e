"""The page itself, the way in with this start's secret, and the live picture."""

import json

from flask import Flask, Response, jsonify, render_template, request, send_from_directory

from kiosk.flow import STEP_WORDS
from kiosk.screen.answering import BadRequest, body, refusal
from kiosk.screen.guards import Gate, anyone_at_this_pc, signed_in_agent
from kiosk.screen.places import Places
from kiosk.screen.reader import Wanted, wanted_of
from kiosk.screen.shapes import seen_shape

SHOWN_STEPS = ("choose_item", "notice", "answers", "capture", "check", "packed")


def install(app: Flask, gate: Gate, places: Places) -> None:
    _install_page(app, places)
    _install_way_in(app, gate)
    _install_preview(app, places)


def _install_page(app: Flask, places: Places) -> None:
    @app.get("/")
    @anyone_at_this_pc
    def page() -> str:
        """The empty shell: it shows nobody's data; the script asks for that, with the cookie."""
        steps = [(step, STEP_WORDS[step]) for step in SHOWN_STEPS]
        return render_template("counter.html", steps=steps, practice=places.surroundings.practice)

    @app.get("/static/<path:name>")
    @anyone_at_this_pc
    def static(name: str) -> Response:
        return send_from_directory(app.root_path + "/static", name, max_age=0)


def _install_way_in(app: Flask, gate: Gate) -> None:
    @app.post("/open")
    @anyone_at_this_pc
    def way_in() -> Response:
        """Attack: another program's page or user on this PC finds the port. Without this start's secret it gets nothing."""
        if not gate.open(body().get("secret")):
            return refusal(401, "wrong_secret", "请从桌面图标重新打开村级窗口。")
        response = jsonify(opened=True)
        gate.give_cookie(response)
        return response


def _install_preview(app: Flask, places: Places) -> None:
    @app.get("/preview")
    @signed_in_agent
    def preview() -> Response:
        """The next picture after number `after`; the page asks again as soon as it has drawn the last.

        Only while a page looks on for a visit (`visit`) does anything get ready to be taken by itself.
        """
        after = request.args.get("after", "0")
        if not after.isdecimal():
            raise BadRequest("after 要写数字。")
        live_view = places.surroundings.live_view
        live_view.desk.wait_for(*_waiting_for(places), places.session.shoots_by_itself)
        shot = live_view.watch(int(after))
        if shot is None:
            return Response(status=204)
        seen = {"number": shot.number, "width": shot.width, "height": shot.height, **seen_shape(shot.seen)}
        return Response(shot.jpeg, mimetype="image/jpeg", headers={"X-Sheet": json.dumps(seen)})


def _waiting_for(places: Places) -> tuple[str | None, Wanted | None]:
    """The visit in hand and the page of it that the page on the screen waits for; nothing when it does not."""
    counter = places.counter
    visit = counter.visit
    if visit is None or visit.item_code is None or request.args.get("visit") != visit.visit_id:
        return None, None
    material = counter.item().materials_by_id.get(request.args.get("material", ""))
    if material is None:
        return visit.visit_id, None
    return visit.visit_id, wanted_of(visit, material)
