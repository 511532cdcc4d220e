"""A document camera as its USB cable shows it: negotiation, controls, and MJPEG frames of whatever lies on the desk."""

import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.virtual_pc.devices.usb_device import BULK, ISOCHRONOUS, Endpoint, Interface, Setup, Stall, UsbDevice
from tests.virtual_pc.devices.video_descriptors import (
    BULK_PACKET,
    CAMERA,
    CONTROL_INTERFACE,
    CONTROL_SUBCLASS,
    ISO_PACKET,
    ISO_PACKETS_EACH_MILLISECOND,
    PROCESSING,
    STREAM_ENDPOINT,
    STREAMING_INTERFACE,
    STREAMING_SUBCLASS,
    VIDEO_CLASS,
    Mode,
    video_configuration,
)
from tests.virtual_pc.devices.video_payloads import failed_payload, payloads_of

SET_CURRENT, CURRENT, MINIMUM, MAXIMUM, STEP, LENGTH, ABILITIES, DEFAULT = 1, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87
PROBE, COMMIT, LAST_ERROR = 1, 2, 2
INVALID_CONTROL = 6
GET_AND_SET = 3
#: one bulk transfer of the Linux driver: 32 packets of 512 bytes
BULK_PAYLOAD = 32 * BULK_PACKET
ISO_PAYLOAD = ISO_PACKET * ISO_PACKETS_EACH_MILLISECOND
A4_MODES = (Mode(1280, 720, 15), Mode(2592, 1944, 5))

Desk = Callable[[int, int], bytes]


@dataclass
class Control:
    """A knob of the camera; `size` is its number of bytes on the wire."""

    size: int
    minimum: int
    maximum: int
    step: int
    default: int

    def __post_init__(self) -> None:
        self.value = self.default


@dataclass
class Faults:
    """What is wrong with the camera just now; a test turns them on and off while it runs."""

    #: the device is there and sends nothing any more
    frozen: bool = False
    #: every frame ends after its first third
    truncated: bool = False
    #: every frame is only an error mark
    failing: bool = False
    #: it refuses to say what it could stream; the Linux driver then gives it no video node
    silent_about_modes: bool = False


