"""Slows down guessing: a small sliding window per caller, in this process's memory."""

import threading
import time
from collections import deque

from server.web.webkit.errors import SENTENCES, Refusal


class RateLimit:
    """At most `calls` per `seconds` for one key; each process counts for itself, so n workers allow n times as many."""

    def __init__(self, calls: int, seconds: float):
        self._calls, self._seconds = calls, seconds
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def spend(self, key: str) -> None:
        """Raises Refusal (429)."""
        now = time.monotonic()
        with self._lock:
            if len(self._seen) > 10_000:
                self._seen = {
                    name: times for name, times in self._seen.items() if times and times[-1] > now - self._seconds
                }
            times = self._seen.setdefault(key, deque())
            self._require_room(times, now)
            times.append(now)

    def require_room(self, key: str) -> None:
        """Refuses as `spend` would, and counts nothing: for limits that only failures use up. Raises Refusal (429)."""
        with self._lock:
            self._require_room(self._seen.get(key, deque()), time.monotonic())

    def _require_room(self, times: deque[float], now: float) -> None:
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._calls:
            raise Refusal(429, "too_many", SENTENCES[429])
