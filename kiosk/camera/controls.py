"""The knobs of a camera that help an agent: sharpen anew, brighter, darker; only those the device really has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import cv2

ControlName = Literal[
    "auto_focus", "focus", "auto_exposure", "exposure", "brightness", "gain", "backlight",
    "auto_white_balance", "white_balance",
]  # fmt: skip
PROPERTIES: dict[ControlName, int] = {
    "auto_focus": cv2.CAP_PROP_AUTOFOCUS,
    "focus": cv2.CAP_PROP_FOCUS,
    "auto_exposure": cv2.CAP_PROP_AUTO_EXPOSURE,
    "exposure": cv2.CAP_PROP_EXPOSURE,
    "brightness": cv2.CAP_PROP_BRIGHTNESS,
    "gain": cv2.CAP_PROP_GAIN,
    "backlight": cv2.CAP_PROP_BACKLIGHT,
    "auto_white_balance": cv2.CAP_PROP_AUTO_WB,
    "white_balance": cv2.CAP_PROP_WB_TEMPERATURE,
}
#: brightness works while the exposure is automatic, gain mostly does not; cameras count either to 64, 100 or 255
LIGHT_KNOBS: tuple[ControlName, ...] = ("brightness", "gain")
LIGHT_STEP = 12.0


@dataclass(frozen=True)
class Control:
    """One knob and where it stands, in the device's own scale (switches: 0 off, 1 on)."""

    name: ControlName
    value: float


class CameraControls(Protocol):
    """What can be asked of a camera beyond pictures. Every call may raise CameraTrouble; False: it has no such knob."""

    def list_present(self) -> tuple[Control, ...]:
        """The knobs there are, and where they stand."""

    def refocus(self) -> bool:
        """Look for the sharpest picture anew."""

    def brighter(self) -> bool:
        """One step lighter; False at the end of the scale."""

    def darker(self) -> bool:
        """One step darker; False at the end of the scale."""


class Properties(Protocol):
    """The part of cv2.VideoCapture that knobs need."""

    def set(self, property_id: int, value: float) -> bool: ...
    def get(self, property_id: int) -> float: ...


class OpenCvControls:
    """CameraControls over OpenCV's properties; `run` calls with the open capture, by whichever thread may."""

    def __init__(self, run: Callable[[Callable[[Properties], bool]], bool]) -> None:
        self._run = run
        self._wanted: dict[ControlName, float] = {}

    def list_present(self) -> tuple[Control, ...]:
        found: list[Control] = []

        def look(capture: Properties) -> bool:
            found.extend(
                Control(name, capture.get(number)) for name, number in PROPERTIES.items() if _has(capture, name)
            )
            return bool(found)

        self._run(look)
        return tuple(found)

    def refocus(self) -> bool:
        """Switching the automatic off and on makes the device search; one without it is left as it is."""
        return self._run(lambda capture: _has(capture, "auto_focus") and _toggle(capture, "auto_focus"))

    def brighter(self) -> bool:
        return self._run(lambda capture: self._shift(capture, LIGHT_STEP))

    def darker(self) -> bool:
        return self._run(lambda capture: self._shift(capture, -LIGHT_STEP))

    def restore(self, capture: Properties) -> None:
        """Turn the knobs of a camera that was plugged in again to where they stood."""
        for name, value in self._wanted.items():
            capture.set(PROPERTIES[name], value)

    def _shift(self, capture: Properties, step: float) -> bool:
        """Move the first knob of light there is; what the device made of it is read back, because it stops at its ends."""
        name = next((knob for knob in LIGHT_KNOBS if _has(capture, knob)), None)
        if name is None:
            return False
        before = capture.get(PROPERTIES[name])
        capture.set(PROPERTIES[name], before + step)
        after = capture.get(PROPERTIES[name])
        self._wanted[name] = after
        return (after - before) * step > 0


def _has(capture: Properties, name: ControlName) -> bool:
    """OpenCV answers -1 (V4L2) or 0 for a property that is not there; setting it to its own value tells a real 0 apart."""
    value = capture.get(PROPERTIES[name])
    return value not in (0, -1) or bool(capture.set(PROPERTIES[name], value))


def _toggle(capture: Properties, name: ControlName) -> bool:
    capture.set(PROPERTIES[name], 0)
    return bool(capture.set(PROPERTIES[name], 1))