class DocumentCamera(UsbDevice):
    """`desk(width, height)` returns the JPEG the lens sees now. Numbers and names are invented, not a real maker's."""

    device_class = (0xEF, 2, 1)

    def __init__(
        self,
        desk: Desk,
        *,
        vendor_id: int = 0x1B17,
        product_id: int = 0x0211,
        product: str = "DocCam S500",
        serial: str = "VT0042",
        modes: tuple[Mode, ...] = A4_MODES,
        isochronous: bool = False,
    ):
        super().__init__(vendor_id, product_id, "Village Test", product, serial)
        self.faults = Faults()
        #: the modes committed to, in order: what a computer really asked for
        self.agreed: list[Mode] = []
        self.frames_sent = 0
        self._desk, self._modes, self.is_isochronous = desk, modes, isochronous
        self._mode_number, self._streaming, self._last_error = 1, False, 0
        self.controls = _controls()
        self.restart()

    @property
    def serial(self) -> str:
        return self._strings[3]

    @property
    def identity(self) -> str:
        """How the kiosk's settings name this camera."""
        return f"uvc:{self.vendor_id:04x}:{self.product_id:04x}:{self.serial}"

    @property
    def mode(self) -> Mode:
        """The mode agreed on last."""
        return self._modes[self._mode_number - 1]

    # --- what it is

    def configuration_descriptor(self) -> bytes:
        return video_configuration(self._modes, self.is_isochronous)

    def interfaces(self) -> list[Interface]:
        return [
            Interface(CONTROL_INTERFACE, VIDEO_CLASS, CONTROL_SUBCLASS, 0),
            Interface(STREAMING_INTERFACE, VIDEO_CLASS, STREAMING_SUBCLASS, 0),
        ]

    def endpoints(self) -> list[Endpoint]:
        if not self.is_isochronous:
            return [Endpoint(STREAM_ENDPOINT, BULK, 0, STREAMING_INTERFACE, BULK_PACKET)]
        if not self.alternate(STREAMING_INTERFACE):
            return []
        return [Endpoint(STREAM_ENDPOINT, ISOCHRONOUS, 8, STREAMING_INTERFACE, ISO_PAYLOAD)]

    # --- what it is asked

    def class_request(self, setup: Setup, data: bytes) -> bytes:
        interface, unit, selector = setup.index & 0xFF, setup.index >> 8, setup.value >> 8
        if interface == STREAMING_INTERFACE and selector in (PROBE, COMMIT):
            return self._negotiate(setup.request, selector, data)
        if (interface, unit, selector) == (CONTROL_INTERFACE, 0, LAST_ERROR):
            return bytes([self._last_error])
        control = self.controls.get((unit, selector))
        if control is None or interface != CONTROL_INTERFACE:
            self._last_error = INVALID_CONTROL
            raise Stall
        return _turn(control, setup.request, data)

    def _negotiate(self, request: int, selector: int, data: bytes) -> bytes:
        """Agree on a mode: the computer proposes, reads back what the camera makes of it, and commits."""
        if self.faults.silent_about_modes:
            raise Stall
        if request == SET_CURRENT:
            self._mode_number = min(max(data[3], 1), len(self._modes))
            if selector == COMMIT:
                self._streaming = True
                self.agreed.append(self.mode)
                self.restart()
            return b""
        if request == LENGTH:
            return struct.pack("<H", len(self._agreement()))
        if request == ABILITIES:
            return bytes([GET_AND_SET])
        return self._agreement()

    def _agreement(self) -> bytes:
        payload = ISO_PAYLOAD if self.is_isochronous else BULK_PAYLOAD
        chosen = struct.pack("<HBBI", 1, 1, self._mode_number, self.mode.interval)
        return chosen + struct.pack("<HHHHH", 0, 0, 0, 0, 50) + struct.pack("<II", self.mode.largest_frame, payload)

    # --- what it sends

    def restart(self) -> None:
        self._rest: Iterator[bytes] | None = None
        self._turn = 0
        self._next_frame_at = time.monotonic()

    def give(self, endpoint: int, limit: int) -> bytes | None:
        """The next payload; None while no frame is due, or for ever when frozen."""
        if not self._streaming or self.faults.frozen:
            return None
        if self._rest is None:
            if time.monotonic() < self._next_frame_at:
                return None
            self._rest = self._payloads(min(limit, ISO_PAYLOAD if self.is_isochronous else BULK_PAYLOAD))
        payload = next(self._rest, None)
        if payload is not None:
            return payload
        self._frame_done()
        return None

    def seconds_until_due(self) -> float:
        if not self._streaming or self.faults.frozen:
            return 0.5
        return 0.0 if self._rest is not None else max(0.0, self._next_frame_at - time.monotonic())

    def _payloads(self, limit: int) -> Iterator[bytes]:
        if self.faults.failing:
            return iter([failed_payload(self._turn)])
        frame = self._desk(self.mode.width, self.mode.height)
        if self.faults.truncated:
            frame = frame[: len(frame) // 3]
        return payloads_of(frame, self._turn, limit)

    def _frame_done(self) -> None:
        self._rest = None
        self._turn ^= 1
        self.frames_sent += 1
        self._next_frame_at = max(self._next_frame_at + 1 / self.mode.per_second, time.monotonic())


def _controls() -> dict[tuple[int, int], Control]:
    """By unit and selector, as the standard numbers them."""
    return {
        (CAMERA, 0x02): Control(1, 1, 8, 1 | 8, 8),  # exposure: 1 by hand, 8 by itself; the step says which there are
        (CAMERA, 0x04): Control(4, 1, 5000, 1, 156),  # exposure time in 100 µs
        (CAMERA, 0x06): Control(2, 0, 255, 1, 60),  # focus
        (CAMERA, 0x08): Control(1, 0, 1, 1, 1),  # focus by itself
        (PROCESSING, 0x02): Control(2, 0, 255, 1, 128),  # brightness
        (PROCESSING, 0x03): Control(2, 0, 95, 1, 32),  # contrast
    }


def _turn(control: Control, request: int, data: bytes) -> bytes:
    """Read or set one control. Raises Stall for a request no control knows."""
    if request == SET_CURRENT:
        control.value = int.from_bytes(data[: control.size], "little")
        return b""
    if request == LENGTH:
        return struct.pack("<H", control.size)
    if request == ABILITIES:
        return bytes([GET_AND_SET])
    answers = {
        CURRENT: control.value,
        MINIMUM: control.minimum,
        MAXIMUM: control.maximum,
        STEP: control.step,
        DEFAULT: control.default,
    }
    if request not in answers:
        raise Stall
    return answers[request].to_bytes(control.size, "little")
