"""Moves the sides of a roughly known sheet onto its edge, to fractions of a pixel, by straight lines through edge points."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.imaging.evidence import side_points
from kiosk.imaging.geometry import areas, crossings, turns

SAMPLES = 72
LEAST_STEP = 3.0
# 8-bit Lab stretches the lightness to 0..255.
LAB_UNITS = np.array([100 / 255, 1.0, 1.0], np.float32)


def refine(lab: np.ndarray, corners: np.ndarray, reach: float) -> np.ndarray:
    """Return corners (4, 2) with each side fitted to the strongest nearby edge; a side without one stays.

    `lab` is the picture in OpenCV's 8-bit Lab (height, width, 3); `reach` says how far to look on both sides, in pixels.
    """
    along = np.linspace(0.03, 0.97, SAMPLES)
    points, normals = side_points(corners[None], along)
    offsets = np.arange(-reach, reach + 0.5, 0.5 if reach <= 4 else 1.0)
    profiles = _profiles(lab, points[0], normals[0], offsets)
    lines = np.empty((4, 3))
    for side in range(4):
        start, end = points[0, side, 0], points[0, side, -1]
        places, weights = _edge_places(profiles[side], offsets)
        fitted = _fit(along, places, weights, reach)
        moved = (start, end) if fitted is None else tuple(
            point + normals[0, side, 0] * (fitted[0] * position + fitted[1])
            for point, position in ((start, along[0]), (end, along[-1]))
        )  # fmt: skip
        lines[side] = np.cross([*moved[0], 1.0], [*moved[1], 1.0])
    found = np.roll(crossings(lines[None])[0], 1, axis=0)
    return found if _is_sound(found, corners, reach) else corners


def _profiles(lab: np.ndarray, points: np.ndarray, normals: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Read colours across each side: (4, samples, offsets, 3); nan where outside the picture."""
    places = points[:, :, None, :] + normals[:, :, None, :] * offsets[None, None, :, None]
    shape = places.shape[:3]
    maps = places.reshape(shape[0] * shape[1], shape[2], 2).astype(np.float32)
    read = cv2.remap(lab, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    colours = read.reshape(*shape, 3).astype(np.float32) * LAB_UNITS
    limit = np.array([lab.shape[1] - 1, lab.shape[0] - 1])
    colours[((places < 0) | (places > limit)).any(axis=-1)] = np.nan
    return colours


def _edge_places(profiles: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, per sample, the offset of the strongest step and its weight; steps against the side's usual one count less."""
    smooth = (profiles[:, :-2] + 2 * profiles[:, 1:-1] + profiles[:, 2:]) / 4
    steps = smooth[:, 2:] - smooth[:, :-2]
    inner = offsets[2:-2]
    with np.errstate(invalid="ignore"):
        strength = np.nan_to_num(np.linalg.norm(steps, axis=2))
        peak = strength.argmax(axis=1)
        usual = np.nan_to_num(steps[np.arange(len(steps)), peak])
        usual = np.median(usual[strength.max(axis=1) > LEAST_STEP], axis=0) if (strength.max(axis=1) > LEAST_STEP).any() else usual[0]
        along_usual = np.nan_to_num(steps @ (usual / max(float(np.linalg.norm(usual)), 1e-6)))
    strength = np.maximum(along_usual, 0.0)
    rows, peak = np.arange(len(strength)), strength.argmax(axis=1)
    middle = strength[rows, peak]
    before = strength[rows, np.maximum(peak - 1, 0)]
    after = strength[rows, np.minimum(peak + 1, strength.shape[1] - 1)]
    bend = before - 2 * middle + after
    shift = np.where(bend < -1e-6, (before - after) / np.minimum(2 * bend, -1e-6), 0.0).clip(-0.5, 0.5)
    return inner[peak] + shift * (offsets[1] - offsets[0]), np.where(middle > LEAST_STEP, np.minimum(middle, 25.0), 0.0)


def _fit(along: np.ndarray, places: np.ndarray, weights: np.ndarray, reach: float) -> tuple[float, float] | None:
    """Fit offset = slope * along + level through the densest straight run of edge places; None without enough of them."""
    used = weights > 0
    if used.sum() < SAMPLES * 0.25:
        return None
    x, y, w = along[used], places[used], weights[used]
    first, second = np.triu_indices(min(len(x), 36), 1)
    pick = np.linspace(0, len(x) - 1, min(len(x), 36)).astype(int)
    first, second = pick[first], pick[second]
    apart = np.abs(x[second] - x[first]) > 0.25
    first, second = first[apart], second[apart]
    if len(first) == 0:
        return None
    slopes = (y[second] - y[first]) / (x[second] - x[first])
    misses = np.abs(y[None] - (y[first] + slopes * -x[first])[:, None] - slopes[:, None] * x[None])
    tolerance = max(0.6, reach * 0.12)
    votes = (w * np.maximum(0, 1 - (misses / tolerance) ** 2)).sum(axis=1)
    best = int(votes.argmax())
    near = misses[best] < tolerance * 1.2
    if near.sum() < SAMPLES * 0.2:
        return None
    slope, level = np.polyfit(x[near], y[near], 1, w=np.sqrt(w[near]))
    return float(slope), float(level)


def _is_sound(found: np.ndarray, before: np.ndarray, reach: float) -> bool:
    if not np.isfinite(found).all() or not (turns(found[None]) > 0).all():
        return False
    change = areas(found[None])[0] / max(areas(before[None])[0], 1e-6)
    return bool(0.75 < change < 1.33 and np.abs(found - before).max() < 6 * reach + 4)
