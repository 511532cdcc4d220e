"""Put together one simulated platform: its memory, its two sides and its page."""

from flask import Flask

from forms.clock import Clock
from server.wechat_simulator.account import OfficialAccount
from server.wechat_simulator.control_api import control_blueprint
from server.wechat_simulator.page import page_blueprint
from server.wechat_simulator.platform_api import Platform, platform_blueprint
from server.wechat_simulator.settings import SimulatorSettings
from server.wechat_simulator.state import State
from server.wechat_simulator.tokens import Tokens


def create_simulator(settings: SimulatorSettings, clock: Clock) -> Flask:
    """The platform as a WSGI application; serve it on the loopback address, with more than one thread.

    Raises OSError or sqlite3.Error when the state file cannot be used, ValueError for an AES key that is none.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    state = State(settings.state_file)
    tokens = Tokens(state)
    account = OfficialAccount(settings, state, clock)
    app.register_blueprint(platform_blueprint(Platform(settings, state, tokens, account, clock)))
    app.register_blueprint(control_blueprint(state, tokens, account, clock, settings.control_key))
    app.register_blueprint(page_blueprint(settings, state, account, clock))
    return app
