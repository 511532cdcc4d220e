"""The mini-program's Flask application."""

from flask import Flask

from miniprogram_api.openapi import describe_api
from miniprogram_api.views import api_blueprint, check_session
from server.bootstrap import Installation
from server.web.webkit.errors import install_errors
from server.web.webkit.guards import install_guards
from server.web.webkit.headers import install_headers
from server.web.webkit.installation import KEY

MAX_BODY_BYTES = 64 * 1024


def create_miniprogram_api(installation: Installation) -> Flask:
    app = Flask("miniprogram_api", static_folder=None)
    app.extensions[KEY] = installation
    app.extensions["openapi"] = describe_api()
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json.ensure_ascii = False
    app.json.sort_keys = False
    install_errors(app, as_json=lambda: True)
    install_guards(app, {"miniprogram_session": check_session})
    install_headers(app, secure=installation.tools.settings.secure_cookies)
    app.register_blueprint(api_blueprint())
    return app
