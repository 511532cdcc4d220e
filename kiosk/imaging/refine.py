"""Moves the sides of a roughly known sheet onto its edge, to fractions of a pixel, by straight lines through edge points."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.imaging.evidence import side_points
from kiosk.imaging.geometry import areas, crossings, turns

ALONG = np.linspace(0.02, 0.98, 72)
# The share of a side that belongs to a corner when the corners are fitted one by one.
END = 0.3
LEAST_STEP = 3.0
# Beyond this many Lab units a step is plain and a stronger one tells little more: a printed frame near the rim of a
# sheet is often stronger than the rim itself, but farther from the rough outline.
PLAIN_STEP = 5.0
FAR_COUNTS_LESS = 0.5
# A side nearer to the picture's border than this share of its longer side is where the picture ends, not the sheet.
BORDER_SHARE = 0.003


def refine(image: np.ndarray, corners: np.ndarray, reach: float) -> np.ndarray:
    """Return corners (4, 2) with each side fitted to the strongest nearby edge; a side without one stays.

    `image` is BGR uint8 (height, width, 3); `reach` says how far to look on both sides, in pixels.
    """
    points, normals, places, weights = _read_edges(image, corners, reach)
    lines = np.empty((4, 3))
    for side in range(4):
        fitted = _fit(ALONG, places[side], weights[side], reach) or (0.0, 0.0)
        lines[side] = _line(points[side], normals[side], fitted)
    found = np.roll(crossings(lines[None])[0], 1, axis=0)
    return found if _is_sound(found, corners, reach) else corners


def refine_corners(image: np.ndarray, corners: np.ndarray, reach: float) -> np.ndarray:
    """Return corners (4, 2) moved to where the ends of their two sides meet: sheets curl, and their sides bend a little."""
    points, normals, places, weights = _read_edges(image, corners, reach)
    ends = []
    for side in range(4):
        halves = []
        for near in (ALONG < END, ALONG > 1 - END):
            fitted = _fit(ALONG[near], places[side][near], weights[side][near], reach, least=0.55) or (0.0, 0.0)
            halves.append(_line(points[side], normals[side], fitted))
        ends.append(halves)
    meeting = np.array([[ends[corner - 1][1], ends[corner][0]] for corner in range(4)])
    found = crossings(meeting)[:, 0]
    return found if _is_sound(found, corners, reach) else corners


def _read_edges(image: np.ndarray, corners: np.ndarray, reach: float) -> tuple[np.ndarray, ...]:
    """Return points (4, samples, 2), normals (4, 2), and where along the normal the edge is, with weights (4, samples)."""
    points, normals = side_points(corners[None], ALONG)
    offsets = np.arange(-reach, reach + 0.5, 0.5 if reach <= 4 else 1.0)
    profiles = _profiles(image, points[0], normals[0], offsets)
    found = [_edge_places(profile, offsets) for profile in profiles]
    places, weights = (np.array(values) for values in zip(*found, strict=True))
    weights[_at_border(points[0], image.shape)] = 0.0
    return points[0], normals[0, :, 0], places, weights


def _at_border(points: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Say for each side (4, samples, 2) whether it runs along the picture's border."""
    limit = np.array([shape[1] - 1, shape[0] - 1])
    gaps = np.concatenate([points, limit - points], axis=2)
    return gaps.max(axis=1).min(axis=1) < BORDER_SHARE * max(shape[:2])


def _line(points: np.ndarray, normal: np.ndarray, fitted: tuple[float, float]) -> np.ndarray:
    """Return the line (3,) of a side moved by slope * along + level towards the inside."""
    slope, level = fitted
    start = points[0] + normal * (slope * ALONG[0] + level)
    end = points[-1] + normal * (slope * ALONG[-1] + level)
    return np.cross([*start, 1.0], [*end, 1.0])


