"""Sheets of paper, cards, covers, notes: what is printed and written on them."""

from __future__ import annotations

import cv2
import numpy as np

from scenes.material import Material, colour, tinted

ASPECTS = {"a4": 1.414, "card": 1.585, "square": 1.15, "receipt": 2.1, "book": 1.35, "note": 2.35}


def draw_page(material: Material, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Return the picture of a sheet (BGR uint8) and its proportion, longer by shorter side (the picture stands upright)."""
    kind = rng.choice(
        ["a4", "a4", "a4", "a4", "card", "card", "card", "square", "receipt", "book", "book", "book", "note"]
    )
    aspect = ASPECTS[kind] * float(np.exp(rng.normal(0, 0.06)))
    size = (300, int(300 * aspect))
    if kind in ("a4", "book", "square") and rng.random() < 0.45:
        page = cv2.resize(material.page(rng), size, interpolation=cv2.INTER_AREA)
    elif kind in ("card", "book", "note") and rng.random() < 0.75:
        page = _coloured(material, rng, size)
    else:
        page = _written(material, rng, size)
    if kind in ("card", "note") or rng.random() < 0.3:
        page = np.rot90(page)
        aspect = 1 / aspect
    return tinted(np.ascontiguousarray(page), rng, 0.06), aspect


def paper(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    light = rng.uniform(185, 255)
    tint = rng.normal(0, 3, 3) if rng.random() < 0.75 else rng.normal(0, 22, 3)
    return np.full((size[1], size[0], 3), np.clip(light + tint, 60, 255), np.uint8)


def _written(material: Material, rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Paper with lines of strokes, ruled or not, boxes, bubbles, pictures; or blank."""
    page = paper(rng, size)
    width, height = size
    if rng.random() < 0.12:
        return page
    ink = tuple(rng.uniform(0, 110, 3)) if rng.random() < 0.3 else (float(rng.uniform(0, 90)),) * 3
    if rng.random() < 0.3:
        for y in range(int(rng.uniform(5, 60)), height, int(rng.uniform(9, 26))):
            cv2.line(page, (0, y), (width, y), tuple(rng.uniform(120, 220, 3)), 1)
    left, right = rng.uniform(0.03, 0.2) * width, rng.uniform(0.75, 0.97) * width
    y, pitch = rng.uniform(0.03, 0.15) * height, rng.uniform(6, 22)
    while y < height * rng.uniform(0.6, 1.1) and y < height - 4:
        block = rng.random()
        if block < 0.78:
            line_of_words(
                page, rng, left, right if rng.random() < 0.8 else rng.uniform(left + 20, right), y, pitch, ink
            )
            y += pitch * (1 if rng.random() < 0.85 else 2)
        elif block < 0.88:
            deep = rng.uniform(2, 8) * pitch
            cv2.rectangle(
                page, (int(left), int(y)), (int(right), int(y + deep * 0.9)), ink, 1 if rng.random() < 0.8 else -1
            )
            y += deep if rng.random() < 0.5 else pitch
        elif block < 0.95:
            for x in np.arange(left, right, pitch * 1.3):
                cv2.circle(
                    page, (int(x), int(y + pitch / 2)), max(1, int(pitch * 0.35)), ink, -1 if rng.random() < 0.3 else 1
                )
            y += pitch
        else:
            deep = int(rng.uniform(30, 110))
            picture = material.texture(rng, (max(8, int((right - left) * rng.uniform(0.3, 1))), deep))
            y0, x0 = int(y), int(left)
            part = page[y0 : y0 + deep, x0 : x0 + picture.shape[1]]
            part[:] = picture[: part.shape[0], : part.shape[1]]
            y += deep + pitch
    if rng.random() < 0.15:
        centre = (int(rng.uniform(0.2, 0.8) * width), int(rng.uniform(0.2, 0.9) * height))
        cv2.circle(page, centre, int(rng.uniform(15, 40)), (50, 40, 210), 2, cv2.LINE_AA)
    return page


def line_of_words(page, rng, left, right, y, pitch, ink) -> None:
    x, tall = left, pitch * rng.uniform(0.35, 0.75)
    while x < right:
        long = rng.uniform(1, 7) * tall
        end = min(x + long, right)
        for stroke in np.arange(x, end, max(1.5, tall * 0.45)):
            top, bottom = y + rng.uniform(0, 0.4) * tall, y + rng.uniform(0.6, 1) * tall
            cv2.line(
                page, (int(stroke), int(top)), (int(stroke + rng.uniform(-1, 2)), int(bottom)), ink, 1, cv2.LINE_AA
            )
        x = end + tall * rng.uniform(0.3, 0.9)


def _bright_colour(rng: np.random.Generator) -> np.ndarray:
    """A printer's colour: any hue, often strong."""
    hue = np.array([[[rng.uniform(0, 180), 255 * rng.uniform(0, 1) ** 0.5, rng.uniform(40, 255)]]], np.uint8)
    return cv2.cvtColor(hue, cv2.COLOR_HSV2BGR)[0, 0]


def _coloured(material: Material, rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A card, a book's or magazine's cover, a banknote: colour, a picture, some words, perhaps a frame."""
    width, height = size
    plain = np.full((height, width, 3), _bright_colour(rng), np.uint8)
    page = plain if rng.random() < 0.6 else material.texture(rng, size)
    if rng.random() < 0.25:  # a band of another colour across the cover
        start, end = np.sort(rng.uniform(-0.3, 1.3, 2) * height).astype(int).clip(0, height)
        page[start:end] = _bright_colour(rng) if rng.random() < 0.7 else paper(rng, (width, 1))[0]
    if rng.random() < 0.35:
        page = cv2.addWeighted(page, 0.5, np.full_like(page, rng.uniform(150, 250, 3)), 0.5, 0)
    if rng.random() < 0.4:
        edge = int(rng.uniform(2, 0.08 * width + 3))
        cv2.rectangle(page, (edge, edge), (width - edge, height - edge), colour(rng), max(1, int(rng.uniform(1, 6))))
    if rng.random() < 0.6:
        w, h = int(rng.uniform(0.2, 0.8) * width), int(rng.uniform(0.15, 0.6) * height)
        x, y = int(rng.uniform(0, width - w)), int(rng.uniform(0, height - h))
        page[y : y + h, x : x + w] = material.texture(rng, (w, h)) if rng.random() < 0.7 else colour(rng)
    ink = colour(rng)
    for _ in range(rng.integers(1, 12)):
        pitch = rng.uniform(8, 60)
        left = rng.uniform(0.03, 0.5) * width
        line_of_words(page, rng, left, rng.uniform(left, width), rng.uniform(0, height - pitch), pitch, ink)
    return page
