"""The card reader the settings name."""

from __future__ import annotations

from kiosk.card_reader.card import ChipCard
from kiosk.card_reader.practice import PracticeReader
from kiosk.card_reader.reader import CardReader, SdtReader
from kiosk.card_reader.serial_port import SerialPort
from kiosk.card_reader.usb_port import UsbPort


def card_reader_for(choice: str, practice_card: ChipCard | None = None) -> CardReader | None:
    """None for 'none'; 'simulated' has `practice_card` lying on it. The line is opened when a card is first read."""
    if choice == "none":
        return None
    if choice == "simulated":
        return PracticeReader(practice_card)
    if choice == "usb":
        return SdtReader(UsbPort)
    device = choice.removeprefix("serial:")
    return SdtReader(lambda: SerialPort(device))
