"""What every USB device answers, whatever carries it to a computer: descriptors, strings, configuration (USB 2.0, chapter 9)."""

import struct
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

BULK, ISOCHRONOUS = 2, 1
_STANDARD, _CLASS = 0x00, 0x20
_TYPE_BITS, _FROM_DEVICE = 0x60, 0x80
_DEVICE, _CONFIGURATION, _STRING, _QUALIFIER = 1, 2, 3, 6
_USB_2 = 0x0200
_ENGLISH = 0x0409


class Request(IntEnum):
    """The standard requests a computer makes of a device like ours."""

    GET_STATUS = 0
    CLEAR_FEATURE = 1
    SET_FEATURE = 3
    GET_DESCRIPTOR = 6
    GET_CONFIGURATION = 8
    SET_CONFIGURATION = 9
    GET_INTERFACE = 10
    SET_INTERFACE = 11


class Stall(Exception):
    """The device refuses a request, as the standard has it say no."""


@dataclass(frozen=True)
class Setup:
    """The eight bytes that begin a control transfer."""

    request_type: int
    request: int
    value: int
    index: int
    length: int

    @property
    def from_device(self) -> bool:
        return bool(self.request_type & _FROM_DEVICE)


class Interface(NamedTuple):
    """Number and class of an interface."""

    number: int
    device_class: int
    subclass: int
    protocol: int


class Endpoint(NamedTuple):
    """An endpoint in use now; `address` has bit 7 set when it speaks to the computer, sizes are in bytes."""

    address: int
    kind: int
    interval: int
    interface: int
    packet_size: int


class UsbDevice(ABC):
    """A high-speed device with one configuration. What it is comes from the class below; nothing here knows a transport."""

    #: class, subclass and protocol of the device descriptor; zeros leave that to the interfaces
    device_class: tuple[int, int, int] = (0, 0, 0)

    def __init__(self, vendor_id: int, product_id: int, maker: str, product: str, serial: str):
        self.vendor_id, self.product_id = vendor_id, product_id
        self._strings = {1: maker, 2: product, 3: serial}
        self._configuration = 0
        self._alternate: dict[int, int] = {}

    # --- what a kind of device says for itself

    @abstractmethod
    def configuration_descriptor(self) -> bytes: ...

    @abstractmethod
    def interfaces(self) -> list[Interface]: ...

    @abstractmethod
    def endpoints(self) -> list[Endpoint]:
        """Those of the alternate settings in use."""

    def class_request(self, setup: Setup, data: bytes) -> bytes:
        """The answer to a request of the device's own class. Raises Stall."""
        raise Stall

    def give(self, endpoint: int, limit: int) -> bytes | None:
        """What the device sends next on an endpoint to the computer; None while it has nothing (a NAK)."""
        return None

    def take(self, endpoint: int, data: bytes) -> bool:
        """Take what the computer sends; False while it cannot (a NAK), and the same data is offered again."""
        raise Stall

    def seconds_until_due(self) -> float:
        """How long it makes sense to wait before asking `give` again."""
        return 0.5

    def restart(self) -> None:  # noqa: B027 - whoever has nothing half sent has nothing to forget
        """Forget what was half sent: the bus was reset, an endpoint cleared, or an interface set anew."""

    # --- what is the same for all

    @property
    def device_descriptor(self) -> bytes:
        numbers = struct.pack("<HHH", self.vendor_id, self.product_id, 0x0100)
        return (
            struct.pack("<BBH", 18, _DEVICE, _USB_2) + bytes([*self.device_class, 64]) + numbers + bytes([1, 2, 3, 1])
        )

    def alternate(self, interface: int) -> int:
        """The alternate setting in use."""
        return self._alternate.get(interface, 0)

    def set_alternate(self, interface: int, setting: int) -> None:
        self._alternate[interface] = setting
        self.restart()

    @property
    def configuration(self) -> int:
        return self._configuration

    def set_configuration(self, number: int) -> None:
        self._configuration = number
        self._alternate.clear()
        self.restart()

    def control(self, setup: Setup, data: bytes = b"") -> bytes:
        """Answer a control transfer: bytes for one from the device, none for one to it. Raises Stall."""
        kind = setup.request_type & _TYPE_BITS
        if kind == _CLASS:
            return self.class_request(setup, data)[: setup.length]
        if kind != _STANDARD:
            raise Stall
        return self._standard_request(setup)[: setup.length]

    def _standard_request(self, setup: Setup) -> bytes:
        match setup.request:
            case Request.GET_DESCRIPTOR:
                return self._descriptor(setup.value >> 8, setup.value & 0xFF)
            case Request.GET_STATUS:
                return bytes(2)
            case Request.GET_CONFIGURATION:
                return bytes([self._configuration])
            case Request.GET_INTERFACE:
                return bytes([self.alternate(setup.index)])
            case Request.SET_CONFIGURATION:
                self.set_configuration(setup.value)
            case Request.SET_INTERFACE:
                self.set_alternate(setup.index, setup.value)
            case Request.CLEAR_FEATURE:
                self.restart()
            case Request.SET_FEATURE:
                pass
            case _:
                raise Stall
        return b""

    def _descriptor(self, kind: int, number: int) -> bytes:
        if kind == _DEVICE:
            return self.device_descriptor
        if kind == _CONFIGURATION:
            return self.configuration_descriptor()
        if kind == _QUALIFIER:
            return struct.pack("<BBH", 10, _QUALIFIER, _USB_2) + bytes([*self.device_class, 64, 1, 0])
        if kind == _STRING and number == 0:
            return struct.pack("<BBH", 4, _STRING, _ENGLISH)
        if kind == _STRING and number in self._strings:
            words = self._strings[number].encode("utf-16-le")
            return bytes([2 + len(words), _STRING]) + words
        raise Stall


def configuration_of(body: bytes, interfaces: int, max_power_ma: int, self_powered: bool) -> bytes:
    """A configuration descriptor over the interface descriptors in `body`."""
    attributes = 0xC0 if self_powered else 0x80
    return (
        struct.pack("<BBHBBBBB", 9, _CONFIGURATION, 9 + len(body), interfaces, 1, 0, attributes, max_power_ma // 2)
        + body
    )
