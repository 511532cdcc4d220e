"""Type for the rare characters of a name, which a village PC has none of; static/rare_type.js asks for it."""

import re

from flask import Flask, Response, abort

from forms.render.web_type import MOST, rare_characters, web_font
from kiosk.screen.guards import opened_page

_CODES = re.compile(rf"[0-9A-F]{{4,5}}(-[0-9A-F]{{4,5}}){{0,{MOST - 1}}}")


def install(app: Flask) -> None:
    @app.get("/type/<codes>.woff")
    @opened_page
    def rare_type(codes: str) -> Response:
        """Attack: another page has us cut fonts without end. It lacks the cookie, and one font has MOST characters."""
        if not _CODES.fullmatch(codes):
            abort(404)
        characters = rare_characters("".join(chr(int(code, 16)) for code in codes.split("-")))
        if not characters:
            abort(404)
        return Response(web_font(characters), mimetype="font/woff")
