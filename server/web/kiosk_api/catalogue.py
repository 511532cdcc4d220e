"""The catalogue in force, for machines whose own is another: asked for only when the status names a new digest."""

import gzip

from flask import Blueprint, Response, current_app, request

from forms.catalogue import KIND_WORDS, content_of
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import catalogue_in_force


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/catalogue", view_func=give_catalogue)


@guarded_by("machine")
def give_catalogue() -> Response:
    """Half a megabyte of JSON, a fifth of that on the line: village lines are slow."""
    catalogue = catalogue_in_force()
    body = current_app.json.dumps(
        {
            "digest": catalogue.digest,
            "entries": {kind: [content_of(entry) for entry in catalogue.entries(kind).values()] for kind in KIND_WORDS},
            "suspended": dict(catalogue.suspended),
        }
    ).encode()
    response = Response(body, mimetype="application/json")
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(body, 6))
        response.headers["Content-Encoding"] = "gzip"
    return response
