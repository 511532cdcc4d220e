"""What a story is made of: steps that either show what they claim or stop the story with one clear line."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class StoryFailed(RuntimeError):
    """A step did not show what it should; the text says which."""


def expect(holds: bool, claim: str) -> None:
    """Raises StoryFailed with the claim that does not hold."""
    if not holds:
        raise StoryFailed(f"the story broke: {claim}")


def wait_for(claim: str, look: Callable[[], Found | None], seconds: float = 20.0) -> Found:
    """The first answer of `look` that is not empty. Parts work at their own pace; no part is told to hurry."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise StoryFailed(f"the story broke: {claim} (waited {seconds:.0f} s)")
