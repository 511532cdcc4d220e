"""A whole scene as a camera sees it, with the truth about where its sheets lie."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from scenes.desks import draw_desk
from scenes.laying import lay_sheet, like_the_desk, place
from scenes.material import Material
from scenes.pages import draw_page

#: scenes are drawn this much larger than asked for, and shrunk, so that edges look like a lens saw them
OVERSIZE = 1.5


@dataclass(frozen=True, eq=False)
class Scene:
    """One picture, BGR uint8 (height, width, 3); the quads (n, 4, 2) of its sheets, lowest first; their mask and rim, 0..1."""

    image: np.ndarray
    quads: np.ndarray
    inside: np.ndarray
    rim: np.ndarray


def draw_scene(material: Material, seed: int, size: tuple[int, int]) -> Scene:
    """Return the scene of a seed, of `size` (width, height): nothing, one sheet, or several on a desk, as a camera sees them."""
    rng = np.random.default_rng(seed)
    large = (round(size[0] * OVERSIZE), round(size[1] * OVERSIZE))
    image = draw_desk(material, rng, large)
    owner = np.zeros((large[1], large[0]), np.uint8)
    quads: list[np.ndarray] = []
    for number in range(1, 1 + int(rng.choice([0, 1, 2, 3, 4], p=[0.2, 0.58, 0.12, 0.06, 0.04]))):
        page, aspect = draw_page(material, rng)
        quad = place(rng, large, aspect, quads)
        if quad is None:
            continue
        if rng.random() < 0.12:
            page = like_the_desk(page, image, rng)
        mask = lay_sheet(image, page, quad, rng, card=aspect > 1.45)
        owner[mask > 127] = number
        quads.append(quad)
    image = _photographed(_lit(image, rng), rng, size)
    return Scene(image, np.array(quads).reshape(-1, 4, 2) / OVERSIZE, *_labels(owner, size))


def _labels(owner: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the mask of all sheets and of their rims, float32 0..1, from the picture of which sheet owns which pixel."""
    inside = cv2.resize((owner > 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    grown, shrunk = (step(owner, np.ones((5, 5), np.uint8)) for step in (cv2.dilate, cv2.erode))
    rim = cv2.resize((grown != shrunk).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return inside, rim


def _lit(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Uneven light, shadows cast over everything, a reflection now and then."""
    height, width = image.shape[:2]
    light = cv2.resize(
        rng.normal(1, rng.uniform(0, 0.16), (2, 2)).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR
    )
    if rng.random() < 0.3:
        shade = np.zeros((height, width), np.uint8)
        points = rng.uniform(-0.2, 1.2, (5, 2)) * [width, height]
        cv2.fillConvexPoly(shade, cv2.convexHull(points.astype(np.int32)), 255)
        shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(2, 30))
        light *= 1 - shade / 255.0 * rng.uniform(0.1, 0.5)
    lit = image * light[..., None]
    if rng.random() < 0.12:
        spot = np.zeros((height, width), np.float32)
        centre = tuple((rng.uniform(0, 1, 2) * [width, height]).astype(int).tolist())
        cv2.circle(spot, centre, int(rng.uniform(0.02, 0.2) * width) + 2, 1.0, -1)
        lit += cv2.GaussianBlur(spot, (0, 0), rng.uniform(4, 25))[..., None] * rng.uniform(60, 220)
    return np.clip(lit, 0, 255)


def _photographed(image: np.ndarray, rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Through the lens: exposure, tint, blur, noise, JPEG."""
    image = 255 * (np.clip(image, 0, 255) / 255.0) ** np.exp(rng.normal(0, 0.22)) * np.exp(rng.normal(0, 0.07, 3))
    if rng.random() < 0.1:
        image *= rng.uniform(0.25, 0.6)
    image = cv2.resize(image.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.4:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.4))
    image = np.clip(image + rng.normal(0, rng.uniform(0, 4), image.shape), 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        image = cv2.imdecode(
            cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(45, 90))])[1], cv2.IMREAD_COLOR
        )
    return image
