"""Stylesheets, scripts and pictures of our own, under addresses that carry their content's hash and never go stale."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app
from flask.blueprints import BlueprintSetupState

from server.web.webkit.guards import guarded_by
from server.web.webkit.headers import install_headers
from server.web.webkit.installation import KEY as INSTALLATION
from server.web.webkit.rare_type import offer_rare_type
from server.web.webkit.reading import install_reading

_KEY = "hongye_assets"
_FOLDER = Path(__file__).with_name("static")
_FOREVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, max-age=60"


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    content: bytes
    digest: str
    mimetype: str


def install_assets(app: Flask) -> None:
    """The shared layout, `asset('room/file')` in every template, /assets, /type, and the headers every answer carries."""
    app.extensions[_KEY] = {}
    blueprint = Blueprint("webkit", __name__, template_folder="templates")
    blueprint.add_url_rule("/assets/<digest>/<path:name>", view_func=serve_asset)
    offer_assets(blueprint, "webkit", _FOLDER)
    offer_rare_type(app, blueprint)
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = asset_address
    install_reading(app)
    install_headers(app, secure=app.extensions[INSTALLATION].tools.settings.secure_cookies)


def offer_assets(blueprint: Blueprint, room: str, folder: Path) -> None:
    """The files in `folder` are served as `room/file` once `blueprint` is registered."""

    def _add(state: BlueprintSetupState) -> None:
        for file in sorted(folder.iterdir()):
            state.app.extensions[_KEY][f"{room}/{file.name}"] = _read(file)

    blueprint.record(_add)


def _read(file: Path) -> Asset:
    content = file.read_bytes()
    mimetype = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Asset(content, hashlib.sha256(content).hexdigest()[:16], mimetype)


def asset_address(name: str) -> str:
    asset = current_app.extensions[_KEY][name]
    return f"/assets/{asset.digest}/{name}"


@guarded_by("public")
def serve_asset(digest: str, name: str) -> Response:
    # Only names known since the start are served: no path of a request ever reaches the disk.
    asset = current_app.extensions[_KEY].get(name) or abort(404)
    response = Response(asset.content, mimetype=asset.mimetype)
    # A page made by the version before asks for the old hash: it gets today's file, but may not keep it.
    response.headers["Cache-Control"] = _FOREVER if digest == asset.digest else _BRIEFLY
    return response
