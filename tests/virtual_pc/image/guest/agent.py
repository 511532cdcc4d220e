"""The hand inside the virtual village PC: runs the commands the host sends, one JSON object a line each way.

Knows the standard library only, since it runs before anything of ours is there.
"""

import json
import os
import subprocess
import time
from pathlib import Path

PORT = Path("/dev/virtio-ports/agent")


def main() -> None:
    """Answer for ever; a host that goes away and comes back (a resumed state) is answered as before."""
    while not PORT.exists():
        time.sleep(0.05)
    with PORT.open("r+b", buffering=0) as line:
        _say(line, {"ready": True})
        waiting = b""
        while True:
            piece = os.read(line.fileno(), 65536)
            if not piece:
                time.sleep(0.05)
                continue
            *orders, waiting = (waiting + piece).split(b"\n")
            for order in orders:
                _say(line, _obey(json.loads(order)))


def _obey(order: dict) -> dict:
    if order.get("log"):
        return _start(order["command"], order["log"])
    return _run(order["command"], order["seconds"])


def _start(command: str, log: str) -> dict:
    """Run in the background, in a group of its own; the answer is its process id."""
    with open(log, "ab") as words:
        started = subprocess.Popen(
            command, shell=True, stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True
        )
    return {"status": 0, "said": str(started.pid)}


def _run(command: str, seconds: float) -> dict:
    try:
        done = subprocess.run(
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
        return {"status": done.returncode, "said": done.stdout.decode("utf-8", "replace")}
    except subprocess.TimeoutExpired as late:
        return {"status": 124, "said": (late.stdout or b"").decode("utf-8", "replace")}


def _say(line, answer: dict) -> None:
    line.write(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
