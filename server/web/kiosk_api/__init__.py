"""What a village machine calls: enrolment, agents' sign-in, resumable uploads, packets, corrections to bring, ratings."""

from flask import Blueprint

from server.web.kiosk_api import catalogue, machines, packets, ratings, uploads


def kiosk_blueprint() -> Blueprint:
    blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk")
    machines.add_routes(blueprint)
    catalogue.add_routes(blueprint)
    uploads.add_routes(blueprint)
    packets.add_routes(blueprint)
    ratings.add_routes(blueprint)
    return blueprint
