"""The WSGI application a production server loads: the server's pages and, under /mp, the mini-program API."""

import logging
import os
from pathlib import Path

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from miniprogram_api.app import create_miniprogram_api
from server.app import create_app
from server.bootstrap import build_installation
from server.settings import load_settings

SETTINGS_VARIABLE = "HONGYE_SETTINGS"


def create_wsgi() -> DispatcherMiddleware:
    """Loaded once in every worker process; reads the settings file named by HONGYE_SETTINGS."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    installation = build_installation(load_settings(Path(os.environ[SETTINGS_VARIABLE])))
    return DispatcherMiddleware(create_app(installation), {"/mp": create_miniprogram_api(installation)})
