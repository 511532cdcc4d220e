"""A reader that is played: it speaks the protocol byte for byte, for practice and for tests, with every fault a setting."""

from __future__ import annotations

import time
from dataclasses import dataclass

from kiosk.card_reader import protocol
from kiosk.card_reader.card import ChipCard, write_card
from kiosk.card_reader.protocol import FrameFault
from kiosk.card_reader.reader import PortGone, SdtReader


@dataclass
class SimulatedDevice:
    """The reader's side of the wire. `card` is what lies on it; a card that was read is found again after it was lifted."""

    card: ChipCard | None = None
    #: a status byte to answer instead, by command
    refusals: dict[bytes, int] | None = None
    #: so many answers come with a wrong check byte, end in the middle, or begin with noise
    wrong_checks: int = 0
    half_frames: int = 0
    noise: bytes = b""
    #: seconds before each answer
    slow: float = 0.0
    unplugged: bool = False

    _selected: bool = False
    _read: bool = False

    def lay_down(self, card: ChipCard | None) -> None:
        """Put another card on the reader; None lifts it."""
        self.card, self._selected, self._read = card, False, False

    def answer(self, frame: bytes) -> bytes:
        """The bytes sent for a command, faults and all. Raises PortGone while unplugged."""
        if self.unplugged:
            raise PortGone
        time.sleep(self.slow)
        try:
            command, _ = protocol.decode_command(frame)
        except FrameFault:
            return protocol.encode_reply(protocol.BAD_CHECKSUM)
        return self.noise + self._bent(protocol.encode_reply(*self._obey(command)))

    def _obey(self, command: bytes) -> tuple[int, bytes]:
        if self.refusals and command in self.refusals:
            return self.refusals[command], b""
        if command == protocol.STATUS:
            return protocol.DONE, b""
        if command == protocol.FIND:
            found = self.card is not None and not self._read
            return (protocol.FOUND, bytes(4)) if found else (protocol.NO_CARD, b"")
        if command == protocol.SELECT:
            self._selected = self.card is not None and not self._read
            return (protocol.DONE, bytes(8)) if self._selected else (protocol.NOT_SELECTED, b"")
        if command == protocol.READ and self.card is not None and self._selected:
            self._read, self._selected = True, False
            return protocol.DONE, write_card(self.card)
        return (protocol.READ_FAILED if command == protocol.READ else protocol.BAD_COMMAND), b""

    def _bent(self, frame: bytes) -> bytes:
        if self.wrong_checks > 0:
            self.wrong_checks -= 1
            return frame[:-1] + bytes([frame[-1] ^ 0xFF])
        if self.half_frames > 0:
            self.half_frames -= 1
            return frame[: len(frame) // 2]
        return frame


class SimulatedPort:
    """A Port that ends in a SimulatedDevice, in memory."""

    def __init__(self, device: SimulatedDevice) -> None:
        """Raises PortGone while the device is unplugged."""
        if device.unplugged:
            raise PortGone
        self._device, self._coming = device, b""

    def write(self, content: bytes) -> None:
        self._coming = self._device.answer(content)

    def read(self, count: int, seconds: float) -> bytes:
        if self._device.unplugged:
            raise PortGone
        given, self._coming = self._coming[:count], self._coming[count:]
        return given

    def close(self) -> None:
        self._coming = b""


def simulated_reader(device: SimulatedDevice, find_seconds: float = 1.0) -> SdtReader:
    """A whole CardReader before a played device."""
    return SdtReader(lambda: SimulatedPort(device), find_seconds)
