"""Serves the page by waitress on this PC's own addresses only, 127.0.0.1 and ::1, at one port."""

import socket
import threading

from flask import Flask
from waitress import create_server

THREADS = 10


def open_sockets(port: int) -> list[socket.socket]:
    """Listening sockets on 127.0.0.1 and, where the PC has it, ::1, at the same port; 0 takes a free one.

    Loopback only: attack from the village's network needs a port that can be reached from it.
    """
    first = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    first.bind(("127.0.0.1", port))
    sockets = [first]
    if socket.has_ipv6:
        second = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        try:
            second.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            second.bind(("::1", first.getsockname()[1]))
            sockets.append(second)
        except OSError:
            second.close()
    return sockets


class ScreenServer:
    """The app behind its sockets, running in one thread until closed."""

    def __init__(self, app: Flask, sockets: list[socket.socket]) -> None:
        self._server = create_server(app, sockets=sockets, threads=THREADS, ident=None, channel_timeout=60)
        self._thread = threading.Thread(target=self._server.run, name="screen", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._server.close()
        self._thread.join(timeout=5)
