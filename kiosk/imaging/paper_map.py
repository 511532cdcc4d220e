"""Tells paper from desk, point by point, with a small network trained on drawn scenes (scripts/learn_sheet_net.py)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

WEIGHTS_FILE = Path(__file__).with_name("sheet_net.onnx")
LONGER_SIDE = 256
#: the network halves five times
STEP = 32


def paper_map(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how likely each point of a BGR uint8 picture lies on a sheet, and on a sheet's rim.

    Both float32 0..1 of the picture's own size. A picture of about 448 pixels is best: nothing finer is looked at.
    """
    height, width = image.shape[:2]
    scale = LONGER_SIDE / max(height, width)
    size = tuple(max(STEP, round(side * scale / STEP) * STEP) for side in (width, height))
    picture = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    batch = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], dtype=np.float32)
    inside, rim = _network().run(None, {"picture": batch})[0][0]
    return cv2.resize(inside, (width, height)), cv2.resize(rim, (width, height))


@lru_cache(maxsize=1)
def _network() -> onnxruntime.InferenceSession:
    """The network, loaded once; on one thread, because the other core shows the live picture."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(WEIGHTS_FILE), options, providers=["CPUExecutionProvider"])
