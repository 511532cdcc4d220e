"""One thread for every call into a camera's driver, because a device that froze may never let a call return."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Answer = TypeVar("Answer")
_Job = tuple[Callable[[], Any], "Future[Any]"]


class DriverStuck(Exception):
    """The call did not return in time, or an earlier one still has not."""


class DriverThread:
    """Runs calls one after the other. While one is stuck no further thread is started, however often it is tried again."""

    def __init__(self, patience: float = 0.5) -> None:
        """`patience` is how many seconds a new call waits for one that is stuck."""
        self._patience = patience
        self._jobs: queue.SimpleQueue[_Job | None] | None = None
        self._stuck: Future[Any] | None = None

    def do(
        self, work: Callable[[], Answer], seconds: float, abandoned: Callable[[Answer | None], None] | None = None
    ) -> Answer:
        """Return what `work` returns; its exceptions pass through. Raises DriverStuck.

        `abandoned` is called, in the thread, with the answer of a call that came back too late (None when it failed).
        """
        self._wait_for_stuck()
        job: Future[Answer] = Future()
        self._queue().put((work, job))
        try:
            return job.result(seconds)
        except TimeoutError:
            if job.done():  # the work itself raised a TimeoutError
                raise
        self._stuck = job
        if abandoned is not None:
            job.add_done_callback(lambda late: abandoned(None if late.exception() else late.result()))
        raise DriverStuck

    def stop(self) -> None:
        """Let the thread end when it is free; the next call starts another one."""
        if self._jobs is not None and self._stuck is None:
            self._jobs.put(None)
            self._jobs = None

    def _wait_for_stuck(self) -> None:
        if self._stuck is None:
            return
        try:
            self._stuck.exception(self._patience)
        except TimeoutError:
            raise DriverStuck from None
        self._stuck = None

    def _queue(self) -> queue.SimpleQueue[_Job | None]:
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            threading.Thread(target=_work_off, args=(self._jobs,), name="camera driver", daemon=True).start()
        return self._jobs


def _work_off(jobs: queue.SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        work, answer = job
        try:
            answer.set_result(work())
        except BaseException as error:
            answer.set_exception(error)
