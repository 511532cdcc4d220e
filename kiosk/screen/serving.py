"""Serves the page by waitress on this PC's own addresses only, 127.0.0.1 and ::1, at one port."""

import os
import socket
import threading

from flask import Flask
from waitress import create_server, wasyncore

THREADS = 10
#: no body is larger, and all stay in memory: a picture of papers must not lie in the PC's temporary folder, unsealed
KEPT_IN_MEMORY = 64 * 1024 * 1024


def open_sockets(port: int) -> list[socket.socket]:
    """Listening sockets on 127.0.0.1 and, where the PC has it, ::1, at the same port; 0 takes a free one.

    Loopback only: attack from the village's network needs a port that can be reached from it.
    """
    first = _bound(socket.AF_INET, ("127.0.0.1", port))
    try:
        second = _bound(socket.AF_INET6, ("::1", first.getsockname()[1]))
    except OSError:
        return [first]
    return [first, second]


def _bound(family: socket.AddressFamily, address: tuple[str, int]) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "nt":
            # Attack: on Windows another program may bind the same port with SO_REUSEADDR and be served our page's calls.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # type: ignore[attr-defined]
        else:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        one.listen(64)
    except OSError:
        one.close()
        raise
    return one


class ScreenServer:
    """The app behind its sockets, running in one thread until closed."""

    def __init__(self, app: Flask, sockets: list[socket.socket]) -> None:
        self._map: dict[int, object] = {}
        self._server = create_server(
            app,
            map=self._map,
            sockets=sockets,
            threads=THREADS,
            ident=None,
            channel_timeout=60,
            inbuf_overflow=KEPT_IN_MEMORY,
            max_request_body_size=KEPT_IN_MEMORY,
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="screen", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _serve(self) -> None:
        """Waitress closes only from inside its own loop without tripping over closed sockets, so the loop is ours."""
        while not self._stop.is_set():
            wasyncore.loop(timeout=0.2, map=self._map, count=1)
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._map)
