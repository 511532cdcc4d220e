"""Desks: surfaces of every kind, and what lies about on them that is no paper."""

from __future__ import annotations

import cv2
import numpy as np

from scenes.material import Material, blend, colour, rounded


def draw_desk(material: Material, rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Return a desk: a texture, an even or shaded colour, stripes, or two of them side by side."""
    desk = _surface(material, rng, size)
    if rng.random() < 0.28:
        other = _surface(material, rng, size)
        desk = np.where(_half_plane(rng, size)[..., None], desk, other)
    if rng.random() < 0.6:
        desk = _with_clutter(desk, material, rng)
    return desk


def _surface(material: Material, rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    kind = rng.random()
    if kind < 0.5:
        surface = material.texture(rng, size)
        if rng.random() < 0.35:  # a calmer surface: real desks are seldom as busy as textures
            even = np.full_like(surface, surface.reshape(-1, 3).mean(axis=0))
            surface = cv2.addWeighted(surface, rng.uniform(0.1, 0.6), even, 1.0, -rng.uniform(0, 20))
            surface = cv2.addWeighted(surface, rng.uniform(0.6, 1.0), surface, 0, 0)
        return surface
    surface = np.full((size[1], size[0], 3), _desk_colour(rng), np.float32)
    if kind < 0.75:
        for cells, depth in ((3, 9), (14, 5), (60, 3)):
            cloud = rng.normal(0, depth * rng.uniform(0, 1), (cells, cells + 1)).astype(np.float32)
            surface += cv2.resize(cloud, size, interpolation=cv2.INTER_CUBIC)[..., None]
    elif kind < 0.9:
        surface += _grain(rng, size)[..., None] * rng.uniform(4, 34, 3)
    else:
        surface += _stripes(rng, size)[..., None] * rng.uniform(-50, 50, 3)
    return np.clip(surface, 0, 255).astype(np.uint8)


def _desk_colour(rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.35:  # light and nearly without colour, as paper is
        return rng.uniform(150, 250) + rng.normal(0, 7, 3)
    if rng.random() < 0.4:  # dark
        return rng.uniform(8, 70) + rng.normal(0, 8, 3)
    return rng.uniform(20, 235, 3)


def _grain(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Wood: noise drawn out along one direction, with slow waves across."""
    long = cv2.resize(rng.normal(0, 1, (rng.integers(20, 160), rng.integers(2, 8))).astype(np.float32), (600, 600))
    down, across = np.mgrid[0:600, 0:600].astype(np.float32)
    bend = cv2.resize(rng.normal(0, 12, (4, 4)).astype(np.float32), (600, 600), interpolation=cv2.INTER_CUBIC)
    long = cv2.remap(long, across, (down + bend) % 600, cv2.INTER_LINEAR)
    turn = cv2.getRotationMatrix2D((300, 300), rng.uniform(0, 180), 1.5)
    return cv2.resize(cv2.warpAffine(long, turn, (600, 600), borderMode=cv2.BORDER_REFLECT), size)


def _stripes(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    down, across = np.mgrid[0 : size[1], 0 : size[0]]
    angle = rng.uniform(0, np.pi)
    along = across * np.cos(angle) + down * np.sin(angle)
    wave = np.sin(along / rng.uniform(2, 30))
    if rng.random() < 0.3:
        wave = wave * np.sin((across * -np.sin(angle) + down * np.cos(angle)) / rng.uniform(2, 30))
    return (np.sign(wave) if rng.random() < 0.6 else wave).astype(np.float32)


def _half_plane(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    down, across = np.mgrid[0 : size[1], 0 : size[0]]
    angle = (
        rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else rng.choice([0, 0.5, 1, 1.5]) * np.pi + rng.normal(0, 0.1)
    )
    along = across * np.cos(angle) + down * np.sin(angle)
    return along < np.quantile(along, rng.uniform(0.15, 0.85))


def _with_clutter(desk: np.ndarray, material: Material, rng: np.random.Generator) -> np.ndarray:
    desk = np.ascontiguousarray(desk)
    height, width = desk.shape[:2]
    for _ in range(rng.integers(1, 9)):
        middle = rng.uniform(-0.05, 1.05, 2) * [width, height]
        reach = rng.uniform(0.03, 0.28) * max(width, height)
        rng.choice([_lay_round, _lay_cable, _lay_long, _lay_keys, _lay_device, _lay_blob])(
            desk, material, rng, middle, reach
        )
    return desk


def _lay_round(desk, material, rng, middle, reach) -> None:
    """A cup, a plate, a roll of tape."""
    axes = (int(reach * 0.6) + 2, int(reach * 0.6 * rng.uniform(0.7, 1)) + 2)
    place = tuple(middle.astype(int).tolist())
    cv2.ellipse(desk, place, axes, rng.uniform(0, 180), 0, 360, colour(rng), -1, cv2.LINE_AA)
    inner = (max(1, int(axes[0] * rng.uniform(0.3, 0.9))), max(1, int(axes[1] * rng.uniform(0.3, 0.9))))
    cv2.ellipse(desk, place, inner, 0, 0, 360, colour(rng), -1, cv2.LINE_AA)


def _lay_cable(desk, material, rng, middle, reach) -> None:
    points = np.cumsum(np.vstack([middle, rng.normal(0, reach * 0.5, (9, 2))]), axis=0)
    smooth = cv2.GaussianBlur(cv2.resize(points.astype(np.float32), (2, 90)), (1, 15), 4)
    cv2.polylines(desk, [smooth.astype(np.int32)], False, colour(rng), int(rng.integers(1, 6)), cv2.LINE_AA)


def _lay_long(desk, material, rng, middle, reach) -> None:
    """A pen, a ruler, the edge of a shelf: rectangles too long for any paper."""
    size = (reach * rng.uniform(1, 4), reach * rng.uniform(0.05, 0.25) + 1)
    box = cv2.boxPoints((middle.tolist(), size, rng.uniform(0, 180)))
    cv2.fillConvexPoly(desk, box.astype(np.int32), colour(rng), cv2.LINE_AA)


def _lay_keys(desk, material, rng, middle, reach) -> None:
    """A keyboard: rows of dark or light keys on a plate."""
    rows, columns = int(rng.integers(3, 6)), int(rng.integers(9, 15))
    plate = np.full((rows * 12 + 4, columns * 12 + 4, 3), colour(rng), np.uint8)
    key = colour(rng)
    for row in range(rows):
        for column in range(columns):
            corner = (column * 12 + 3, row * 12 + 3)
            cv2.rectangle(plate, corner, (corner[0] + 9, corner[1] + 9), key, -1)
    _paste(desk, plate, _turned_box(rng, middle, reach * 2.4, columns / rows))


def _lay_device(desk, material, rng, middle, reach) -> None:
    """A telephone or a mouse: dark, with round corners."""
    shade = rng.uniform(5, 60)
    box = _turned_box(rng, middle, reach, rng.uniform(1.6, 2.2))
    cv2.fillPoly(desk, [rounded(box, 0.2)], (shade,) * 3, cv2.LINE_AA)
    if rng.random() < 0.5:
        inner = (box - box.mean(axis=0)) * rng.uniform(0.8, 0.93) + box.mean(axis=0)
        cv2.fillPoly(desk, [rounded(inner, 0.08)], (shade * rng.uniform(0, 1.5),) * 3, cv2.LINE_AA)


def _lay_blob(desk, material, rng, middle, reach) -> None:
    """Cloth, a bag, a hand: a shapeless piece of another texture."""
    height, width = desk.shape[:2]
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    waves = sum(rng.normal(0, 0.25 / k) * np.sin(k * angles + rng.uniform(0, 6)) for k in range(1, 6))
    radius = reach * (1 + waves).clip(0.2)
    outline = middle + np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius[:, None]
    mask = cv2.fillPoly(np.zeros((height, width), np.uint8), [outline.astype(np.int32)], 255, cv2.LINE_AA)
    other = material.texture(rng, (width, height)) if rng.random() < 0.6 else np.full_like(desk, colour(rng))
    blend(desk, other, mask)


def _turned_box(rng, middle, length, aspect) -> np.ndarray:
    return cv2.boxPoints((middle.tolist(), (length, length / aspect), rng.uniform(0, 360))).astype(np.float32)


def _paste(desk: np.ndarray, picture: np.ndarray, box: np.ndarray) -> None:
    height, width = desk.shape[:2]
    source = np.array(
        [[0, 0], [picture.shape[1], 0], [picture.shape[1], picture.shape[0]], [0, picture.shape[0]]], np.float32
    )
    matrix = cv2.getPerspectiveTransform(source, box)
    laid = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.fillConvexPoly(np.zeros((height, width), np.uint8), box.astype(np.int32), 255, cv2.LINE_AA)
    blend(desk, laid, mask)
