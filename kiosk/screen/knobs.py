"""The knobs of the camera an agent may turn at the capture step, and what each turn is called when it is done."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.camera.controls import LIGHT_KNOBS, CameraControls
from kiosk.screen.live_view import LiveView


class KnobRefused(Exception):
    """This camera has no such knob."""

    code = "knob_refused"


@dataclass(frozen=True)
class Knob:
    """One knob: any of `needs` makes it possible; what is said when it was turned, and when it turns no further."""

    needs: frozenset[str]
    turn: Callable[[CameraControls], bool]
    done: str
    at_end: str


KNOBS: dict[str, Knob] = {
    "refocus": Knob(
        frozenset({"auto_focus"}),
        lambda controls: controls.refocus(),
        "重新对焦了，看看字清不清楚。",
        "没有对上。请把纸放平，再按一次。",
    ),
    "brighter": Knob(
        frozenset(LIGHT_KNOBS),
        lambda controls: controls.brighter(),
        "调亮了一点。",
        "已经最亮了。还暗，请开灯。",
    ),
    "darker": Knob(
        frozenset(LIGHT_KNOBS),
        lambda controls: controls.darker(),
        "调暗了一点。",
        "已经最暗了。还反光，请换个方向放。",
    ),
}


@dataclass(frozen=True)
class Turned:
    """Whether a knob turned, and what to say of it."""

    done: bool
    words: str


def list_knobs(live_view: LiveView) -> list[str]:
    """The names of KNOBS this camera has. Raises CameraTrouble."""
    present = live_view.turn(lambda controls: {control.name for control in controls.list_present()}) or set()
    return [name for name, knob in KNOBS.items() if knob.needs & present]


def turn_knob(live_view: LiveView, name: str) -> Turned:
    """Raises KnobRefused, CameraTrouble."""
    knob = KNOBS.get(name)
    done = live_view.turn(knob.turn) if knob else None
    if knob is None or done is None:
        raise KnobRefused("这台高拍仪没有这个调节。请直接动一动纸，或者调一调高拍仪的高低。")
    return Turned(done, knob.done if done else knob.at_end)
