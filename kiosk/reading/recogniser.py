"""Turns a picture of text into lines, offline: one small engine per process, made when first asked for.

The models (PP-OCR detection and recognition) ship inside the rapidocr wheel; their paths are given, so that nothing
is ever fetched. Making the engine takes about 0.7 s once (0.5 s of it imports); a straightened card is then read in
about 0.3 s and a full A4 form in about 1 s on two idle cores.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from kiosk.reading.reading import Line

# Text is looked for in a picture of about this size (longer side): finer costs time, coarser joins or loses small lines.
CARD_SIDE = 960
PAGE_SIDE = 1600
# Boxes lower than this many pixels at the first look ask for a finer one.
LEAST_SEEN_HEIGHT = 18
# The recogniser sees every line this high.
LINE_HEIGHT = 48
# Lines the engine is less sure of than this are noise more often than text.
LEAST_SURE = 0.5
# A line less sure than this may run another way than the page.
DOUBTFUL = 0.8
# Village PCs have two cores, and the screen needs some of them.
THREADS = max(1, min(2, os.cpu_count() or 1))

_making = threading.Lock()
_using = threading.Lock()


class CannotRead(RuntimeError):
    """The engine is not on this PC or does not start; the text is Chinese."""

    def __init__(self) -> None:
        super().__init__("这台电脑上的文字识别没有装好，不能自动读证件。材料照常拍，内容请手工填写；并请告诉技术人员。")


def detect(image: np.ndarray, longest: int) -> np.ndarray:
    """Return where text lies in a BGR picture looked at with its longer side `longest`: float (n, 4, 2) in its pixels."""
    scale = longest / max(image.shape[:2])
    size = [max(32, round(length * scale / 32) * 32) for length in (image.shape[1], image.shape[0])]
    seen = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    with _using:
        boxes = _engine().text_det(seen).boxes
    if boxes is None:
        return np.zeros((0, 4, 2), np.float32)
    scales = np.float32([image.shape[1] / size[0], image.shape[0] / size[1]])
    return np.stack([_from_top_left(box * scales) for box in np.asarray(boxes, np.float32)])


def _from_top_left(box: np.ndarray) -> np.ndarray:
    """Let a box begin with the side that runs most nearly to the right; the engine names corners of leaning lines wrongly."""
    sides = np.roll(box, -1, axis=0) - box
    rightward = sides[:, 0] / np.maximum(np.linalg.norm(sides, axis=1), 1e-6)
    return np.roll(box, -int(np.argmax(rightward)), axis=0)


def spell(image: np.ndarray, boxes: Sequence[np.ndarray]) -> list[tuple[str, float]]:
    """Return what stands in each box (4, 2: TL, TR, BR, BL of upright text) and how sure that is, 0..1."""
    strips = [_strip(image, box) for box in boxes]
    if not strips:
        return []
    with _using:
        found = _engine().recognize_txt(strips)
    return [(text.strip(), float(sure)) for text, sure in zip(found.txts, found.scores, strict=True)]


def recognise(image: np.ndarray) -> tuple[Line, ...]:
    """Return the lines of an upright BGR page from top to bottom; a page without text gives none. Raises CannotRead."""
    boxes = detect(image, CARD_SIDE)
    return spelled(image, detect(image, PAGE_SIDE) if is_fine_print(boxes, image) else boxes)


def is_fine_print(boxes: np.ndarray, image: np.ndarray) -> bool:
    """Whether a first look at CARD_SIDE shows lines so low that there may be lower ones it does not show."""
    if len(boxes) == 0 or max(image.shape[:2]) <= CARD_SIDE:
        return False
    sides = np.linalg.norm(np.roll(boxes, -1, axis=1) - boxes, axis=2)
    lowest = np.percentile(sides.min(axis=1), 20) * CARD_SIDE / max(image.shape[:2])
    return bool(lowest < LEAST_SEEN_HEIGHT)


def spelled(image: np.ndarray, boxes: np.ndarray) -> tuple[Line, ...]:
    """Return the lines that stand in boxes (n, 4, 2), from top to bottom, without those that are hardly text."""
    lines = [
        _other_way(image, Line(text, box, sure))
        for box, (text, sure) in zip(boxes, spell(image, list(boxes)), strict=True)
    ]
    return in_reading_order([line for line in lines if line.text and line.sure >= LEAST_SURE])


def _other_way(image: np.ndarray, line: Line) -> Line:
    """A line that cannot be read as the page lies may run up or down it, or stand on its head: the most legible way."""
    if line.sure >= DOUBTFUL:
        return line
    width, height = np.linalg.norm(line.box[1] - line.box[0]), np.linalg.norm(line.box[3] - line.box[0])
    if height <= 1.5 * width and line.sure >= LEAST_SURE:
        return line
    boxes = [np.roll(line.box, quarters, axis=0) for quarters in ((1, 3) if height > 1.5 * width else (2,))]
    ways = [Line(text, box, sure) for box, (text, sure) in zip(boxes, spell(image, boxes), strict=True)]
    return max(line, *ways, key=lambda way: way.sure)


def in_reading_order(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Sort lines of upright text into rows from top to bottom, and each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: float(line.box[:, 1].mean())):
        if rows and _same_row(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return tuple(line for row in rows for line in sorted(row, key=lambda line: float(line.box[:, 0].min())))


def _same_row(first: Line, second: Line) -> bool:
    height = min(np.ptp(first.box[:, 1]), np.ptp(second.box[:, 1]))
    return bool(abs(first.box[:, 1].mean() - second.box[:, 1].mean()) < 0.4 * height)


def _strip(image: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Cut a box out as a level strip; a tall one is softened to LINE_HEIGHT first, else thin strokes break up."""
    box = np.asarray(box, np.float32)
    width = max(np.linalg.norm(box[1] - box[0]), np.linalg.norm(box[2] - box[3]), 1.0)
    height = max(np.linalg.norm(box[3] - box[0]), np.linalg.norm(box[2] - box[1]), 1.0)
    size = (max(2, round(float(width))), max(2, round(float(height))))
    target = np.float32([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]])
    matrix = cv2.getPerspectiveTransform(box, target)
    strip = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if size[1] <= LINE_HEIGHT:
        return strip
    return cv2.resize(
        strip, (max(2, round(size[0] * LINE_HEIGHT / size[1])), LINE_HEIGHT), interpolation=cv2.INTER_AREA
    )


def _engine() -> Any:
    """The one engine, made once however many threads ask at the same time."""
    with _making:
        return _make_engine()


@cache
def _make_engine() -> Any:
    models = _models()
    settings = {
        "Global.log_level": "critical",
        "Global.text_score": LEAST_SURE,
        "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
        "Det.limit_side_len": 32,  # pictures come in the size they are to be looked at
        "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
        "Rec.rec_batch_num": 1,  # on two cores padding lines to one length costs more than it saves
    }
    try:
        from rapidocr import RapidOCR  # a Windows PC without Microsoft's runtime has the wheels and cannot load them

        engine = RapidOCR(params=settings)
        engine._load_det_model()
        engine._load_rec_model()
    except Exception as trouble:
        logging.getLogger(__name__).warning("the reading engine does not start: %s", trouble)
        raise CannotRead from trouble
    return engine


def _models() -> Path:
    """Where the wheel keeps its models; raises CannotRead when it is not installed whole."""
    found = importlib.util.find_spec("rapidocr") if importlib.util.find_spec("onnxruntime") else None
    if found is None or found.origin is None:
        raise CannotRead
    return Path(found.origin).parent / "models"
