"""Says what is wrong with a picture of a sheet, in sentences that tell the person at the counter what to do.

Only a picture nobody could use is blocking: no sheet, not all of it, or not sharp. For anything else the person is asked
to take it again but may keep it, since a village office has the light, the plastic covers and the hands that it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from kiosk.imaging.page import Sheet
from kiosk.imaging.rectify import A4_MM, CARD_MM, shape_of
from kiosk.imaging.sharpness import blur_of
from kiosk.imaging.view import darkest, halved, lightest

Code = Literal["no_sheet", "blurred", "cut_off", "glare", "too_dark", "too_small", "obstructed"]
Box = tuple[int, int, int, int]

LOOK_SIDE = 480
# Brightness of the lightest parts: of a sheet, and of a picture without one, which may show a black desk.
DARK_BELOW = 75
NIGHT_BELOW = 36
SMALL_SHARE = 0.012
SMALL_SIDE = 200
# Dots per inch below which small print is lost: A4 forms are printed in 10 point and more, cards in 6.
LEAST_DPI = {"a4": 95, "card": 150}
# An edge counts as on the picture's border when it is nearer than this share of the picture's longer side.
BORDER_SHARE = 0.004
# Blur is judged twice: as a share of the sheet (thousandths of its longer side), and in pixels, so that a small
# picture of a sharp sheet is not called blurred.
BLUR_THOUSANDTHS = 0.95
BLUR_PIXELS = 1.35
GLARE_LEVEL = 247
GLARE_SHARE = 0.005
GLARE_RIM = 26.0
FINGER_SHARE = 0.006


@dataclass(frozen=True)
class Finding:
    """One thing wrong: a stable code, a short Chinese sentence to speak, where (x, y, w, h in px), whether it blocks."""

    code: Code
    sentence: str
    box: Box | None
    blocking: bool


def assess(image: np.ndarray, sheet: Sheet | None, still_width: int | None = None) -> list[Finding]:
    """Return what is wrong with a BGR picture in which `sheet` was found; an empty list for a good one.

    `still_width` is how wide the camera's pictures for the record are, in pixels: a live view is smaller, and only with it
    can be said whether print will be fine enough.
    """
    if sheet is None:
        dark = _too_dark(image, NIGHT_BELOW)
        if dark:
            return [Finding("no_sheet", "太暗了，看不到材料。请打开高拍仪的灯，或开灯再拍。", None, True), dark]
        return [Finding("no_sheet", "没有看到材料，请把材料放平在高拍仪下面。", None, True)]
    page, back = _look_at(image, sheet.corners)
    checks = (
        _cut_off(image, sheet.corners),
        _too_dark(page),
        _too_small(image, sheet.corners, still_width),
        _blurred(image, sheet.corners),
        _glare(page, back, image.shape),
        _obstructed(page, back, image.shape),
    )
    return [finding for finding in checks if finding is not None]


def _look_at(image: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sheet straightened and small, its longer side LOOK_SIDE px, and the 3x3 matrix back to the picture."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = max(sides[0], sides[2]), max(sides[1], sides[3])
    scale = LOOK_SIDE / max(width, height)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    near = halved(image, max(LOOK_SIDE, int(2 * LOOK_SIDE * max(image.shape[:2]) / max(width, height))))
    matrix = cv2.getPerspectiveTransform(near.from_picture(corners).astype(np.float32), target)
    page = cv2.warpPerspective(near.image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return page, cv2.getPerspectiveTransform(target, corners.astype(np.float32))


def _cut_off(image: np.ndarray, corners: np.ndarray) -> Finding | None:
    """A corner outside the picture, or a whole side along its border."""
    height, width = image.shape[:2]
    near = BORDER_SHARE * max(height, width)
    limit = np.array([width - 1, height - 1])
    outside = ((corners < -2 * near) | (corners > limit + 2 * near)).any()
    gaps = {
        "左": corners[[0, 3], 0], "上": corners[[0, 1], 1],
        "右": limit[0] - corners[[1, 2], 0], "下": limit[1] - corners[[2, 3], 1],
    }  # fmt: skip
    edge = min(gaps, key=lambda name: gaps[name].max())
    if not outside and gaps[edge].max() > near:
        return None
    if outside:
        edge = min(gaps, key=lambda name: gaps[name].min())
    opposite = {"左": "右", "右": "左", "上": "下", "下": "上"}[edge]
    return Finding("cut_off", f"材料{edge}边没有拍全，请把它往{opposite}挪一点。", _box_of(corners, image.shape), True)


def _too_dark(page: np.ndarray, limit: float = DARK_BELOW) -> Finding | None:
    if np.percentile(lightest(page[::3, ::3]), 92) >= limit:
        return None
    return Finding("too_dark", "光线太暗了，请打开高拍仪的灯，或开灯再拍。", None, False)


def _too_small(image: np.ndarray, corners: np.ndarray, still_width: int | None) -> Finding | None:
    share = cv2.contourArea(corners.astype(np.float32)) / (image.shape[0] * image.shape[1])
    longest = float(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).max())
    words = None
    if share < SMALL_SHARE or longest < SMALL_SIDE:
        words = "材料拍得太小，请把高拍仪放低一点，让材料占满画面。"
    elif still_width is not None:
        words = _too_coarse(corners, image.shape, longest * still_width / image.shape[1])
    return None if words is None else Finding("too_small", words, _box_of(corners, image.shape), False)


def _too_coarse(corners: np.ndarray, shape: tuple[int, ...], still_pixels: float) -> str | None:
    """Say so when paper of known size is seen with too few dots per inch; `still_pixels` is its longer side in the still."""
    kind = shape_of(corners, shape)
    if kind == "other":
        return None
    dpi = still_pixels / max(A4_MM if kind == "a4" else CARD_MM) * 25.4
    if dpi >= LEAST_DPI[kind]:
        return None
    return f"小字会看不清：每英寸只有{dpi:.0f}个点，要有{LEAST_DPI[kind]}个。请把高拍仪放低一点，让材料占满画面。"


def _blurred(image: np.ndarray, corners: np.ndarray) -> Finding | None:
    blur = blur_of(image, corners)
    longest = float(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).max())
    if blur is None or blur < BLUR_PIXELS or blur / longest * 1000 < BLUR_THOUSANDTHS:
        return None
    return Finding("blurred", "画面不清楚，请按住材料别动，等画面清楚了再拍。", None, True)


def _glare(page: np.ndarray, back: np.ndarray, shape: tuple[int, ...]) -> Finding | None:
    """A burnt-out patch with a soft rim on paper that is itself not burnt out."""
    weakest = darkest(page)
    burnt = cv2.compare(weakest, GLARE_LEVEL, cv2.CMP_GE)
    burnt = cv2.morphologyEx(burnt, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(burnt)
    if count == 1:
        return None
    slope = _slope(weakest)
    best: tuple[int, int] | None = None
    for number in range(1, count):
        area = int(stats[number, cv2.CC_STAT_AREA])
        if area < GLARE_SHARE * burnt.size or area > 0.75 * burnt.size:
            continue
        patch = (labels == number).astype(np.uint8)
        rim = cv2.subtract(cv2.dilate(patch, np.ones((7, 7), np.uint8)), patch)
        around = cv2.subtract(
            cv2.dilate(patch, np.ones((61, 61), np.uint8)), cv2.dilate(patch, np.ones((25, 25), np.uint8))
        )
        soft = np.median(slope[rim > 0]) < GLARE_RIM
        paper_is_darker = around.any() and np.percentile(weakest[around > 0], 75) < GLARE_LEVEL - 7
        if soft and paper_is_darker and (best is None or area > best[0]):
            best = (area, number)
    if best is None:
        return None
    box = _box_back(stats[best[1], :4], back, shape)
    place, turn = _place_words(box, shape)
    return Finding("glare", f"{place}有反光，把材料往{turn}转一点，或换个位置。", box, False)


def _slope(grey: np.ndarray) -> np.ndarray:
    """Return the steepness of a grey picture in levels per pixel."""
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return cv2.magnitude(across, down)


def _obstructed(page: np.ndarray, back: np.ndarray, shape: tuple[int, ...]) -> Finding | None:
    """A skin-coloured shape that reaches from the rim deep into a sheet of another colour."""
    tones = cv2.cvtColor(page, cv2.COLOR_BGR2YCrCb)
    skin = cv2.inRange(tones, (50, 140, 80), (240, 178, 122))
    saturation = cv2.cvtColor(page, cv2.COLOR_BGR2HSV)[..., 1]
    skin &= cv2.inRange(saturation, 45, 185)
    if np.count_nonzero(skin) > 0.3 * skin.size:
        return None
    skin = cv2.morphologyEx(skin, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    skin = cv2.morphologyEx(skin, cv2.MORPH_OPEN, np.ones((13, 13), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(skin)
    height, width = skin.shape
    for number in range(1, count):
        left, top, wide, high, area = (int(value) for value in stats[number])
        at_side = left <= 3 or left + wide >= width - 3
        at_end = top <= 3 or top + high >= height - 3
        deep = (at_side and wide > 0.06 * width and high < 0.5 * height) or (
            at_end and high > 0.06 * height and wide < 0.5 * width
        )
        if deep and area > FINGER_SHARE * skin.size:
            box = _box_back(stats[number, :4], back, shape)
            place, _ = _place_words(box, shape)
            return Finding("obstructed", f"{place}被手挡住了，请把手拿开。", box, False)
    return None


def _box_back(box: np.ndarray, back: np.ndarray, shape: tuple[int, ...]) -> Box:
    """Map a box of the small page to the picture."""
    x, y, width, height = (float(value) for value in box)
    corners = np.array([[[x, y], [x + width, y], [x + width, y + height], [x, y + height]]], np.float32)
    return _box_of(cv2.perspectiveTransform(corners, back)[0], shape)


def _box_of(points: np.ndarray, shape: tuple[int, ...]) -> Box:
    """Return the upright box around points, cut to the picture."""
    limit = np.array([shape[1], shape[0]])
    low = np.clip(np.floor(points.min(axis=0)), 0, limit - 1).astype(int)
    high = np.clip(np.ceil(points.max(axis=0)), low + 1, limit).astype(int)
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def _place_words(box: Box, shape: tuple[int, ...]) -> tuple[str, str]:
    """Return where a box lies in the picture ("右下") and which way to turn the sheet away from there."""
    across = (box[0] + box[2] / 2) / shape[1]
    down = (box[1] + box[3] / 2) / shape[0]
    column = "左" if across < 0.4 else "右" if across > 0.6 else ""
    row = "上" if down < 0.4 else "下" if down > 0.6 else ""
    place = column + row
    words = place if len(place) == 2 else f"{place}边" if place else "中间"
    return words, "右" if across < 0.5 else "左"
