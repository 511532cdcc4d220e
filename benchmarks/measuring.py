"""Times two things in turn, so that a machine's changing speed meets both alike."""

import statistics
import time
from collections.abc import Callable
from typing import Any


def milliseconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def compare(ours: Callable[[], object], floor: Callable[[], object], rounds: int) -> dict[str, Any]:
    """Medians of both in ms and the median of the ratios, pair by pair, after one warm-up of each."""
    ours()
    floor()
    pairs = [(milliseconds(ours), milliseconds(floor)) for _ in range(rounds)]
    ratios = sorted(mine / least for mine, least in pairs)
    return {
        "ours_ms": round(statistics.median(mine for mine, _ in pairs), 2),
        "floor_ms": round(statistics.median(least for _, least in pairs), 2),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_min": round(ratios[0], 3),
        "ratio_max": round(ratios[-1], 3),
        "rounds": rounds,
    }
