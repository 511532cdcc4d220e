"""A page that shows a rare character brings a tiny font with it along, so that no old screen puts a box into a name.

An answer in HTML is looked through once; where there is such a character, a style sheet of ours is named in its head,
and that names the font. The address carries the content's hash and never goes stale. The characters stand in it sealed
(AES-SIV under the installation's secret), for two reasons: an address ends up in the logs of proxies, where no part of
a name belongs; and only an address that a page of ours has named is answered, so that nobody can have us cut fonts by
the thousand for characters of their choosing.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from flask import Blueprint, Flask, Response, abort, current_app

from forms.render.web_type import rare_characters, style_sheet, web_font
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import KEY as INSTALLATION

_KEY = "hongye_rare_type"
_HEAD_ENDS = b"</head>"
# Sixty-four characters of four bytes and the seal's sixteen, in base64.
_LONGEST = 363
_FOREVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, max-age=60"


def offer_rare_type(app: Flask, blueprint: Blueprint) -> None:
    """Both addresses, and the look through every page that `app` answers with."""
    secret = app.extensions[INSTALLATION].tools.settings.session_secret
    app.extensions[_KEY] = AESSIV(hashlib.sha256(b"rare type\0" + secret.encode()).digest())
    blueprint.add_url_rule("/type/<digest>/<sealed>.css", view_func=serve_rare_sheet)
    blueprint.add_url_rule("/type/<digest>/<sealed>.woff", view_func=serve_rare_font)
    app.after_request(_bring_along)


def _bring_along(response: Response) -> Response:
    if response.mimetype != "text/html" or response.is_streamed:
        return response
    characters = rare_characters(response.get_data(as_text=True))
    if characters:
        address = f"/type/{_digest(web_font(characters))}/{_seal(characters)}.css"
        link = f'<link rel="stylesheet" href="{address}">\n'.encode()
        response.set_data(response.get_data().replace(_HEAD_ENDS, link + _HEAD_ENDS, 1))
    return response


@guarded_by("public")
def serve_rare_sheet(digest: str, sealed: str) -> Response:
    characters = _unseal(sealed)
    response = Response(style_sheet(f"{sealed}.woff", characters), mimetype="text/css")
    return _kept(response, digest, characters)


@guarded_by("public")
def serve_rare_font(digest: str, sealed: str) -> Response:
    characters = _unseal(sealed)
    return _kept(Response(web_font(characters), mimetype="font/woff"), digest, characters)


def _kept(response: Response, digest: str, characters: str) -> Response:
    # A page made by the version before asks under the old hash: it gets today's type, but may not keep it.
    is_current = digest == _digest(web_font(characters))
    response.headers["Cache-Control"] = _FOREVER if is_current else _BRIEFLY
    return response


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _seal(characters: str) -> str:
    """The same characters give the same seal, so that a browser fetches them once."""
    return urlsafe_b64encode(current_app.extensions[_KEY].encrypt(characters.encode(), None)).decode().rstrip("=")


def _unseal(sealed: str) -> str:
    """Raises NotFound for whatever this installation has not sealed, or no longer has type for."""
    if len(sealed) > _LONGEST:
        abort(404)
    try:
        opened = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        characters = current_app.extensions[_KEY].decrypt(opened, None).decode()
    except (InvalidTag, ValueError):
        abort(404)
    return characters if rare_characters(characters) == characters else abort(404)
