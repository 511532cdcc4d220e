"""Everything a counter works with, put together once at the start."""

from dataclasses import dataclass

from forms.clock import Clock
from kiosk.card_reader.reader import CardReader
from kiosk.catalogue_store import CatalogueStore
from kiosk.corrections import RememberedCorrections
from kiosk.outbox import Outbox
from kiosk.printer import Printer
from kiosk.screen.eye import Eye
from kiosk.screen.live_view import LiveView
from kiosk.screen.paper import Paper
from kiosk.screen.reader import ReadPage
from kiosk.server_link import MachineCredentials, ServerLink
from kiosk.uplink import Uplink
from kiosk.visits import VisitStore


@dataclass(frozen=True)
class Equipment:
    """Everything a counter works with."""

    catalogue: CatalogueStore
    clock: Clock
    machine: MachineCredentials
    link: ServerLink
    corrections: RememberedCorrections
    visits: VisitStore
    outbox: Outbox
    uplink: Uplink
    printer: Printer
    #: None on a PC without one
    card_reader: CardReader | None
    live_view: LiveView
    eye: Eye
    read_page: ReadPage
    paper: Paper
