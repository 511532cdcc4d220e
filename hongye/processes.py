"""Starts the parts of an installation as processes of their own, waits until they answer, and stops them cleanly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

READY_SECONDS = 30
STOP_SECONDS = 10


class PartFailed(RuntimeError):
    """A part did not start or ended by itself; the text says which and where its log is."""


class Parts:
    """The running parts; leaving the block stops them, the last started first."""

    def __init__(self, log_folder: Path):
        self._logs = log_folder
        self._logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._running)[::-1]:
            self.stop(name)

    def start(self, name: str, *arguments: str) -> None:
        """Run `hongye ARGUMENTS` as the part `name`; its output goes to its log."""
        with open(self._logs / f"{name}.log", "ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "hongye", *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                # A group of its own: Ctrl-C reaches us only, and we stop the parts in order.
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    def wait_until(self, name: str, ready: Callable[[], bool]) -> None:
        """Raises PartFailed when the part ends or does not become ready in time."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.check(name)
            if ready():
                return
            time.sleep(0.05)
        raise PartFailed(f"{name} did not answer within {READY_SECONDS} s; see {self._logs / f'{name}.log'}")

    def check(self, name: str) -> None:
        status = self._running[name].poll()
        if status is not None:
            tail = (self._logs / f"{name}.log").read_text(errors="replace").strip().splitlines()[-1:]
            raise PartFailed(f"{name} ended with status {status}: {' '.join(tail)} (log: {self._logs / f'{name}.log'})")

    def check_all(self) -> None:
        for name in self._running:
            self.check(name)

    def stop(self, name: str) -> None:
        part = self._running.pop(name)
        if part.poll() is None:
            part.terminate()
            try:
                part.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(part.pid, signal.SIGKILL)
                part.wait()

    def kill(self, name: str) -> None:
        """Pull the plug: the part and its workers get no chance to tidy up."""
        part = self._running.pop(name)
        os.killpg(part.pid, signal.SIGKILL)
        part.wait()


def answers(url: str) -> Callable[[], bool]:
    """Whether something serves HTTP at `url`."""

    def ask() -> bool:
        try:
            requests.get(url, timeout=2)
        except requests.RequestException:
            return False
        return True

    return ask
