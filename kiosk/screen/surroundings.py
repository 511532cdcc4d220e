"""Everything the status bar says, gathered from camera, printer, line, disk and clock."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from forms.clock import Clock
from kiosk import health
from kiosk.camera.protocol import NothingToRead
from kiosk.catalogue_store import CatalogueStore
from kiosk.health import Sign
from kiosk.outbox import Outbox
from kiosk.printer import FolderPrinter, Printer
from kiosk.safe import free_bytes_of
from kiosk.screen.live_view import LiveView
from kiosk.server_link import MachineCredentials
from kiosk.uplink import Uplink


@dataclass(frozen=True)
class Surroundings:
    """The things around the counter whose state is always in sight."""

    live_view: LiveView
    printer: Printer
    uplink: Uplink
    outbox: Outbox
    clock: Clock
    machine: MachineCredentials
    catalogue: CatalogueStore
    data_folder: Path
    keep_free: int
    practice: bool
    free_bytes: Callable[[Path], int] = free_bytes_of

    def signs(self) -> list[Sign]:
        """The status bar, the four that are always there first."""
        entries = self.outbox.list_all()
        unsent = sum(entry.state in ("waiting", "sending") for entry in entries)
        refused = sum(entry.state == "refused" for entry in entries)
        trouble = self.live_view.trouble
        camera = None if trouble is None or isinstance(trouble, NothingToRead) else trouble.sentence
        signs = [
            health.camera_sign(camera, self.live_view.kind == "virtual"),
            health.printer_sign(self.printer.trouble(), isinstance(self.printer, FolderPrinter)),
            health.line_sign(self.uplink.online, unsent, refused),
            health.disk_sign(self.free_bytes(self.data_folder), self.keep_free, unsent),
            health.clock_sign(self.uplink.status, self.uplink.asked_at),
            *health.server_signs(self.uplink.status, self.machine.server_public_key, self.catalogue.digest),
        ]
        return [sign for sign in signs if sign]
