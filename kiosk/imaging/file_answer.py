"""The answer for one picture file, whatever is asked of it: a bad file is an answer too, and how long it took is said."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kiosk.imaging.read import NOT_PROCESSED, NotAPicture

log = logging.getLogger(__name__)


def answer_for(
    path: str | Path,
    nothing: Mapping[str, Any],
    tell: Callable[[Path], Mapping[str, Any]],
    refusals: tuple[type[Exception], ...] = (NotAPicture,),
) -> dict[str, Any]:
    """Return path, what `tell` says of the file (else `nothing`), and ms.

    Never raises: what the file is refused for, and anything that goes wrong inside, stands in Chinese under "error".
    """
    started = time.perf_counter()
    answer: dict[str, Any] = {"path": str(path), **nothing}
    try:
        answer |= tell(Path(path))
    except refusals as refusal:
        answer["error"] = str(refusal)
    except Exception:
        log.info("a picture could not be processed", exc_info=True)
        answer["error"] = NOT_PROCESSED
    answer["ms"] = round((time.perf_counter() - started) * 1000, 1)
    return answer
