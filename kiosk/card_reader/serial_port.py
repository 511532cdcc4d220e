"""A reader on a serial port, or on USB with a serial chip: 115200 baud, eight bits, no parity, one stop bit."""

from __future__ import annotations

from contextlib import suppress

import serial

from kiosk.card_reader.reader import PortGone

BAUD = 115_200


class SerialPort:
    """A Port by pyserial; `device` is "/dev/ttyUSB0" or "COM3"."""

    def __init__(self, device: str) -> None:
        """Raises PortGone."""
        try:
            self._line = serial.Serial(device, BAUD, timeout=1, write_timeout=2)
            # what an answer that came too late left behind
            self._line.reset_input_buffer()
        except (serial.SerialException, OSError, ValueError):
            raise PortGone(device) from None

    def write(self, content: bytes) -> None:
        try:
            self._line.write(content)
        except (serial.SerialException, OSError):
            raise PortGone from None

    def read(self, count: int, seconds: float) -> bytes:
        try:
            self._line.timeout = seconds
            return bytes(self._line.read(count))
        except (serial.SerialException, OSError, TypeError):  # pyserial meets a line closed under it with TypeError
            raise PortGone from None

    def close(self) -> None:
        with suppress(serial.SerialException, OSError):
            self._line.close()
