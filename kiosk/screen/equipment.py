"""Everything a counter works with, put together once at the start."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from forms.clock import Clock
from kiosk.agents import AgentRegister
from kiosk.catalogue_store import CatalogueStore
from kiosk.corrections import RememberedCorrections
from kiosk.outbox import Outbox
from kiosk.printer import Printer
from kiosk.screen.live_view import LiveView
from kiosk.screen.paper import Paper
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
    register: AgentRegister
    corrections: RememberedCorrections
    visits: VisitStore
    outbox: Outbox
    uplink: Uplink
    printer: Printer
    live_view: LiveView
    paper: Paper
    idle_lock_seconds: float = 900.0
    monotonic: Callable[[], float] = time.monotonic
