"""How a view reaches the installation it runs in."""

from flask import current_app

from server.bootstrap import Installation

KEY = "hongye"


def installation() -> Installation:
    return current_app.extensions[KEY]
