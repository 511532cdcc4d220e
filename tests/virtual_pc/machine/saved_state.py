"""A village PC in the moment after it was switched on: booted once, warmed up, saved; every test resumes it in a second."""

from pathlib import Path

from tests.virtual_pc.image.commands import run
from tests.virtual_pc.image.image import Image
from tests.virtual_pc.image.keeping import built, one_builder_at_a_time
from tests.virtual_pc.machine import qemu
from tests.virtual_pc.machine.village_pc import CODE, VillagePc

QUEUE = "village"
PRINTER_ADDRESS = "usb://Village/Laser?serial=VP0001"
PPD = "/usr/local/lib/village-pc/village.ppd"
HERE = Path(__file__).parent


def get_state(image: Image) -> Path:
    """The file to resume from; a state fits only the QEMU, command line and disk that it was saved under."""
    recipe = [HERE / name for name in ("qemu.py", "monitor.py", "village_pc.py", "saved_state.py")]
    inputs = [image.digest, run(qemu.PROGRAM, "--version"), *recipe]
    with one_builder_at_a_time():
        return built("state", inputs, lambda folder: _save_state(image, folder)) / "village-pc.state"


def _save_state(image: Image, folder: Path) -> None:
    with VillagePc(image) as pc:
        pc.mount_code()
        # Read once what every kiosk reads: under emulation the first import costs tens of seconds, the second a few.
        pc.guest.run(f"cd {CODE} && PYTHONDONTWRITEBYTECODE=1 python3 -c 'import kiosk.agent, usb.core'", 300)
        _set_up_printing(pc)
        pc.unmount_code()
        pc.monitor.save_to(folder / "village-pc.state")


def _set_up_printing(pc: VillagePc) -> None:
    """CUPS and one queue, as whoever installs the village PC leaves it; the printer itself is not plugged in yet."""
    pc.guest.run("mkdir -p /run/cups && cupsd")
    pc.guest.wait_for("lpstat -r | grep -q 'is running'")
    pc.guest.run(f"lpadmin -p {QUEUE} -E -v '{PRINTER_ADDRESS}' -P {PPD} && lpadmin -d {QUEUE}")
