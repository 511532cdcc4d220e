"""Where a sheet lies on the desk, seen from what slant, and how it looks there: curled, torn, shaded, held."""

from __future__ import annotations

import cv2
import numpy as np

from scenes.material import blend, rounded

SMALLEST_SHARE, LARGEST_SHARE = 0.025, 0.92


def place(rng, size, aspect, taken) -> np.ndarray | None:
    """Return a quad (4, 2) for a sheet of the proportion width / height, seen from a slant; None when none fits."""
    width, height = size
    if not taken and rng.random() < 0.12:
        return _filling(rng, size)
    for _ in range(25):
        share = rng.uniform(SMALLEST_SHARE**0.5, LARGEST_SHARE**0.5) ** 2
        if taken and rng.random() < 0.7:
            share = min(share, 0.25)
        high = (share * width * height / aspect) ** 0.5
        box = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32) * [high * aspect / 2, high / 2]
        upright = rng.choice([0, 0, 90, 180, 270]) + rng.normal(0, 5)
        quad = _seen(box, upright if rng.random() < 0.6 else rng.uniform(0, 360), rng, max(size))
        middle = np.array(size) * (rng.normal(0.5, 0.12, 2) if rng.random() < 0.75 else rng.uniform(0, 1, 2))
        quad = (quad - quad.mean(axis=0) + middle).astype(np.float32)
        seen, _ = cv2.intersectConvexConvex(
            quad, np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        )
        least = 0.995 if rng.random() < 0.82 else 0.35
        free = all(cv2.intersectConvexConvex(quad, other)[0] < 0.25 * cv2.contourArea(other) for other in taken)
        if seen >= least * cv2.contourArea(quad) and free:
            return quad
    return None


def _filling(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A sheet that fills the picture to a narrow margin, here and there over it."""
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * max(size)
    return (frame + inward * rng.uniform(-0.015, 0.12, (4, 2))).astype(np.float32)


def _seen(box: np.ndarray, degrees: float, rng: np.random.Generator, far: float) -> np.ndarray:
    """Turn a flat box on the desk and look at it from a slant of up to 45 degrees."""
    angle = np.deg2rad(degrees)
    flat = box @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    slant = np.deg2rad(abs(rng.normal(0, 14)) if rng.random() < 0.75 else rng.uniform(0, 48))
    towards = rng.uniform(0, 2 * np.pi) if rng.random() < 0.4 else np.pi / 2
    spin = np.array([[np.cos(towards), -np.sin(towards)], [np.sin(towards), np.cos(towards)]])
    turned = flat @ spin
    distance = far * rng.uniform(1.1, 2.2)
    depth = turned[:, 0] * np.sin(slant)
    seen = np.stack([turned[:, 0] * np.cos(slant), turned[:, 1]], axis=1) * (distance / (distance - depth))[:, None]
    return seen @ spin.T


def like_the_desk(page: np.ndarray, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give the paper nearly the desk's own colour: white on white is the commonest failure of scanners."""
    ground = np.median(image.reshape(-1, 3)[::37], axis=0)
    paper = np.percentile(page.reshape(-1, 3), 80, axis=0) + 1
    wanted = np.clip(ground * rng.uniform(0.94, 1.08) + rng.uniform(-4, 12), 90, 255)
    return np.clip(page * (wanted / paper), 0, 255).astype(np.uint8)


def lay_sheet(image, page, quad, rng, card: bool) -> np.ndarray:
    """Draw the sheet with its shadow into the picture; return its mask, uint8 0/255."""
    height, width = image.shape[:2]
    source = np.array([[0, 0], [page.shape[1], 0], [page.shape[1], page.shape[0]], [0, page.shape[0]]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, quad)
    shrink = page.shape[1] / max(1.0, float(np.linalg.norm(quad[1] - quad[0])))
    if shrink > 1.3:
        page = cv2.GaussianBlur(page, (0, 0), 0.4 * shrink)
    page = _bent_light(page, rng)
    laid = cv2.warpPerspective(page, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    outline = rounded(quad, rng.uniform(0.04, 0.1)) if card and rng.random() < 0.7 else quad.astype(np.int32)
    mask = cv2.fillPoly(np.zeros((height, width), np.uint8), [outline], 255, cv2.LINE_AA)
    if not card and rng.random() < 0.3:
        laid, mask = _curled(laid, mask, rng, float(np.sqrt(cv2.contourArea(quad))))
    if rng.random() < 0.05:
        _tear(mask, quad, rng)
    _lay_shadow(image, mask, rng)
    blend(image, laid, mask)
    if rng.random() < 0.08:
        _lay_finger(image, quad, rng)
    return mask


def _bent_light(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Folds and bends make bands of light and shade over a sheet."""
    if rng.random() < 0.6:
        return page
    bands = cv2.resize(
        rng.normal(1, 0.05, (rng.integers(1, 5), rng.integers(1, 5))).astype(np.float32),
        page.shape[1::-1],
        interpolation=cv2.INTER_CUBIC,
    )
    return np.clip(page * bands[..., None], 0, 255).astype(np.uint8)


def _curled(laid, mask, rng, size) -> tuple[np.ndarray, np.ndarray]:
    """Move picture and mask by a few slow waves, a hundredth of the sheet's size or two."""
    height, width = mask.shape
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    reach = size * rng.uniform(0.004, 0.022)
    for field in (down, across):
        waves = cv2.resize(rng.normal(0, 1, (3, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        field += waves * reach
    return cv2.remap(laid, across, down, cv2.INTER_LINEAR), cv2.remap(mask, across, down, cv2.INTER_LINEAR)


def _tear(mask, quad, rng) -> None:
    place = int(rng.integers(4))
    corner, before, after = quad[place], quad[place - 1], quad[(place + 1) % 4]
    cut = np.array(
        [
            corner,
            corner + (before - corner) * rng.uniform(0.03, 0.15),
            corner + (after - corner) * rng.uniform(0.03, 0.15),
        ]
    )
    cv2.fillConvexPoly(mask, cut.astype(np.int32), 0, cv2.LINE_AA)


def _lay_shadow(image, mask, rng) -> None:
    if rng.random() < 0.25:
        return
    height, width = mask.shape
    soft = rng.uniform(0.8, 9)
    move = np.float32([[1, 0, rng.normal(0, soft * 0.8)], [0, 1, rng.normal(0, soft * 0.8)]])
    shadow = cv2.GaussianBlur(cv2.warpAffine(mask, move, (width, height)), (0, 0), soft)
    image[:] = (image * (1 - shadow / 255.0 * rng.uniform(0.05, 0.55))[..., None]).astype(np.uint8)


def _lay_finger(image, quad, rng) -> None:
    place = int(rng.integers(4))
    start, end = quad[place], quad[(place + 1) % 4]
    middle = start + (end - start) * rng.uniform(0.15, 0.85)
    inward = quad.mean(axis=0) - middle
    size = np.linalg.norm(end - start)
    angle = np.degrees(np.arctan2(inward[1], inward[0]))
    axes = (int(size * rng.uniform(0.1, 0.3)) + 3, int(size * rng.uniform(0.02, 0.06)) + 2)
    skin = np.array([120, 155, 205]) * rng.uniform(0.5, 1.15)
    place = tuple((middle - inward * 0.15).astype(int).tolist())
    cv2.ellipse(image, place, axes, float(angle), 0, 360, skin.tolist(), -1, cv2.LINE_AA)
