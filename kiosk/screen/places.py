"""Where the agent stands: at the counter itself or in the practice room. The page's routes ask here, and nowhere else."""

import threading
from dataclasses import dataclass
from typing import Protocol

from kiosk.screen.counter import Counter
from kiosk.screen.practice_desk import PracticeDesk
from kiosk.screen.session import Session
from kiosk.screen.surroundings import Surroundings


class PracticeRefused(Exception):
    """Practice cannot begin or end now."""

    code = "practice_refused"


@dataclass(frozen=True)
class Place:
    """A counter with what stands around it."""

    counter: Counter
    desk: PracticeDesk
    surroundings: Surroundings


class Room(Protocol):
    """The practice room: opened empty each time, and closed without a trace."""

    def open(self) -> Place: ...

    def close(self) -> None: ...


class Places:
    """The counter, and beside it the practice room while somebody practises."""

    def __init__(self, work: Place, room: Room, session: Session) -> None:
        self.work, self._room, self.session = work, room, session
        self._lock = threading.Lock()
        self._practice: Place | None = None

    @property
    def here(self) -> Place:
        return self._practice or self.work

    @property
    def counter(self) -> Counter:
        return self.here.counter

    @property
    def surroundings(self) -> Surroundings:
        return self.here.surroundings

    @property
    def is_practising(self) -> bool:
        return self._practice is not None

    def begin_practice(self) -> None:
        """练习: what lies on the counter stays as it lies until practice ends. Raises PracticeRefused."""
        with self._lock:
            if self._practice:
                raise PracticeRefused("已经在练习了。要回到真的窗口，请点“结束练习”。")
            if self.work.surroundings.practice:
                raise PracticeRefused("这台电脑整个都是练习用的，不用再切换。")
            self._practice = self._room.open()

    def end_practice(self) -> None:
        """Back to the counter as it was left. Ending twice is harmless."""
        with self._lock:
            if self._practice:
                self._practice = None
                self._room.close()
