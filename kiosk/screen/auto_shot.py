"""自动拍: decides when the sheet under the camera is to be taken without anybody pressing anything.

A pure state machine: it is told what was seen and when, and asks no clock. It only ever says "now"; taking the picture is
the page's errand, so that a page that was closed takes none.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

#: a sheet lies still when no corner moved by more than this share of the picture's diagonal ...
STILL_SHARE = 0.01
#: ... for so long, in seconds; then the countdown is shown for so long
STILL_SECONDS = 0.8
COUNTDOWN_SECONDS = 1.0
#: the end of the countdown waits so long for a sheet that is just being read; a slow PC tells afterwards
READING_SECONDS = 5.0
#: the desk was cleared when no sheet was seen for so long: one look that found none proves nothing
GONE_SECONDS = 0.35
#: how far two small pictures are apart (0 the same, 1 nothing in common) when they show two sheets; measured: one sheet
#: laid down anew, up to 0.03; two pages of one register, 0.4
CHANGED_FROM = 0.15

Phase = Literal["empty", "moving", "counting", "shoot", "asked", "held", "taken"]
Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Glimpse:
    """What one look found: the corners in pixels (None: no sheet), whether something forbids a picture or speaks against
    it, whether it is being read this moment, and the sheet very small: grey float (side, side) of mean 0 and deviation 1, None where nobody made one."""

    corners: Corners | None
    diagonal: float
    forbidden: bool = False
    doubtful: bool = False
    being_read: bool = False
    small: np.ndarray | None = None


@dataclass(frozen=True)
class Moment:
    """Where the machine stands: `share` of the countdown that has run; `sight` is another number for every sheet laid down."""

    phase: Phase
    share: float = 0.0
    sight: int = 0


class AutoShot:
    """Follows one desk. Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self._sight = 0
        self.forget()

    def forget(self) -> None:
        """Another visit, another material, a page to be taken again: whatever lies there now may be taken."""
        self._anchor: Corners | None = None
        self._still_since = 0.0
        self._gone_since: float | None = None
        self._taken: np.ndarray | None = None
        self._is_taken = False
        self._asked_about: int | None = None

    def note_taken(self, small: np.ndarray | None) -> None:
        """The sheet under the camera was kept, whoever pressed: it is not taken again before it is changed."""
        self._taken, self._is_taken, self._gone_since = small, True, None

    def note_asked(self) -> None:
        """A picture was taken and not kept by itself: this sheet is the agent's to decide until it is moved."""
        self._asked_about = self._sight

    def see(self, glimpse: Glimpse, at: float) -> Moment:
        """One look more."""
        if glimpse.corners is None:
            return self._see_nothing(at)
        self._gone_since = None
        if self._is_taken and not self._has_changed(glimpse.small):
            self._anchor = None
            return self._moment("taken")
        if self._has_moved(glimpse):
            self._anchor, self._still_since = glimpse.corners, at
            self._sight += 1
        return self._judge(glimpse, at)

    def _see_nothing(self, at: float) -> Moment:
        if self._gone_since is None:
            self._gone_since = at
        if at - self._gone_since >= GONE_SECONDS:
            self._is_taken, self._anchor = False, None
        return self._moment("taken" if self._is_taken else "empty")

    def _judge(self, glimpse: Glimpse, at: float) -> Moment:
        """What becomes of a sheet that was not taken yet."""
        if self._asked_about == self._sight:
            return self._moment("asked")
        if glimpse.forbidden or glimpse.doubtful:
            self._still_since = at
            return self._moment("moving" if glimpse.forbidden else "held")
        lain = at - self._still_since
        if lain < STILL_SECONDS:
            return self._moment("moving")
        share = (lain - STILL_SECONDS) / COUNTDOWN_SECONDS
        if glimpse.being_read and lain < READING_SECONDS:
            share = min(share, 0.9)
        return self._moment("shoot", 1.0) if share >= 1 else self._moment("counting", share)

    def _moment(self, phase: Phase, share: float = 0.0) -> Moment:
        return Moment(phase, share, self._sight)

    def _has_moved(self, glimpse: Glimpse) -> bool:
        if self._anchor is None or glimpse.corners is None:
            return True
        steps = np.asarray(self._anchor) - np.asarray(glimpse.corners)
        return float(np.hypot(*steps.T).max()) > STILL_SHARE * glimpse.diagonal

    def _has_changed(self, small: np.ndarray | None) -> bool:
        """Another sheet, or a hand over this one; without a small picture only an empty desk tells of a change."""
        return small is not None and self._taken is not None and distance(small, self._taken) >= CHANGED_FROM


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """How far two small pictures are apart, whichever way up each sheet lay: 0 the same, 1 nothing in common."""
    return min(1.0 - float((one * np.rot90(other, quarters)).mean()) for quarters in range(4))
