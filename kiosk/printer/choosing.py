"""The printer the settings name."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.printer.cups import CupsPrinter
from kiosk.printer.folder import FolderPrinter
from kiosk.printer.ledger import PrintLedger
from kiosk.printer.protocol import Printer
from kiosk.printer.windows import WindowsPrinter


def printer_for(choice: str, folder: Path, ledger: PrintLedger | None = None) -> Printer:
    """'pdf' writes into `folder`; anything else is a printer of this PC's system: a CUPS queue, or on Windows a printer."""
    if choice == "pdf":
        return FolderPrinter(folder, ledger)
    if os.name == "nt":
        return WindowsPrinter(choice, folder, ledger)
    printer = CupsPrinter(choice, ledger)
    printer.cancel_leftovers()
    return printer
