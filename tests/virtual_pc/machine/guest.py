"""The line to the agent inside the virtual PC: commands go in, exit status and words come out."""

import base64
import json
import shlex
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

#: what an emulated processor may take longer than a real one before a command counts as lost
PATIENCE_SECONDS = 60


class GuestSilent(RuntimeError):
    """Nothing came back from the guest: it is gone, or far too slow."""


class GuestCommandFailed(RuntimeError):
    """A command that had to work did not; the text holds what it said."""


@dataclass(frozen=True)
class Said:
    """What became of one command."""

    status: int
    words: str


class Guest:
    """Commands run one after another; each has the whole line to itself."""

    def __init__(self, path: Path, starting_seconds: float = 60):
        self._socket = _connected(path, starting_seconds)
        self._lines = self._socket.makefile("rb")
        self._lock = threading.Lock()

    def wait_ready(self, seconds: float = 300) -> None:
        """After a boot: until the agent says that it is there."""
        self._answer(seconds)

    def run(self, command: str, seconds: float = 120) -> str:
        """What the command said. Raises GuestCommandFailed when it did not end well, GuestSilent."""
        said = self.ask(command, seconds)
        if said.status:
            raise GuestCommandFailed(f"{command} ended with {said.status}:\n{said.words[-3000:]}")
        return said.words

    def ask(self, command: str, seconds: float = 120) -> Said:
        """Run a shell command and wait for its end; status 124 when it took longer than `seconds`."""
        answer = self._order({"command": command, "seconds": seconds}, seconds)
        return Said(answer["status"], answer["said"])

    def start(self, command: str, log: str) -> int:
        """Start a shell command in the background, its words going to `log` in the guest; returns its process id."""
        return int(self._order({"command": command, "log": log}, 10)["said"])

    def wait_for(self, condition: str, seconds: float = 120) -> None:
        """Until a shell test holds in the guest. Raises GuestCommandFailed when it never does."""
        turns = int(seconds * 5)
        self.run(f"for turn in $(seq {turns}); do {condition} && exit 0; sleep 0.2; done; exit 1", seconds * 2)

    def write(self, path: str, content: bytes) -> None:
        given = base64.b64encode(content).decode()
        self.run(f"mkdir -p $(dirname {shlex.quote(path)}) && echo {given} | base64 -d > {shlex.quote(path)}")

    def read(self, path: str) -> bytes:
        return base64.b64decode(self.run(f"base64 -w0 {shlex.quote(path)}"))

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def _order(self, order: dict[str, object], seconds: float) -> dict:
        with self._lock:
            self._socket.sendall(json.dumps(order).encode() + b"\n")
            return self._answer(seconds + PATIENCE_SECONDS)

    def _answer(self, seconds: float) -> dict:
        self._socket.settimeout(seconds)
        try:
            line = self._lines.readline()
        except TimeoutError:
            raise GuestSilent(f"the guest said nothing for {seconds:.0f} s") from None
        if not line:
            raise GuestSilent("the guest hung up")
        return json.loads(line)


def _connected(path: Path, seconds: float) -> socket.socket:
    until = time.monotonic() + seconds
    while True:
        line = socket.socket(socket.AF_UNIX)
        try:
            line.connect(str(path))
            return line
        except OSError:
            line.close()
            if time.monotonic() > until:
                raise GuestSilent(f"{path} was never opened") from None
            time.sleep(0.05)
