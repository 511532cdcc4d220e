"""The command line of the virtual PC: an old two-core office machine without any hardware help, so it runs everywhere."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.virtual_pc.image.image import Image
from tests.virtual_pc.image.keeping import REPOSITORY

PROGRAM = "qemu-system-x86_64"
MEMORY_MIB = 2048
USB_SOCKETS = 3
#: where the guest finds the server outside, on the village's line
SERVER_ADDRESS = "10.0.2.100"
#: the guest on a line of its own for whoever tests, so that the village's can be cut
GUEST_ADDRESS = "10.0.3.15"
#: hpet: under emulation on a busy machine the processor's own counter ran six times too fast
KERNEL_WORDS = "console=ttyS0 quiet loglevel=4 clocksource=hpet no_timer_check random.trust_cpu=on mitigations=off nokaslr net.ifnames=0"


@dataclass(frozen=True)
class Wires:
    """The sockets of one running machine, all in a folder of its own, and its two TCP ports on this machine."""

    folder: Path
    #: the kiosk's page: 127.0.0.1:screen_port here is 127.0.0.1:screen_port in there
    screen_port: int
    #: the server: 127.0.0.1:server_port in there is 127.0.0.1:server_port here
    server_port: int

    @property
    def agent(self) -> Path:
        return self.folder / "agent.sock"

    @property
    def monitor(self) -> Path:
        return self.folder / "monitor.sock"

    @property
    def console(self) -> Path:
        return self.folder / "console.log"

    def usb(self, number: int) -> Path:
        return self.folder / f"usb{number}.sock"


def command_line(image: Image, wires: Wires, state: Path | None = None) -> list[str]:
    """What to run; with `state`, a machine that waits for that saved state instead of booting."""
    words = [PROGRAM, *_board(image), *_doors(wires), *_network(wires), *_usb(wires)]
    return words + (["-incoming", f"exec:cat {state}"] if state else [])


def _board(image: Image) -> list[str]:
    return [
        "-machine", "q35", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2",
        "-m", str(MEMORY_MIB), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-kernel", str(image.kernel), "-initrd", str(image.initrd), "-append", KERNEL_WORDS,
        "-drive", f"file={image.disk},format=raw,if=virtio,readonly=on", "-device", "virtio-rng-pci",
    ]  # fmt: skip


def _doors(wires: Wires) -> list[str]:
    """The console's log, the agent's line, the monitor, and this checkout's code, which the guest can only read."""
    return [
        "-serial", f"file:{wires.console}",
        "-device", "virtio-serial", "-chardev", f"socket,id=agent,path={wires.agent},server=on,wait=off",
        "-device", "virtserialport,chardev=agent,name=agent",
        "-qmp", f"unix:{wires.monitor},server=on,wait=off",
        "-virtfs", f"local,path={REPOSITORY},mount_tag=code,security_model=none,readonly=on",
    ]  # fmt: skip


def _network(wires: Wires) -> list[str]:
    """Two cards: the village's line leads to the server and nowhere else, the other lets tests reach the kiosk's page."""
    pipe = f"{sys.executable} {Path(__file__).with_name('pipe.py')} {wires.server_port}"
    line = f"user,id=line,net=10.0.2.0/24,restrict=on,guestfwd=tcp:{SERVER_ADDRESS}:80-cmd:{pipe}"
    page = f"hostfwd=tcp:127.0.0.1:{wires.screen_port}-{GUEST_ADDRESS}:{wires.screen_port}"
    return [
        "-netdev", line, "-device", "virtio-net-pci,id=card,netdev=line,romfile=",
        "-netdev", f"user,id=bench,net=10.0.3.0/24,restrict=on,{page}",
        "-device", "virtio-net-pci,netdev=bench,romfile=",
    ]  # fmt: skip


def _usb(wires: Wires) -> list[str]:
    words = ["-device", "qemu-xhci,id=usb"]
    for number in range(USB_SOCKETS):
        words += [
            "-chardev", f"socket,id=plug{number},path={wires.usb(number)},server=on,wait=off",
            "-device", f"usb-redir,chardev=plug{number},id=port{number},bus=usb.0",
        ]  # fmt: skip
    return words
