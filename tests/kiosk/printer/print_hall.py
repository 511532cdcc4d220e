"""A private CUPS and an IPP printer of its own (ippeveprinter), with no root service and no systemd touched."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

NEEDED = ("cupsd", "ippeveprinter", "lpadmin", "cupsdisable", "avahi-daemon", "dbus-daemon")
SEARCH_PATH = "/usr/local/sbin:/usr/sbin:/sbin:" + os.environ.get("PATH", "/usr/bin:/bin")

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={folder}/bus.sock</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>
<allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
"""
AVAHI = "[server]\nhost-name=hall\nuse-ipv6=no\nallow-interfaces=lo\n[publish]\n"
# Who may do what is as Debian ships it: jobs belong to their owner, queues to an administrator who says who he is.
CUPSD = """Listen localhost:{port}
Listen {folder}/run/cups.sock
LogLevel info
Browsing No
DefaultAuthType Basic
WebInterface No
<Location />
 Order allow,deny
</Location>
<Policy default>
 JobPrivateAccess default
 JobPrivateValues default
 <Limit Create-Job Print-Job Print-URI Validate-Job>
  Order deny,allow
 </Limit>
 <Limit Send-Document Hold-Job Release-Job Restart-Job Purge-Jobs Set-Job-Attributes Cancel-Job Cancel-My-Jobs Close-Job>
  Require user @OWNER @SYSTEM
  Order deny,allow
 </Limit>
 <Limit CUPS-Add-Modify-Printer CUPS-Delete-Printer CUPS-Set-Default Pause-Printer Resume-Printer Cancel-Jobs>
  AuthType Default
  Require user @SYSTEM
  Order deny,allow
 </Limit>
 <Limit All>
  Order deny,allow
 </Limit>
</Policy>
"""
CUPS_FILES = """ServerRoot {folder}/root
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/run
TempDir {folder}/tmp
AccessLog {folder}/log/access
ErrorLog {folder}/log/error
PageLog {folder}/log/page
SystemGroup root
"""
# What the printer runs for each job: keeps what came and with which options, or reports the fault a test has laid down.
KEEPER = """#!/bin/sh
for file; do :; done
cd {folder}
if [ -s fault ]; then echo "STATE: +$(cat fault)" >&2; sleep 1; exit 1; fi
if [ -e slow ]; then sleep "$(cat slow)"; fi
env | grep ^IPP_ > options
cp "$file" "out/job-$(date +%s%N)"
"""


PDF, PIXELS = "application/pdf,image/pwg-raster", "image/pwg-raster"


def missing() -> list[str]:
    """Programs that are not installed."""
    return [name for name in NEEDED if shutil.which(name, path=SEARCH_PATH) is None]


