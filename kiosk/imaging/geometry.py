"""Quadrilaterals in a picture: order, area, angles, intersections; arrays are float, points (x, y) in pixels."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np


def ordered(corners: np.ndarray) -> np.ndarray:
    """Return four points (4, 2) clockwise as seen, starting with the one nearest the picture's top left."""
    points = np.asarray(corners, float).reshape(4, 2)
    offset = points - points.mean(axis=0)
    clockwise = points[np.argsort(np.arctan2(offset[:, 1], offset[:, 0]))]
    return np.roll(clockwise, -int(np.argmin(clockwise.sum(axis=1))), axis=0)


def areas(quads: np.ndarray) -> np.ndarray:
    """Return the areas (n,) of quads (n, 4, 2), positive when clockwise as seen."""
    following = np.roll(quads, -1, axis=1)
    return (quads[..., 0] * following[..., 1] - following[..., 0] * quads[..., 1]).sum(axis=1) / 2


def cosines(quads: np.ndarray) -> np.ndarray:
    """Return the cosines (n, 4) of the inner angles of quads (n, 4, 2)."""
    forward = np.roll(quads, -1, axis=1) - quads
    backward = np.roll(quads, 1, axis=1) - quads
    lengths = np.linalg.norm(forward, axis=2) * np.linalg.norm(backward, axis=2)
    return (forward * backward).sum(axis=2) / np.maximum(lengths, 1e-9)


def turns(quads: np.ndarray) -> np.ndarray:
    """Return the cross products (n, 4) of consecutive sides; all positive for a convex clockwise quad."""
    sides = np.roll(quads, -1, axis=1) - quads
    following = np.roll(sides, -1, axis=1)
    return sides[..., 0] * following[..., 1] - sides[..., 1] * following[..., 0]


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Return the intersection over union of two convex quads (4, 2)."""
    first, second = one.astype(np.float32), other.astype(np.float32)
    common, _ = cv2.intersectConvexConvex(first, second)
    union = cv2.contourArea(first) + cv2.contourArea(second) - common
    return float(common / union) if union > 0 else 0.0


def share_covered(one: np.ndarray, other: np.ndarray) -> float:
    """Return the share of the smaller of two convex quads (4, 2) that lies in the other."""
    first, second = one.astype(np.float32), other.astype(np.float32)
    common, _ = cv2.intersectConvexConvex(first, second)
    smaller = min(cv2.contourArea(first), cv2.contourArea(second))
    return float(common / smaller) if smaller > 0 else 0.0


def crossings(lines: np.ndarray) -> np.ndarray:
    """Return where each of n lines meets the next, (m, n, 2), for lines (m, n, 3) as a x + b y + c = 0; parallel gives nan."""
    points = np.cross(lines, np.roll(lines, -1, axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = points[..., :2] / points[..., 2:]
    return np.where(np.isfinite(found), found, np.nan)


def quads_around(hull: np.ndarray, most_vertices: int = 9) -> list[np.ndarray]:
    """Return up to two quads (4, 2), clockwise, for a convex hull (n, 2): the tightest around it, and the largest inside it."""
    polygon = _simplified(hull, most_vertices)
    count = len(polygon)
    if count < 4:
        return []
    closed = np.vstack([polygon, polygon[:1]])
    homogeneous = np.hstack([closed, np.ones((count + 1, 1))])
    lines = np.cross(homogeneous[:-1], homogeneous[1:])
    choices = np.array(list(combinations(range(count), 4)))
    inside = polygon[choices]
    found = [inside[np.argmax(np.abs(areas(inside)))]]
    around = np.roll(crossings(lines[choices]), 1, axis=1)
    sound = np.isfinite(around).all(axis=(1, 2))
    sound[sound] &= (turns(around[sound]) > 0).all(axis=1) | (turns(around[sound]) < 0).all(axis=1)
    hull_area = cv2.contourArea(polygon.astype(np.float32))
    size = np.abs(areas(np.nan_to_num(around)))
    size[~sound | (size < hull_area * 0.98)] = np.inf
    best = int(np.argmin(size))
    if size[best] < hull_area * 1.35:
        found.append(around[best])
    return [quad if areas(quad[None])[0] > 0 else quad[::-1] for quad in found]


def _simplified(hull: np.ndarray, most_vertices: int) -> np.ndarray:
    """Drop vertices of a convex hull until few enough are left."""
    points = hull.astype(np.float32).reshape(-1, 1, 2)
    perimeter = cv2.arcLength(points, True)
    share = 0.004
    polygon = cv2.approxPolyDP(points, share * perimeter, True)
    while len(polygon) > most_vertices and share < 0.08:
        share *= 1.35
        polygon = cv2.approxPolyDP(points, share * perimeter, True)
    polygon = polygon.reshape(-1, 2).astype(float)
    if len(polygon) > most_vertices or len(polygon) < 3:
        return polygon[:0]
    return polygon if cv2.contourArea(polygon.astype(np.float32), True) > 0 else polygon[::-1]
