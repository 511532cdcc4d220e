"""One running virtual village PC: started from a saved state, with sockets for USB plugs and an agent that obeys."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.virtual_pc.image.image import Image
from tests.virtual_pc.machine.guest import Guest
from tests.virtual_pc.machine.monitor import Monitor
from tests.virtual_pc.machine.qemu import GUEST_ADDRESS, SERVER_ADDRESS, Wires, command_line

CODE = "/host"
MOUNT_CODE = f"mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro code {CODE}"
#: a machine whose test run was killed ends by itself
LONGEST_SECONDS = "3600"
RELAY = "/usr/local/lib/village-pc/relay.py"


class VillagePc:
    """A machine that runs until the block is left. `server_port` is where the server outside will listen."""

    def __init__(self, image: Image, state: Path | None = None, server_port: int | None = None):
        folder = Path(tempfile.mkdtemp(prefix="village-pc-"))
        self.wires = Wires(folder, screen_port=free_port(), server_port=server_port or free_port())
        self._words = (folder / "qemu.log").open("wb")
        self._process = subprocess.Popen(
            ["timeout", LONGEST_SECONDS, *command_line(image, self.wires, state)],
            stdin=subprocess.DEVNULL,
            stdout=self._words,
            stderr=self._words,
            start_new_session=True,
        )
        try:
            self.monitor = Monitor(self.wires.monitor)
            self.guest = Guest(self.wires.agent)
            if state:
                self.monitor.resume()
            else:
                self.guest.wait_ready()
        except BaseException:
            self._stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def mount_code(self) -> None:
        """Set the clock right and show this checkout in the guest at CODE; both are left out of a saved state."""
        self.guest.run(f"date -s @{time.time():.0f} > /dev/null && {MOUNT_CODE}")

    def unmount_code(self) -> None:
        self.guest.run(f"umount {CODE}")

    def connect_line(self) -> None:
        """Make the ports of both sides reach each other through the guest's loopback."""
        screen, server = self.wires.screen_port, self.wires.server_port
        rules = f"{GUEST_ADDRESS}:{screen}=127.0.0.1:{screen} 127.0.0.1:{server}={SERVER_ADDRESS}:80"
        self.guest.start(f"exec python3 {RELAY} {rules}", "/tmp/relay.log")

    def last_words(self) -> str:
        """What QEMU and the guest's kernel had to say, for a test that failed."""
        self._words.flush()
        said = [self.wires.folder / "qemu.log", self.wires.console]
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in said if path.exists()
        )

    def close(self) -> None:
        self.guest.close()
        self._stop()
        shutil.rmtree(self.wires.folder, ignore_errors=True)

    def _stop(self) -> None:
        """Nothing of the guest is kept, so the power is simply cut."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._words.close()


def free_port() -> int:
    """A TCP port of this machine nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]