class PrintHall:
    """One queue "village" on a CUPS of its own, before a printer that can be told to run out of paper."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.formats = folder, PDF
        self.port, self.cups_port = _free_port(), _free_port()
        self.socket = str(folder / "run" / "cups.sock")
        self._running: list[subprocess.Popen[bytes]] = []
        self._printer: subprocess.Popen[bytes] | None = None
        for name in ("spool", "out", "root", "cache", "log", "run", "tmp"):
            (folder / name).mkdir()
        # CUPS runs its filters as another user, who has to pass here.
        for place in (folder, *list(folder.parents)[:3], folder / "tmp"):
            place.chmod(place.stat().st_mode | 0o711)
        (folder / "tmp").chmod(0o1777)
        self._write("bus.conf", BUS)
        self._write("avahi.conf", AVAHI)
        self._write("cupsd.conf", CUPSD)
        self._write("cups-files.conf", CUPS_FILES)
        self._write("keeper.sh", KEEPER).chmod(0o755)
        self.environment = {
            "PATH": SEARCH_PATH,
            "LC_ALL": "C",
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus.sock",
            "CUPS_SERVER": self.socket,
        }

    def open(self) -> None:
        """Start everything and make the queue."""
        self._start("dbus-daemon", f"--config-file={self.folder}/bus.conf", "--nofork", "--nopidfile")
        _wait_for(lambda: (self.folder / "bus.sock").exists())
        self._avahi = self._start(
            "avahi-daemon", "-f", f"{self.folder}/avahi.conf", "--no-rlimits", "--no-drop-root", "--no-chroot"
        )
        self.switch_on()
        conf = ("-c", f"{self.folder}/cupsd.conf", "-s", f"{self.folder}/cups-files.conf")
        self._start("cupsd", "-f", *conf)
        _wait_for(lambda: _answers(self.cups_port))
        self.make_queue()

    def make_queue(self, name: str = "village") -> None:
        """The queue asks the printer what it takes."""
        self._run("lpadmin", "-p", name, "-E", "-v", self.device_uri, "-m", "everywhere")

    def become(self, formats: str) -> None:
        """Another printer at the same place, which takes other formats."""
        self.formats = formats
        self.switch_off()
        self.switch_on()

    @property
    def device_uri(self) -> str:
        return f"ipp://localhost:{self.port}/ipp/print"

    def switch_on(self) -> None:
        """The printer; it leaves until the name service behind avahi is up, and is started again."""
        for _ in range(40):
            if self._avahi.poll() is not None:  # this machine runs one of its own, and allows no second
                self.environment.pop("DBUS_SYSTEM_BUS_ADDRESS", None)
            self._printer = self._start(
                "ippeveprinter", "-p", str(self.port), "-d", f"{self.folder}/out", "-k",
                "-c", f"{self.folder}/keeper.sh", "-f", self.formats, "-n", "localhost", "Village Printer",
            )  # fmt: skip
            while self._printer.poll() is None:
                if _answers(self.port):
                    return
                time.sleep(0.05)
            time.sleep(0.1)
        raise RuntimeError("ippeveprinter does not start: " + (self.folder / "log" / "ippeveprinter").read_text())

    def switch_off(self) -> None:
        """Pull the printer's plug."""
        if self._printer is not None:
            self._printer.kill()
            self._printer.wait()

    def break_with(self, reason: str) -> None:
        """The next job fails with this printer-state-reason, and every one until `mend`."""
        (self.folder / "fault").write_text(reason)

    def mend(self) -> None:
        """Somebody sees to the printer: what it reported is forgotten."""
        (self.folder / "fault").write_text("")
        (self.folder / "slow").unlink(missing_ok=True)
        self.switch_off()
        self.switch_on()

    def add_queue(self, name: str, device_uri: str) -> None:
        """Another queue, which hands on what it gets as it is."""
        self._run("lpadmin", "-p", name, "-E", "-v", device_uri, "-m", "raw")

    def stop_queue(self, name: str) -> None:
        self._run("cupsdisable", name)

    def be_slow(self, seconds: int) -> None:
        (self.folder / "slow").write_text(str(seconds))

    def papers(self) -> list[Path]:
        """What came out of the printer."""
        return sorted(path for path in (self.folder / "out").glob("job-*"))

    def waiting_jobs(self) -> list[str]:
        """What lies in all queues."""
        return self._run("lpstat", "-o").stdout.decode().splitlines()

    def close(self) -> None:
        for process in reversed(self._running):
            with contextlib.suppress(OSError):
                process.terminate()
        for process in reversed(self._running):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        program = shutil.which(name, path=SEARCH_PATH) or name
        with (self.folder / "log" / name).open("ab") as log:
            process = subprocess.Popen([program, *words], env=self.environment, stdout=log, stderr=log)
        self._running.append(process)
        return process

    def _run(self, name: str, *words: str) -> subprocess.CompletedProcess[bytes]:
        program = shutil.which(name, path=SEARCH_PATH) or name
        return subprocess.run([program, *words], env=self.environment, capture_output=True, timeout=60, check=False)

    def _write(self, name: str, text: str) -> Path:
        file = self.folder / name
        filled = text.replace("{folder}", str(self.folder)).replace("{port}", str(self.cups_port))
        file.write_text(filled)
        return file


@contextlib.contextmanager
def print_hall(folder: Path) -> Iterator[PrintHall]:
    """An open hall, closed at the end."""
    hall = PrintHall(folder)
    try:
        hall.open()
        yield hall
    finally:
        hall.close()


def must_be_there() -> bool:
    """As root on Debian the packages can be installed, so that a missing one is a fault and no excuse."""
    return sys.platform == "linux" and os.geteuid() == 0 and Path("/etc/debian_version").exists()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0


def _wait_for(ready, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise RuntimeError("the print hall does not open")
        time.sleep(0.05)
