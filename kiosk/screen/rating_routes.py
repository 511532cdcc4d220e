"""The API of the rating at the counter: find the case by its receipt, hand in what the villager chose."""

from flask import Flask, Response, jsonify

from kiosk.screen.answering import BadRequest, body, number_of, text_of, yes_of
from kiosk.screen.guards import signed_in_agent
from kiosk.screen.places import Places


def install(app: Flask, places: Places) -> None:
    @app.post("/api/rating/find")
    @signed_in_agent
    def find_rated() -> Response:
        places.session.touch()
        return jsonify(rating=places.counter.ratings.find(text_of(body(), "code")))

    @app.post("/api/rating/scan")
    @signed_in_agent
    def scan_receipt() -> Response:
        places.session.touch()
        return jsonify(code=places.counter.ratings.scan())

    @app.post("/api/rating/send")
    @signed_in_agent
    def send_rating() -> Response:
        places.session.touch()
        given = body()
        aspects, comment = given.get("aspects", []), given.get("comment", "")
        if not isinstance(aspects, list) or not isinstance(comment, str) or len(comment) > 500:
            raise BadRequest("评价最多写500个字，请写短一点。")
        rating = {
            "lookup_code": text_of(given, "lookup_code"),
            "grade": number_of(given, "grade") if given.get("grade") is not None else None,
            "aspects": [str(one)[:40] for one in aspects[:20]],
            "anonymous": yes_of(given, "anonymous"),
            "comment": comment,
        }
        return jsonify(answer_key=places.counter.ratings.send(rating).get("answer_key"))
