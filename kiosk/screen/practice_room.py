"""练习: a counter of its own for learning, in which nothing real can be touched.

Drafts, outbox and prints lie in a folder that is emptied at every beginning; packets are sealed to a key nobody has and
"arrive" in their own outbox; the camera is the practice desk. No part of it holds the real link, printer or drafts.
"""

import shutil
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from forms.item import ServiceItem
from forms.render.watermark import watermark_copy
from kiosk.camera.specimens import story_person
from kiosk.camera.virtual import VirtualCamera
from kiosk.card_reader.practice import PracticeReader, specimen_card
from kiosk.corrections import RememberedCorrections
from kiosk.outbox import Outbox
from kiosk.printer import FolderPrinter, Printed
from kiosk.safe import Safe
from kiosk.screen.counter import Counter
from kiosk.screen.equipment import Equipment
from kiosk.screen.live_view import LiveView
from kiosk.screen.paper import VillagePaper
from kiosk.screen.places import Place
from kiosk.screen.practice_desk import PracticeDesk
from kiosk.screen.session import Session
from kiosk.screen.surroundings import Surroundings
from kiosk.server_link import MachineCredentials, ServerRefused
from kiosk.service_point import KeptServicePoint
from kiosk.visits import VisitStore

MARK = "练习用  不是真的"
#: what is begun at once, when it is offered: the errand every part of the counter has a part in
FIRST_ERRAND = "MZ-008"


class NoLink:
    """A line to nowhere: nobody asks for corrections in practice, and nobody rates."""

    def list_corrections(self) -> list[dict[str, Any]]:
        return []

    def find_rating(self, lookup_code: str) -> dict[str, Any]:
        raise ServerRefused("现在是练习，不收评价。请先点“结束练习”，再请群众评。")

    def send_rating(self, rating: dict[str, Any]) -> dict[str, Any]:
        return self.find_rating(str(rating.get("lookup_code")))


class PretendUplink:
    """What is packed in practice has arrived at once, as far as the practice outbox knows; nothing leaves this PC."""

    online = True
    status: dict[str, Any] | None = None
    asked_at: datetime | None = None

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._when_delivered: Callable[[], None] = lambda: None

    def when_delivered(self, told: Callable[[], None]) -> None:
        self._when_delivered = told

    def wake(self) -> None:
        while entry := self._outbox.take_next():
            self._outbox.mark_delivered(
                entry.packet_id, {"case_number": "练习，没有编号", "status_label": "练习，没有真的上传"}
            )
        self._when_delivered()


class MarkedPrinter:
    """Prints into the practice folder, with the mark across every page."""

    def __init__(self, folder: Path) -> None:
        self._printer = FolderPrinter(folder)

    def print_pdf(self, name: str, pdf: bytes) -> Printed:
        """Raises PrinterTrouble."""
        printed = self._printer.print_pdf(f"practice-{name}", watermark_copy(pdf, MARK))
        return Printed(printed.path, "练习：没有真的打印，存成了文件")

    def trouble(self) -> str | None:
        return None

    def progress(self) -> None:
        """A file is written at once."""


class PracticeRoom:
    """Made from the counter's own catalogue, clock and agent; everything that could do harm is its own."""

    def __init__(self, folder: Path, work: Equipment, session: Session) -> None:
        self._folder, self._work, self._session = folder, work, session
        self._live_view: LiveView | None = None
        self._outbox: Outbox | None = None
        self._counter: Counter | None = None
        self._camera: threading.Thread | None = None

    def open(self) -> Place:
        """An empty room with the first errand begun."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, mode=0o700)
        equipment, surroundings = self._equip()
        counter = self._counter = Counter(equipment, self._session)
        self._begin_errand(counter)
        self._camera = threading.Thread(target=equipment.live_view.run, name="practice camera", daemon=True)
        self._camera.start()
        return Place(counter, PracticeDesk(equipment.live_view), surroundings)

    def close(self) -> None:
        """Stop the practice camera and remove what was practised."""
        if self._live_view and self._camera and self._outbox and self._counter:
            self._counter.close_down()
            self._live_view.stop()
            self._camera.join(timeout=5)
            self._outbox.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _equip(self) -> tuple[Equipment, Surroundings]:
        work, folder = self._work, self._folder
        safe = Safe.open(folder / "safe.key")
        self._outbox = Outbox(folder / "outbox", safe, work.clock, keep_free=0)
        uplink: Any = PretendUplink(self._outbox)
        link: Any = NoLink()
        self._live_view = LiveView(VirtualCamera(clock=work.clock.now), work.eye, work.read_page)
        machine = _nobodys_machine(work.machine)
        printer = MarkedPrinter(folder / "printed")
        service_point = KeptServicePoint(folder / "service_point.json")
        equipment = Equipment(
            catalogue=work.catalogue,
            clock=work.clock,
            machine=machine,
            link=link,
            corrections=RememberedCorrections(folder / "corrections.sealed", safe),
            visits=VisitStore(folder / "visits", safe, keep_free=0),
            outbox=self._outbox,
            uplink=uplink,
            printer=printer,
            card_reader=PracticeReader(specimen_card(story_person())) if work.card_reader else None,
            live_view=self._live_view,
            eye=work.eye,
            read_page=work.read_page,
            paper=VillagePaper(work.catalogue, service_point, machine.village_name, machine.public_url),
        )
        surroundings = Surroundings(
            live_view=self._live_view,
            printer=printer,
            uplink=uplink,
            outbox=self._outbox,
            clock=work.clock,
            machine=machine,
            catalogue=work.catalogue,
            data_folder=folder,
            keep_free=0,
            practice=True,
        )
        return equipment, surroundings

    def _begin_errand(self, counter: Counter) -> None:
        """The pretend villager's errand, with what she would say already on the form."""
        if FIRST_ERRAND not in self._work.catalogue.current.offered_items:
            return
        counter.begin(FIRST_ERRAND)
        counter.give_answers(_said(counter.item()))


def _said(item: ServiceItem) -> dict[str, Any]:
    person = story_person()
    said = {"phone": person.phone, "by_agent": False, "emergency_contact": f"{person.name[:1]}某 {person.phone}"}
    return {field_id: value for field_id, value in said.items() if field_id in item.fields_by_id}


def _nobodys_machine(machine: MachineCredentials) -> MachineCredentials:
    """This village's name, but no secret of its machine and a key whose other half was thrown away."""
    key = X25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    return machine.model_copy(update={"machine_id": "practice", "machine_secret": "", "server_public_key": key})
