"""Run an application on a port of this machine for the length of a block: for the demo story and for tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from forms.clock import Clock
from server.wechat_simulator.app import create_simulator
from server.wechat_simulator.settings import SimulatorSettings


class _QuietRequests(WSGIRequestHandler):
    """Writes no line per request: the address of a WeChat call holds its token."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


class LocalServer:
    """`with LocalServer(app) as server: server.url` - real HTTP, a thread per request, gone at the end of the block."""

    def __init__(self, app: Flask, port: int = 0):
        """Port 0 takes a free one. Raises OSError when the port is taken."""
        self._server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_QuietRequests)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def running_simulator(settings: SimulatorSettings, clock: Clock, port: int = 0) -> Iterator[str]:
    """The address of a simulator that lives as long as the block."""
    with LocalServer(create_simulator(settings, clock), port) as server:
        yield server.url