def _profiles(image: np.ndarray, points: np.ndarray, normals: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Read Lab colours across each side: (4, samples, offsets, 3); nan where outside the picture."""
    places = points[:, :, None, :] + normals[:, :, None, :] * offsets[None, None, :, None]
    shape = places.shape[:3]
    maps = places.reshape(shape[0] * shape[1], shape[2], 2).astype(np.float32)
    read = cv2.remap(image, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    colours = cv2.cvtColor(read.astype(np.float32) / 255, cv2.COLOR_BGR2LAB).reshape(*shape, 3)
    limit = np.array([image.shape[1] - 1, image.shape[0] - 1])
    colours[((places < 0) | (places > limit)).any(axis=-1)] = np.nan
    return colours


def _edge_places(profiles: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, per sample, the offset of the strongest step and its weight; steps against the side's usual one count less."""
    smooth = (profiles[:, :-2] + 2 * profiles[:, 1:-1] + profiles[:, 2:]) / 4
    steps = smooth[:, 2:] - smooth[:, :-2]
    inner = offsets[2:-2]
    steps = np.nan_to_num(steps)
    nearness = 1 - FAR_COUNTS_LESS * (inner / offsets[-1]) ** 2
    strength = np.linalg.norm(steps, axis=2)
    rows, peak = np.arange(len(strength)), (strength / (strength + PLAIN_STEP) * nearness).argmax(axis=1)
    plain = strength[rows, peak] > LEAST_STEP
    usual = np.median(steps[rows, peak][plain], axis=0) if plain.any() else np.ones(3)
    strength = np.maximum(steps @ (usual / max(float(np.linalg.norm(usual)), 1e-6)), 0.0)
    peak = (strength / (strength + PLAIN_STEP) * nearness).argmax(axis=1)
    middle = strength[rows, peak]
    before = strength[rows, np.maximum(peak - 1, 0)]
    after = strength[rows, np.minimum(peak + 1, strength.shape[1] - 1)]
    bend = before - 2 * middle + after
    shift = np.where(bend < -1e-6, (before - after) / np.minimum(2 * bend, -1e-6), 0.0).clip(-0.5, 0.5)
    return inner[peak] + shift * (offsets[1] - offsets[0]), np.where(middle > LEAST_STEP, np.minimum(middle, 25.0), 0.0)


def _fit(
    along: np.ndarray, places: np.ndarray, weights: np.ndarray, reach: float, least: float = 0.2
) -> tuple[float, float] | None:
    """Fit offset = slope * along + level through the densest straight run of edge places.

    Returns None when fewer than the share `least` of the samples lie on one line.
    """
    used = weights > 0
    if used.sum() < len(along) * least:
        return None
    x, y, w = along[used], places[used], weights[used]
    first, second = np.triu_indices(min(len(x), 36), 1)
    pick = np.linspace(0, len(x) - 1, min(len(x), 36)).astype(int)
    first, second = pick[first], pick[second]
    apart = np.abs(x[second] - x[first]) > 0.25 * (along[-1] - along[0])
    first, second = first[apart], second[apart]
    if len(first) == 0:
        return None
    slopes = (y[second] - y[first]) / (x[second] - x[first])
    misses = np.abs(y[None] - (y[first] + slopes * -x[first])[:, None] - slopes[:, None] * x[None])
    tolerance = max(0.6, reach * 0.12)
    votes = (w * np.maximum(0, 1 - (misses / tolerance) ** 2)).sum(axis=1)
    best = int(votes.argmax())
    near = misses[best] < tolerance * 1.2
    if near.sum() < len(along) * least:
        return None
    slope, level = np.polyfit(x[near], y[near], 1, w=np.sqrt(w[near]))
    return float(slope), float(level)


def _is_sound(found: np.ndarray, before: np.ndarray, reach: float) -> bool:
    if not np.isfinite(found).all() or not (turns(found[None]) > 0).all():
        return False
    change = areas(found[None])[0] / max(areas(before[None])[0], 1e-6)
    return bool(0.75 < change < 1.33 and np.abs(found - before).max() < 6 * reach + 4)
