"""Runs the server's single parts in this process: the server, the worker, the WeChat simulator."""

import json
import logging
import os
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

from forms.clock import clock_for
from hongye.signals import stop_on_signal
from hongye.wsgi import SETTINGS_VARIABLE
from server.bootstrap import build_installation
from server.jobs import run_worker
from server.settings import load_settings
from server.wechat_simulator import LocalServer, MessageTemplate, SimulatorSettings, create_simulator


def serve(settings_file: Path) -> None:
    """The web server, until it is stopped."""
    settings = load_settings(settings_file)
    os.environ[SETTINGS_VARIABLE] = str(settings_file.resolve())
    Granian(
        "hongye.wsgi:create_wsgi",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads_per_worker,
        websockets=False,
        respawn_failed_workers=True,
        # A trickling upload must not keep a server from stopping; the kiosk goes on where it left off.
        workers_kill_timeout=3,
        log_access=False,
    ).serve()


def work(settings_file: Path) -> None:
    """The worker, until it is stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    run_worker(build_installation(load_settings(settings_file)), stop_on_signal())


def simulate_wechat(settings_file: Path) -> None:
    """The WeChat simulator, until it is stopped."""
    stated = json.loads(settings_file.read_text(encoding="utf-8"))
    port = stated.pop("port")
    clock_file = stated.pop("clock_file", None)
    template_id = stated.pop("progress_template_id")
    labels = {"thing1": "事项", "character_string2": "办件编号", "thing3": "进度", "time4": "时间", "thing5": "说明"}
    settings = SimulatorSettings(
        **{**stated, "state_file": Path(stated["state_file"])},
        templates={template_id: MessageTemplate("办件进度提醒", labels)},
    )
    app = create_simulator(settings, clock_for(Path(clock_file) if clock_file else None))
    with LocalServer(app, port):
        stop_on_signal().wait()
