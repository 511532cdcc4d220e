"""Puts a PDF on paper and stays with it until it is out: into a folder, through CUPS, or through the Windows spooler."""

from kiosk.printer.choosing import printer_for
from kiosk.printer.cups import CupsPrinter
from kiosk.printer.folder import FolderPrinter
from kiosk.printer.protocol import Printed, Printer, PrinterTrouble

__all__ = ["CupsPrinter", "FolderPrinter", "Printed", "Printer", "PrinterTrouble", "printer_for"]
