"""The WSGI application a production server loads: the server's pages and, under /mp, the mini-program API."""

import logging
import os
from pathlib import Path
from wsgiref.types import WSGIApplication

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from miniprogram_api.app import create_miniprogram_api
from server.app import create_app
from server.bootstrap import build_installation
from server.settings import load_settings

SETTINGS_VARIABLE = "HONGYE_SETTINGS"


def create_wsgi() -> WSGIApplication:
    """Loaded once in every worker process; reads the settings file named by HONGYE_SETTINGS."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = load_settings(Path(os.environ[SETTINGS_VARIABLE]))
    installation = build_installation(settings)
    served = DispatcherMiddleware(create_app(installation), {"/mp": create_miniprogram_api(installation)})
    hops = settings.trusted_proxies
    return ProxyFix(served, x_for=hops, x_proto=hops) if hops else served
