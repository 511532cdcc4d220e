"""A whole village for one test module: the real server on this machine, the real kiosk inside the virtual PC, USB plugs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hongye.demo.counter import KioskCounter
from hongye.ports import Ports
from hongye.practice import Practice, prepare_practice
from hongye.processes import Parts, answers
from tests.virtual_pc.devices.plug import Plug
from tests.virtual_pc.devices.usb_device import UsbDevice
from tests.virtual_pc.image.image import Image
from tests.virtual_pc.machine.saved_state import QUEUE
from tests.virtual_pc.machine.village_pc import CODE, VillagePc, free_port

SETTINGS = "/root/kiosk.toml"
DATA = "/root/kiosk"
#: the status bar, while the camera of the settings is not plugged in
NO_CAMERA = "找不到高拍仪"
#: an emulated processor is many times slower than the oldest PC in a village
SLOW_SECONDS = 240


class Refused(Exception):
    """The kiosk said no; `sentence` is what the agent reads, `code` what the page goes by."""

    def __init__(self, status: int, error: dict[str, Any]):
        super().__init__(f"{status} {error}")
        self.code, self.sentence = error["code"], error["message"]


class SlowCounter(KioskCounter):
    """The counter of a very slow PC: waits long, and tells refusals apart."""

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._session.request(method, self._base + path, json=body, timeout=SLOW_SECONDS)
        if answer.status_code >= 400:
            raise Refused(answer.status_code, answer.json()["error"])
        return answer.json() if answer.content else {}

    def sign(self, name: str) -> dict[str, Any]:
        """What the status bar says of one thing: the camera, the printer, the line."""
        signs = self.call("GET", "/api/health")["signs"]
        return next(sign for sign in signs if sign["name"] == name)

    def camera_state(self) -> dict[str, Any]:
        """What the status bar says of the camera while somebody looks at the live view."""
        self._session.get(f"{self._base}/preview?after=0", timeout=SLOW_SECONDS)
        return self.sign("camera")

    def refusal_of(self, path: str, body: dict[str, Any]) -> Refused:
        """Press a button where nothing can come of it."""
        try:
            answer = self.call("POST", path, body)
        except Refused as refused:
            return refused
        raise AssertionError(f"{path} worked all the same: {answer.get('findings')}")

    def refusal_of_capture(self, material_id: str) -> Refused:
        return self.refusal_of("/api/visit/capture", {"material_id": material_id})


class Village:
    """What a test holds in its hands."""

    def __init__(self, pc: VillagePc, practice: Practice, counter: SlowCounter, kiosk: int):
        """`kiosk` is the process id of the kiosk inside the PC."""
        self.pc, self.practice, self.counter, self.kiosk = pc, practice, counter, kiosk
        self._plugs: list[Plug | None] = [None] * 3

    def plug(self, device: UsbDevice) -> Plug:
        """Plug a device into the first free USB port and wait until the PC has seen it."""
        port = self._plugs.index(None)
        plug = Plug(device, self.pc.wires.usb(port))
        self._plugs[port] = plug
        self.pc.guest.wait_for(f"grep -qs {device.vendor_id:04x} /sys/bus/usb/devices/*-*/idVendor")
        return plug

    def unplug(self, plug: Plug) -> None:
        """Pull it out and wait until the PC has seen that too."""
        self._plugs[self._plugs.index(plug)] = None
        before = self._count_devices()
        plug.unplug()
        wait_until(f"a device of {before} is gone", lambda: self._count_devices() < before)

    def clear(self) -> None:
        """Nothing plugged in, no visit in hand; the kiosk has let go of the camera, whose video node stays taken till then."""
        for plug in list(self._plugs):
            if plug:
                self.unplug(plug)
        wait_until("the camera is let go", lambda: self.counter.camera_state()["words"] == NO_CAMERA)
        visit = self.counter.call("GET", "/api/visit")["visit"]
        if visit and "abandon" in visit["allowed"]:
            self.counter.call("POST", "/api/visit/abandon", {})

    def video_node(self, serial: str) -> str:
        """Where the PC shows the pictures of the camera with that serial number, once it does."""
        node = f"/dev/v4l/by-id/*_{serial}-video-index0"
        self.pc.guest.wait_for(f"ls {node} > /dev/null 2>&1")
        return self.pc.guest.run(f"readlink -f {node}").strip()

    def wait_for_camera(self) -> None:
        """Until the status bar says that pictures come from the camera."""
        wait_until("the camera works", lambda: self.counter.camera_state()["state"] == "good")

    def _count_devices(self) -> int:
        return int(self.pc.guest.run("ls -d /sys/bus/usb/devices/*-*:1.0 | wc -l"))


def wait_until(claim: str, look: Callable[[], Any], seconds: float = SLOW_SECONDS) -> Any:
    """The first answer of `look` that is not empty; fails loudly when there is none."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.3)
    raise AssertionError(f"never came true: {claim}")


@contextmanager
def open_village(image: Image, state: Path, folder: Path, camera: str, printer: str = QUEUE) -> Iterator[Village]:
    """Start server, PC and kiosk; `camera` and `printer` are what the kiosk's settings name."""
    server_port = free_port()
    with Parts(folder / "logs") as parts, VillagePc(image, state, server_port) as pc:
        ports = Ports(server=server_port, kiosk=pc.wires.screen_port)
        practice, code = prepare_practice(folder / "practice", ports)
        parts.start("server", "serve", "--settings", str(practice.server_settings))
        pc.mount_code()
        pc.connect_line()
        parts.wait_until("server", answers(practice.server_url))
        kiosk = _start_kiosk(pc, code, camera, printer)
        yield Village(pc, practice, _counter(pc, folder), kiosk)


def _start_kiosk(pc: VillagePc, code: str | None, camera: str, printer: str) -> int:
    """The process id of the kiosk, whose page is open by now."""
    settings = {
        "data_folder": DATA,
        "server_url": f"http://127.0.0.1:{pc.wires.server_port}",
        "screen_port": pc.wires.screen_port,
        "camera": camera,
        "printer": printer,
        "idle_lock_minutes": 240,
        "status_every_seconds": 2.0,
    }
    pc.guest.write(SETTINGS, "".join(f"{key} = {value!r}\n" for key, value in settings.items()).encode())
    command = f"cd {CODE} && exec python3 -m hongye kiosk --settings {SETTINGS} --enrolment-code {code}"
    kiosk = pc.guest.start(command, "/tmp/kiosk.said")
    pc.guest.wait_for(f"[ -s {DATA}/screen.url -o ! -d /proc/{kiosk} ]", SLOW_SECONDS)
    if pc.guest.ask(f"[ -s {DATA}/screen.url ]").status:
        raise AssertionError(f"the kiosk did not start:\n{pc.guest.run('cat /tmp/kiosk.said')}")
    return kiosk


def _counter(pc: VillagePc, folder: Path) -> SlowCounter:
    """The page, opened from this side by the secret address the kiosk wrote down over there."""
    (folder / "screen.url").write_bytes(pc.guest.read(f"{DATA}/screen.url"))
    return SlowCounter(folder)
