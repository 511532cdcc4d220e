"""The kiosk as one process: puts settings, camera, outbox, line and screen together, runs and stops them."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from forms.catalogue import load_catalogue
from forms.clock import Clock, clock_for
from kiosk.agents import AgentRegister
from kiosk.camera.folder import FolderCamera
from kiosk.camera.locating import usb_camera
from kiosk.camera.protocol import Camera
from kiosk.camera.specimens import story_person
from kiosk.camera.virtual import VirtualCamera
from kiosk.card_reader.choosing import card_reader_for
from kiosk.card_reader.practice import specimen_card
from kiosk.catalogue_store import CatalogueStore
from kiosk.corrections import RememberedCorrections
from kiosk.outbox import Outbox
from kiosk.printer import FolderPrinter, printer_for
from kiosk.printer.ledger import PrintLedger
from kiosk.reading.paper import read_page
from kiosk.safe import Safe, write_durably
from kiosk.screen.application import create_app
from kiosk.screen.counter import Counter
from kiosk.screen.equipment import Equipment
from kiosk.screen.eye import Eye, ImagingEye
from kiosk.screen.guards import Gate
from kiosk.screen.live_view import LiveView
from kiosk.screen.paper import VillagePaper
from kiosk.screen.places import Place, Places
from kiosk.screen.practice_desk import PracticeDesk
from kiosk.screen.practice_room import PracticeRoom
from kiosk.screen.reader import ReadPage
from kiosk.screen.serving import ScreenServer, open_sockets
from kiosk.screen.session import Session
from kiosk.screen.surroundings import Surroundings
from kiosk.server_link import MachineCredentials, ServerLink, read_credentials, write_credentials
from kiosk.service_point import KeptServicePoint
from kiosk.settings import KioskSettings, read_settings
from kiosk.uplink import Uplink
from kiosk.visits import VisitStore

if os.name == "nt":
    import msvcrt
else:
    import fcntl

log = logging.getLogger("kiosk.agent")


class NotEnrolled(Exception):
    """This PC has no machine credentials yet and no code to get them with."""

    def __init__(self) -> None:
        super().__init__("这台电脑还没有登记。请向镇里要登记码，写进设置的 enrolment_code，或者启动时带上它。")


class KioskRunning(Exception):
    """Another kiosk is open on this PC, with the same port or the same drafts."""


class Kiosk:
    """One running kiosk; `address` opens its page, `card_reader` is None where the settings name none."""

    def __init__(
        self,
        settings: KioskSettings,
        enrolment_code: str | None = None,
        *,
        camera: Camera | None = None,
        eye: Eye | None = None,
        read_page: ReadPage = read_page,
    ) -> None:
        """`camera`, `eye` and `read_page` replace the kiosk's own, for whoever runs it inside another program."""
        with ExitStack() as opened:
            self._open(settings, enrolment_code, camera, eye or ImagingEye(), read_page, opened)
            self._closing = opened.pop_all()

    def _open(
        self,
        settings: KioskSettings,
        enrolment_code: str | None,
        camera: Camera | None,
        eye: Eye,
        read_page: ReadPage,
        opened: ExitStack,
    ) -> None:
        folder = settings.data_folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened.enter_context(_sole_use(folder))
        sockets = _sockets(settings.screen_port, opened)
        machine = _credentials(settings, enrolment_code)
        self.card_reader = card_reader_for(settings.card_reader, specimen_card(story_person()))
        if self.card_reader is not None:
            opened.callback(self.card_reader.close)
        clock = clock_for(settings.clock_file)
        self.port: int = sockets[0].getsockname()[1]
        self._gate = Gate(self.port)
        equipment, surroundings = self._equip(settings, machine, clock, camera, eye, read_page)
        opened.callback(equipment.outbox.close)
        register = AgentRegister(folder / "agents.json", _link(settings, machine), clock)
        self._session = session = Session(register, settings.idle_lock_minutes * 60)
        self.counter = Counter(equipment, session)
        work = Place(self.counter, PracticeDesk(equipment.live_view), surroundings)
        self._places = Places(work, PracticeRoom(folder / "practice", equipment, session), session)
        self.app = create_app(self._places, self._gate)
        self.sockets = sockets
        self._server = ScreenServer(self.app, sockets)
        self._workers = [
            threading.Thread(target=equipment.live_view.run, name="camera", daemon=True),
            threading.Thread(target=equipment.uplink.run, name="uplink", daemon=True),
        ]
        self._live_view, self._uplink = equipment.live_view, equipment.uplink
        self._address_file = folder / "screen.url"

    @property
    def address(self) -> str:
        """The page's address with this start's secret behind the #, where no server and no log ever sees it."""
        return f"http://127.0.0.1:{self.port}/#{self._gate.secret}"

    def _who_prints(self) -> str | None:
        """For the print ledger: the sign-in name of whoever is at the counter."""
        agent = self._session.agent
        return agent.sign_in_name if agent else None

    def start(self) -> None:
        write_durably(self._address_file, self.address.encode(), mode=0o600)
        for worker in self._workers:
            worker.start()
        self._server.start()
        log.info("kiosk started on port %s", self.port)

    def close(self) -> None:
        """Let waiting calls go, stop the screen so that nothing new begins, then line and camera; the outbox last."""
        self._places.end_practice()
        self._live_view.stop()
        self._uplink.stop()
        self._server.close()
        self.counter.close_down()
        for worker in self._workers:
            worker.join(timeout=10)
        self._address_file.unlink(missing_ok=True)
        self._closing.close()
        log.info("kiosk stopped")

    def _equip(
        self,
        settings: KioskSettings,
        machine: MachineCredentials,
        clock: Clock,
        camera: Camera | None,
        eye: Eye,
        read_page: ReadPage,
    ) -> tuple[Equipment, Surroundings]:
        folder, keep_free = settings.data_folder, settings.keep_free_bytes
        safe = Safe.open(folder / "safe.key")
        link = _link(settings, machine)
        outbox = Outbox(folder / "outbox", safe, clock, keep_free=keep_free)
        uplink = _uplink(settings, link, outbox, clock)
        ledger = PrintLedger(folder / "prints.jsonl", clock.now, self._who_prints)
        printer = printer_for(settings.printer, folder / "printed", ledger)
        if isinstance(printer, FolderPrinter):
            printer.sweep(settings.keep_printed_days)
        live_view = LiveView(camera or camera_for(settings.camera, clock, settings.camera_models), eye, read_page)
        catalogue = CatalogueStore(folder / "catalogue", load_catalogue())
        service_point = KeptServicePoint(folder / "service_point.json")
        uplink.when_answered(_keeping_up(catalogue, service_point, link.again()))
        equipment = Equipment(
            catalogue=catalogue,
            clock=clock,
            machine=machine,
            link=link,
            corrections=RememberedCorrections(folder / "corrections.sealed", safe),
            visits=VisitStore(folder / "visits", safe, keep_free=keep_free),
            outbox=outbox,
            uplink=uplink,
            printer=printer,
            card_reader=self.card_reader,
            live_view=live_view,
            eye=eye,
            read_page=read_page,
            paper=VillagePaper(catalogue, service_point, machine.village_name, machine.public_url),
        )
        surroundings = Surroundings(
            live_view=live_view,
            printer=printer,
            uplink=uplink,
            outbox=outbox,
            clock=clock,
            machine=machine,
            catalogue=catalogue,
            data_folder=folder,
            keep_free=keep_free,
            practice=settings.practice,
        )
        return equipment, surroundings


