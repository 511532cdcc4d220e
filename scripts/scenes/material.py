"""What scenes are made of: textures and pages, read once and kept small, and how pictures are laid over one another."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np


class Material:
    """What scenes are made of: textures and pages, read once and kept small."""

    def __init__(self, textures: Path, pages: Path, most: int = 1500) -> None:
        self.textures = _read_all(textures, most, 512)
        self.pages = _read_all(pages, most, 420)

    def texture(self, rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
        """A piece of a texture of (width, height), turned, stretched and tinted."""
        picture = self.textures[rng.integers(len(self.textures))]
        if rng.random() < 0.3:
            picture = np.tile(picture, (2, 2, 1))
        height, width = picture.shape[:2]
        zoom = rng.uniform(0.35, 1.0)
        across, down = max(8, int(width * zoom)), max(8, int(height * zoom))
        x, y = rng.integers(0, width - across + 1), rng.integers(0, height - down + 1)
        piece = cv2.resize(picture[y : y + down, x : x + across], size, interpolation=cv2.INTER_AREA)
        piece = np.rot90(piece, 2) if rng.random() < 0.5 else piece
        piece = piece[:, ::-1] if rng.random() < 0.5 else piece
        return tinted(np.ascontiguousarray(piece), rng, 0.15)

    def page(self, rng: np.random.Generator) -> np.ndarray:
        return self.pages[rng.integers(len(self.pages))]


def _read_all(folder: Path, most: int, longest: int) -> list[np.ndarray]:
    found = []
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"})
    for file in files[:: max(1, len(files) // most)]:
        picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if picture is None or min(picture.shape[:2]) < 48:
            continue
        scale = min(1.0, longest / max(picture.shape[:2]))
        found.append(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    return found


def tinted(picture: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    gain = rng.normal(1, strength, 3) * rng.uniform(1 - strength, 1 + strength)
    return np.clip(picture * gain.clip(0.2, 1.6), 0, 255).astype(np.uint8)


def colour(rng: np.random.Generator) -> tuple[float, float, float]:
    return tuple(rng.uniform(0, 255, 3)) if rng.random() < 0.5 else (float(rng.uniform(0, 255)),) * 3


def rounded(box: np.ndarray, share: float) -> np.ndarray:
    """A quad with its corners rounded by a share of its shorter side, as a polygon."""
    points = []
    for place in range(4):
        corner, before, after = box[place], box[place - 1], box[(place + 1) % 4]
        short = share * min(np.linalg.norm(before - corner), np.linalg.norm(after - corner))
        start = corner + (before - corner) / max(1e-6, np.linalg.norm(before - corner)) * short
        end = corner + (after - corner) / max(1e-6, np.linalg.norm(after - corner)) * short
        along = np.linspace(0, 1, 7)[:, None]
        points.append((1 - along) ** 2 * start + 2 * along * (1 - along) * corner + along**2 * end)
    return np.concatenate(points).astype(np.int32)


def blend(below: np.ndarray, above: np.ndarray, mask: np.ndarray) -> None:
    share = (mask / 255.0)[..., None]
    below[:] = (below * (1 - share) + above * share).astype(np.uint8)
