"""The Flask application: joins the four audiences over one installation."""

from flask import Flask, request

from server.bootstrap import Installation
from server.web.console import console_blueprint
from server.web.kiosk_api import kiosk_blueprint
from server.web.kiosk_api.machines import check_machine
from server.web.official_account import official_account_blueprint
from server.web.official_account.desk import CallbackDesk
from server.web.public import public_blueprint
from server.web.webkit.assets import install_assets
from server.web.webkit.errors import install_errors
from server.web.webkit.guards import install_guards
from server.web.webkit.installation import KEY
from server.web.webkit.staff_session import check_staff

MAX_FORM_BYTES = 1024 * 1024


def create_app(installation: Installation) -> Flask:
    """All pages and APIs but the mini-program's, which is an application of its own."""
    app = Flask("server.web", static_folder=None)
    app.extensions[KEY] = installation
    app.secret_key = installation.tools.settings.session_secret
    app.json.ensure_ascii = False
    app.json.sort_keys = False
    # Of any body, JSON too; uploads, which are read piece by piece, say their own limit.
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MAX_FORM_BYTES
    install_errors(app, as_json=lambda: request.path.startswith("/kiosk/"))
    install_guards(app, {"machine": check_machine, "staff": check_staff})
    install_assets(app)
    app.register_blueprint(kiosk_blueprint())
    app.register_blueprint(console_blueprint())
    app.register_blueprint(public_blueprint())
    door = installation.official_account_door()
    app.register_blueprint(official_account_blueprint(door, CallbackDesk(installation)))
    return app