def run_kiosk(
    settings_file: Path,
    enrolment_code: str | None = None,
    stop: threading.Event | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Run until `stop` is set or the process is interrupted; says one line with the page's address."""
    settings = read_settings(settings_file)
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _log_into(settings.data_folder / "kiosk.log")
    stop = stop or threading.Event()
    kiosk = Kiosk(settings, enrolment_code)
    try:
        kiosk.start()
        say(f"村级窗口已打开：{kiosk.address}")
        while not stop.wait(timeout=0.5):
            pass
    except KeyboardInterrupt:
        pass
    finally:
        kiosk.close()


def camera_for(choice: str, clock: Clock, models: Path | None = None) -> Camera:
    """The camera the settings name; `models` is a city's own table. One that is not plugged in now is waited for."""
    if choice == "virtual":
        return VirtualCamera(clock=clock.now)
    kind, _, place = choice.partition(":")
    if kind == "folder":
        return FolderCamera(Path(place), clock=clock.now)
    return usb_camera(place, models, clock.now)


def _sockets(port: int, opened: ExitStack) -> list[socket.socket]:
    try:
        sockets = open_sockets(port)
    except OSError:
        raise KioskRunning(f"端口 {port} 已被占用，村级窗口可能已经开着。") from None
    for one in sockets:
        opened.callback(one.close)
    return sockets


@contextmanager
def _sole_use(folder: Path) -> Iterator[None]:
    """Hold the data folder: two kiosks on one outbox would send every packet twice. The system lets go at any end."""
    with (folder / "kiosk.lock").open("ab") as file:
        try:
            if os.name == "nt":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KioskRunning(f"村级窗口已经开着（{folder}）。请用已经打开的那一个。") from None
        yield


def _uplink(settings: KioskSettings, link: ServerLink, outbox: Outbox, clock: Clock) -> Uplink:
    chunk_size = settings.chunk_kib * 1024
    return Uplink(link.again(), outbox, chunk_size=chunk_size, status_every=settings.status_every_seconds, clock=clock)


def _keeping_up(
    catalogue: CatalogueStore, service_point: KeptServicePoint, link: ServerLink
) -> Callable[[dict[str, Any]], None]:
    """After each answer of the server: keep what it says of this village, and fetch the catalogue when it names another."""

    def keep_up(status: dict[str, Any]) -> None:
        service_point.keep(status.get("service_point"))
        catalogue.refresh(status.get("catalogue_digest"), link.catalogue)

    return keep_up


def _credentials(settings: KioskSettings, enrolment_code: str | None) -> MachineCredentials:
    """What enrolment left; else enrol now and write it down (0600) before anything else happens."""
    file = settings.data_folder / "machine.json"
    known = read_credentials(file)
    if known:
        return known
    code = enrolment_code or settings.enrolment_code
    if not code:
        raise NotEnrolled
    machine = _link(settings, None).enrol(code, settings.machine_name)
    write_credentials(file, machine)
    log.info("machine enrolled as %s", machine.machine_id)
    return machine


def _link(settings: KioskSettings, machine: MachineCredentials | None) -> ServerLink:
    return ServerLink(settings.server_url, machine, settings.certificate_authority)


def _log_into(file: Path) -> None:
    """What happened, never to whom: no names, no numbers, no answers go into the log."""
    handler = RotatingFileHandler(file, maxBytes=2 * 1024 * 1024, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    kiosk_log = logging.getLogger("kiosk")
    kiosk_log.setLevel(logging.INFO)
    kiosk_log.handlers = [handler]
    kiosk_log.propagate = False
    file.chmod(0o600)
