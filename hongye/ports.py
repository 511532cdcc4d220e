"""Where a practice installation's parts listen on this machine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ports:
    server: int = 8000
    simulator: int = 8100
    kiosk: int = 8200
