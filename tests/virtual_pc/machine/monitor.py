"""QEMU's monitor: stops, saves and resumes the machine, and pulls its network cable."""

import json
import socket
import time
from pathlib import Path
from typing import Any

SECONDS = 240


class MonitorRefused(RuntimeError):
    """QEMU did not do what it was asked."""


class Monitor:
    """One conversation a request: QEMU serves a single caller at a time."""

    def __init__(self, path: Path):
        self._path = path

    def ask(self, command: str, **arguments: object) -> Any:
        """QEMU's answer. Raises MonitorRefused, OSError while QEMU is not listening yet."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(SECONDS)
            line.connect(str(self._path))
            with line.makefile("rw") as words:
                words.readline()  # the greeting
                self._exchange(words, "qmp_capabilities", {})
                return self._exchange(words, command, arguments)

    def _exchange(self, words: Any, command: str, arguments: dict[str, object]) -> Any:
        words.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        words.flush()
        while line := words.readline():
            answer = json.loads(line)
            if "error" in answer:
                raise MonitorRefused(f"{command}: {answer['error'].get('desc')}")
            if "return" in answer:
                return answer["return"]
        raise MonitorRefused(f"{command}: QEMU hung up")

    def wait_until(self, command: str, wanted: str) -> None:
        """Ask until the answer's status is the wanted one. Raises MonitorRefused when it fails or never comes."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            try:
                answer = self.ask(command)
            except (OSError, ValueError):
                answer = {}
            if answer.get("status") == wanted:
                return
            if answer.get("status") == "failed":
                raise MonitorRefused(f"{command}: {answer.get('error-desc', 'failed')}")
            time.sleep(0.05)
        raise MonitorRefused(f"{command} did not become {wanted}")

    def save_to(self, file: Path) -> None:
        """Write the stopped machine's memory and devices into `file`."""
        self.ask("stop")
        self.ask("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        self.ask("migrate", uri=f"exec:cat > {file}")
        self.wait_until("query-migrate", "completed")

    def resume(self) -> None:
        """Let a machine run on that was started from a saved state."""
        self.wait_until("query-status", "paused")
        self.ask("cont")

    def plug_cable(self, plugged: bool) -> None:
        """The village's line: the network cable is in, or hangs loose."""
        self.ask("set_link", name="card", up=plugged)
