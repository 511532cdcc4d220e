"""A laser printer on a USB cable (printer class, two ways): keeps what it is sent, and can be without paper."""

import struct

from tests.virtual_pc.devices.usb_device import BULK, Endpoint, Interface, Setup, Stall, UsbDevice, configuration_of

PRINTER_CLASS, PRINTERS, TWO_WAY = 7, 1, 2
TO_PRINTER, FROM_PRINTER, PACKET = 0x01, 0x81, 512
GET_DEVICE_ID, GET_PORT_STATUS, SOFT_RESET = 0, 1, 2
NO_ERROR, SELECTED, PAPER_EMPTY = 0x08, 0x10, 0x20


class UsbPrinter(UsbDevice):
    """What IEEE 1284 calls its device id says which language it reads; `received` is all it was sent."""

    def __init__(self, *, maker: str = "Village", model: str = "Laser", serial: str = "VP0001", language: str = "PDF"):
        super().__init__(0x1B17, 0x0307, maker, model, serial)
        self._device_id = f"MFG:{maker};CMD:{language};MDL:{model};CLS:PRINTER;SN:{serial};".encode()
        self._received = bytearray()
        self.has_paper = True

    @property
    def received(self) -> bytes:
        return bytes(self._received)

    def forget(self) -> None:
        """Take the printed sheets out of the tray."""
        self._received.clear()

    def configuration_descriptor(self) -> bytes:
        interface = bytes([9, 4, 0, 0, 2, PRINTER_CLASS, PRINTERS, TWO_WAY, 0])
        endpoints = b"".join(struct.pack("<BBBBHB", 7, 5, one, BULK, PACKET, 0) for one in (TO_PRINTER, FROM_PRINTER))
        return configuration_of(interface + endpoints, interfaces=1, max_power_ma=2, self_powered=True)

    def interfaces(self) -> list[Interface]:
        return [Interface(0, PRINTER_CLASS, PRINTERS, TWO_WAY)]

    def endpoints(self) -> list[Endpoint]:
        return [Endpoint(one, BULK, 0, 0, PACKET) for one in (TO_PRINTER, FROM_PRINTER)]

    def class_request(self, setup: Setup, data: bytes) -> bytes:
        if setup.request == GET_DEVICE_ID:
            return struct.pack(">H", 2 + len(self._device_id)) + self._device_id
        if setup.request == GET_PORT_STATUS:
            return bytes([SELECTED | NO_ERROR] if self.has_paper else [SELECTED | PAPER_EMPTY])
        if setup.request == SOFT_RESET:
            return b""
        raise Stall

    def take(self, endpoint: int, data: bytes) -> bool:
        """Without paper the printer's small memory is full at once, and the computer has to wait."""
        if not self.has_paper:
            return False
        self._received += data
        return True

    def seconds_until_due(self) -> float:
        return 0.2
