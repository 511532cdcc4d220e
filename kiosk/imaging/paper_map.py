"""Tells paper from desk, point by point, with a small network trained on drawn scenes (scripts/learn_sheet_net.py)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

WEIGHTS_FILE = Path(__file__).with_name("sheet_net.onnx")
LONGER_SIDE = 256
#: the network halves five times
STEP = 32
log = logging.getLogger(__name__)


def paper_map(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how likely each point of a BGR uint8 picture lies on a sheet, and on a sheet's rim.

    Both float32 0..1 of the picture's own size. A picture of about 448 pixels is best: nothing finer is looked at.
    """
    height, width = image.shape[:2]
    scale = LONGER_SIDE / max(height, width)
    size = tuple(max(STEP, round(side * scale / STEP) * STEP) for side in (width, height))
    picture = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    batch = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], dtype=np.float32)
    inside, rim = _network()(batch)[0]
    return cv2.resize(inside, (width, height)), cv2.resize(rim, (width, height))


@lru_cache(maxsize=1)
def _network() -> Callable[[np.ndarray], np.ndarray]:
    """The network, loaded once: float32 (1, 3, height, width) in, (1, 2, height / 4, width / 4) out."""
    try:
        return _by_onnxruntime()
    except (
        Exception
    ) as trouble:  # not installed, or (Windows without Microsoft's runtime) installed and not to be loaded
        log.warning("onnxruntime does not start (%s); OpenCV takes its place", type(trouble).__name__)
        return _by_opencv()


def _by_onnxruntime() -> Callable[[np.ndarray], np.ndarray]:
    """On one thread, because the other core shows the live picture."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(WEIGHTS_FILE), options, providers=["CPUExecutionProvider"])
    return lambda batch: session.run(None, {"picture": batch})[0]


def _by_opencv() -> Callable[[np.ndarray], np.ndarray]:
    """The same answer in twice the time, but for strips eight times as wide as high; it takes one caller at a time."""
    network, using = cv2.dnn.readNetFromONNX(str(WEIGHTS_FILE)), threading.Lock()

    def run(batch: np.ndarray) -> np.ndarray:
        with using:
            network.setInput(batch, "picture")
            return network.forward().copy()

    return run
