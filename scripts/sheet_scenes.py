"""Draws desks with sheets, cards and clutter on them, and knows where every sheet lies: what the sheet network learns from.

Everything is drawn anew from a seed: the desk from a folder of textures (any photographs of surfaces will do; Debian's
supertuxkart-data, mate-backgrounds and ukui-wallpapers were used), the sheets from a folder of rendered pages and from
pages drawn here. No labelled photograph is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

#: scenes are drawn this much larger than asked for, and shrunk, so that edges look like a lens saw them
OVERSIZE = 1.5
SMALLEST_SHARE, LARGEST_SHARE = 0.025, 0.92
ASPECTS = {"a4": 1.414, "card": 1.585, "square": 1.15, "receipt": 2.1, "book": 1.35, "note": 2.35}


@dataclass(frozen=True, eq=False)
class Scene:
    """One picture, BGR uint8 (height, width, 3); the quads (n, 4, 2) of its sheets, lowest first; their mask and rim, 0..1."""

    image: np.ndarray
    quads: np.ndarray
    inside: np.ndarray
    rim: np.ndarray


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
        return _tinted(np.ascontiguousarray(piece), rng, 0.15)

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


def _tinted(picture: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    gain = rng.normal(1, strength, 3) * rng.uniform(1 - strength, 1 + strength)
    return np.clip(picture * gain.clip(0.2, 1.6), 0, 255).astype(np.uint8)


# --- desks


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


def _colour(rng: np.random.Generator) -> tuple[float, float, float]:
    return tuple(rng.uniform(0, 255, 3)) if rng.random() < 0.5 else (float(rng.uniform(0, 255)),) * 3


def _lay_round(desk, material, rng, middle, reach) -> None:
    """A cup, a plate, a roll of tape."""
    axes = (int(reach * 0.6) + 2, int(reach * 0.6 * rng.uniform(0.7, 1)) + 2)
    place = tuple(middle.astype(int).tolist())
    cv2.ellipse(desk, place, axes, rng.uniform(0, 180), 0, 360, _colour(rng), -1, cv2.LINE_AA)
    inner = (max(1, int(axes[0] * rng.uniform(0.3, 0.9))), max(1, int(axes[1] * rng.uniform(0.3, 0.9))))
    cv2.ellipse(desk, place, inner, 0, 0, 360, _colour(rng), -1, cv2.LINE_AA)


def _lay_cable(desk, material, rng, middle, reach) -> None:
    points = np.cumsum(np.vstack([middle, rng.normal(0, reach * 0.5, (9, 2))]), axis=0)
    smooth = cv2.GaussianBlur(cv2.resize(points.astype(np.float32), (2, 90)), (1, 15), 4)
    cv2.polylines(desk, [smooth.astype(np.int32)], False, _colour(rng), int(rng.integers(1, 6)), cv2.LINE_AA)


def _lay_long(desk, material, rng, middle, reach) -> None:
    """A pen, a ruler, the edge of a shelf: rectangles too long for any paper."""
    size = (reach * rng.uniform(1, 4), reach * rng.uniform(0.05, 0.25) + 1)
    box = cv2.boxPoints((middle.tolist(), size, rng.uniform(0, 180)))
    cv2.fillConvexPoly(desk, box.astype(np.int32), _colour(rng), cv2.LINE_AA)


def _lay_keys(desk, material, rng, middle, reach) -> None:
    """A keyboard: rows of dark or light keys on a plate."""
    rows, columns = int(rng.integers(3, 6)), int(rng.integers(9, 15))
    plate = np.full((rows * 12 + 4, columns * 12 + 4, 3), _colour(rng), np.uint8)
    key = _colour(rng)
    for row in range(rows):
        for column in range(columns):
            corner = (column * 12 + 3, row * 12 + 3)
            cv2.rectangle(plate, corner, (corner[0] + 9, corner[1] + 9), key, -1)
    _paste(desk, plate, _turned_box(rng, middle, reach * 2.4, columns / rows))


def _lay_device(desk, material, rng, middle, reach) -> None:
    """A telephone or a mouse: dark, with round corners."""
    shade = rng.uniform(5, 60)
    box = _turned_box(rng, middle, reach, rng.uniform(1.6, 2.2))
    cv2.fillPoly(desk, [_rounded(box, 0.2)], (shade,) * 3, cv2.LINE_AA)
    if rng.random() < 0.5:
        inner = (box - box.mean(axis=0)) * rng.uniform(0.8, 0.93) + box.mean(axis=0)
        cv2.fillPoly(desk, [_rounded(inner, 0.08)], (shade * rng.uniform(0, 1.5),) * 3, cv2.LINE_AA)


def _lay_blob(desk, material, rng, middle, reach) -> None:
    """Cloth, a bag, a hand: a shapeless piece of another texture."""
    height, width = desk.shape[:2]
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    waves = sum(rng.normal(0, 0.25 / k) * np.sin(k * angles + rng.uniform(0, 6)) for k in range(1, 6))
    radius = reach * (1 + waves).clip(0.2)
    outline = middle + np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius[:, None]
    mask = cv2.fillPoly(np.zeros((height, width), np.uint8), [outline.astype(np.int32)], 255, cv2.LINE_AA)
    other = material.texture(rng, (width, height)) if rng.random() < 0.6 else np.full_like(desk, _colour(rng))
    _blend(desk, other, mask)


def _turned_box(rng, middle, length, aspect) -> np.ndarray:
    return cv2.boxPoints((middle.tolist(), (length, length / aspect), rng.uniform(0, 360))).astype(np.float32)


def _rounded(box: np.ndarray, share: float) -> np.ndarray:
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


def _paste(desk: np.ndarray, picture: np.ndarray, box: np.ndarray) -> None:
    height, width = desk.shape[:2]
    source = np.array(
        [[0, 0], [picture.shape[1], 0], [picture.shape[1], picture.shape[0]], [0, picture.shape[0]]], np.float32
    )
    matrix = cv2.getPerspectiveTransform(source, box)
    laid = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.fillConvexPoly(np.zeros((height, width), np.uint8), box.astype(np.int32), 255, cv2.LINE_AA)
    _blend(desk, laid, mask)


def _blend(below: np.ndarray, above: np.ndarray, mask: np.ndarray) -> None:
    share = (mask / 255.0)[..., None]
    below[:] = (below * (1 - share) + above * share).astype(np.uint8)


# --- sheets


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
    return _tinted(np.ascontiguousarray(page), rng, 0.06), aspect


def _paper(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    light = rng.uniform(185, 255)
    tint = rng.normal(0, 3, 3) if rng.random() < 0.75 else rng.normal(0, 22, 3)
    return np.full((size[1], size[0], 3), np.clip(light + tint, 60, 255), np.uint8)


def _written(material: Material, rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Paper with lines of strokes, ruled or not, boxes, bubbles, pictures; or blank."""
    page = _paper(rng, size)
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
            _line_of_words(
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


def _line_of_words(page, rng, left, right, y, pitch, ink) -> None:
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
        page[start:end] = _bright_colour(rng) if rng.random() < 0.7 else _paper(rng, (width, 1))[0]
    if rng.random() < 0.35:
        page = cv2.addWeighted(page, 0.5, np.full_like(page, rng.uniform(150, 250, 3)), 0.5, 0)
    if rng.random() < 0.4:
        edge = int(rng.uniform(2, 0.08 * width + 3))
        cv2.rectangle(page, (edge, edge), (width - edge, height - edge), _colour(rng), max(1, int(rng.uniform(1, 6))))
    if rng.random() < 0.6:
        w, h = int(rng.uniform(0.2, 0.8) * width), int(rng.uniform(0.15, 0.6) * height)
        x, y = int(rng.uniform(0, width - w)), int(rng.uniform(0, height - h))
        page[y : y + h, x : x + w] = material.texture(rng, (w, h)) if rng.random() < 0.7 else _colour(rng)
    ink = _colour(rng)
    for _ in range(rng.integers(1, 12)):
        pitch = rng.uniform(8, 60)
        left = rng.uniform(0.03, 0.5) * width
        _line_of_words(page, rng, left, rng.uniform(left, width), rng.uniform(0, height - pitch), pitch, ink)
    return page


# --- scenes


def draw_scene(material: Material, seed: int, size: tuple[int, int]) -> Scene:
    """Return the scene of a seed, of `size` (width, height): nothing, one sheet, or several on a desk, as a camera sees them."""
    rng = np.random.default_rng(seed)
    large = (round(size[0] * OVERSIZE), round(size[1] * OVERSIZE))
    image = draw_desk(material, rng, large)
    owner = np.zeros((large[1], large[0]), np.uint8)
    quads: list[np.ndarray] = []
    for number in range(1, 1 + int(rng.choice([0, 1, 2, 3, 4], p=[0.2, 0.58, 0.12, 0.06, 0.04]))):
        page, aspect = draw_page(material, rng)
        quad = _place(rng, large, aspect, quads)
        if quad is None:
            continue
        if rng.random() < 0.12:
            page = _like_the_desk(page, image, rng)
        mask = _lay_sheet(image, page, quad, rng, card=aspect > 1.45)
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


def _place(rng, size, aspect, taken) -> np.ndarray | None:
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


def _like_the_desk(page: np.ndarray, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give the paper nearly the desk's own colour: white on white is the commonest failure of scanners."""
    ground = np.median(image.reshape(-1, 3)[::37], axis=0)
    paper = np.percentile(page.reshape(-1, 3), 80, axis=0) + 1
    wanted = np.clip(ground * rng.uniform(0.94, 1.08) + rng.uniform(-4, 12), 90, 255)
    return np.clip(page * (wanted / paper), 0, 255).astype(np.uint8)


def _lay_sheet(image, page, quad, rng, card: bool) -> np.ndarray:
    """Draw the sheet with its shadow into the picture; return its mask, uint8 0/255."""
    height, width = image.shape[:2]
    source = np.array([[0, 0], [page.shape[1], 0], [page.shape[1], page.shape[0]], [0, page.shape[0]]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, quad)
    shrink = page.shape[1] / max(1.0, float(np.linalg.norm(quad[1] - quad[0])))
    if shrink > 1.3:
        page = cv2.GaussianBlur(page, (0, 0), 0.4 * shrink)
    page = _bent_light(page, rng)
    laid = cv2.warpPerspective(page, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    outline = _rounded(quad, rng.uniform(0.04, 0.1)) if card and rng.random() < 0.7 else quad.astype(np.int32)
    mask = cv2.fillPoly(np.zeros((height, width), np.uint8), [outline], 255, cv2.LINE_AA)
    if not card and rng.random() < 0.3:
        laid, mask = _curled(laid, mask, rng, float(np.sqrt(cv2.contourArea(quad))))
    if rng.random() < 0.05:
        _tear(mask, quad, rng)
    _lay_shadow(image, mask, rng)
    _blend(image, laid, mask)
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
