"""Proposes quadrilaterals that may be the sheet: outlines of what looks like paper, and of what differs from the desk."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.imaging.geometry import areas, cosines, quads_around, turns
from kiosk.imaging.paper_map import paper_map
from kiosk.imaging.view import darkest, lightest

#: the longer side of the picture that is searched, in pixels
SEARCH_SIDE = 448
# A sheet covers at least this share of the picture; an ID card under a camera set for A3 covers 0.04.
LEAST_AREA = 0.015
MOST_AREA = 0.985
SHARPEST_COSINE = 0.72
OUTSIDE = 0.12
PAPER_LEVELS = (0.25, 0.5, 0.75)
APART_LEVELS = (0.3, 0.6)


@dataclass(frozen=True, eq=False)
class Work:
    """A picture made small for searching, with what every step asks of it; all arrays are (height, width[, 3]).

    `image` BGR uint8; `lab` float32, slightly smoothed; `rims` the length of the colour gradient in Lab units per pixel;
    `desk_colours` (n, 3) what lies along the picture's border, commonest first; `from_desk` distance to the nearest;
    `paper` and `paper_rims` how likely each point lies on a sheet and on its rim, 0..1.
    """

    image: np.ndarray
    lab: np.ndarray
    rims: np.ndarray
    desk_colours: np.ndarray
    from_desk: np.ndarray
    paper: np.ndarray
    paper_rims: np.ndarray

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)"""
        return self.image.shape[1], self.image.shape[0]


def make_work(image: np.ndarray) -> Work:
    """Prepare a small picture, BGR uint8, for searching."""
    smooth = cv2.GaussianBlur(image, (0, 0), 0.9)
    lab = _to_lab(smooth)
    colours = desk_colours(lab)
    return Work(image, lab, rim_strength(lab), colours, distance_to(lab, colours), *paper_map(image))


def _to_lab(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(cv2.multiply(image, 1 / 255, dtype=cv2.CV_32F), cv2.COLOR_BGR2LAB)


def propose_quickly(work: Work) -> np.ndarray:
    """Return candidate quads (n, 4, 2), clockwise, in pixels of the work picture: from what the network takes for paper.

    The network sees coarsely; a few cuts by light and by distance from the desk give the same outlines more exactly.
    """
    sure = [cv2.compare(work.paper, level, cv2.CMP_GT) for level in PAPER_LEVELS]
    apart = cv2.subtract(work.paper, work.paper_rims)  # sheets that touch come apart at their rims
    sure += [cv2.compare(apart, level, cv2.CMP_GT) for level in APART_LEVELS]
    cuts = [cv2.compare(view, level, cv2.CMP_GT) for view, count in quick_views(work) for level in levels(view, count)]
    return _quads_of([*sure, *cuts], work)


def propose_thoroughly(work: Work) -> np.ndarray:
    """Return candidate quads as `propose_quickly` does, from light, colour and rims alone; several times as much work."""
    return _quads_of([*masks_by_level(work), *masks_by_rim(work)], work)


def _quads_of(masks: list[np.ndarray], work: Work) -> np.ndarray:
    found = [quad for mask in masks for quad in quads_in(mask)]
    return without_doubles(plausible(np.array(found), work.size)) if found else np.zeros((0, 4, 2))


def masks_by_level(work: Work) -> list[np.ndarray]:
    """Cut several views of the picture at several levels; binary masks uint8 0/255."""
    masks = []
    for view, count in views(work):
        for level in levels(view, count):
            masks.append(cv2.compare(view, level, cv2.CMP_GT))
    return masks


def views(work: Work) -> list[tuple[np.ndarray, int]]:
    """Return pictures (uint8) in which a sheet tends to stand out bright, each with the number of levels to cut it at."""
    side = max(5, round(max(work.size) * 0.02)) | 1
    closed = cv2.morphologyEx(work.image, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    closed_lab = _to_lab(closed)
    light = _as_bytes(closed_lab[..., 0], 2.55)
    weakest = darkest(closed)
    colourless = cv2.subtract(255, cv2.subtract(lightest(closed), weakest))
    even = cv2.divide(light, cv2.blur(light, (work.size[0] // 3 | 1, work.size[1] // 3 | 1)), scale=160)
    main = distance_to(work.lab, work.desk_colours[:1])
    closed_away = distance_to(closed_lab, work.desk_colours)
    return [
        (light, 7), (weakest, 5), (colourless, 4), (even, 4),
        (_as_bytes(work.from_desk, 4), 6), (_as_bytes(main, 4), 5), (_as_bytes(closed_away, 4), 5),
    ]  # fmt: skip


def quick_views(work: Work) -> list[tuple[np.ndarray, int]]:
    """The two views of `views` that cost least and fail least, with fewer levels."""
    return [(_as_bytes(work.lab[..., 0], 2.55), 3), (_as_bytes(work.from_desk, 4), 3)]


def _as_bytes(values: np.ndarray, scale: float) -> np.ndarray:
    return cv2.convertScaleAbs(values, alpha=scale)


def desk_colours(lab: np.ndarray) -> np.ndarray:
    """Return the Lab colours (n, 3) that make up the picture's border, the commonest first, without rare ones."""
    height, width = lab.shape[:2]
    band = max(2, round(min(height, width) * 0.02))
    strips = [lab[:band], lab[-band:], lab[:, :band], lab[:, -band:]]
    border = np.vstack([strip.reshape(-1, 3)[:: max(1, strip.size // 600)] for strip in strips])
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_MAX_ITER, 6, 0)
    _, labels, centres = cv2.kmeans(border, 4, None, criteria, 1, cv2.KMEANS_PP_CENTERS)
    shares = np.bincount(labels.ravel(), minlength=4) / len(labels)
    order = np.argsort(-shares)
    return centres[[number for place, number in enumerate(order) if place == 0 or shares[number] > 0.1]]


def distance_to(lab: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Return how far each pixel is from the nearest of some Lab colours (n, 3), float32; lightness counts less."""
    nearest = None
    for colour in colours:
        difference = cv2.subtract(lab, (*colour.tolist(), 0.0))
        light, green_red, blue_yellow = cv2.split(difference)
        away = light * light * np.float32(0.49) + green_red * green_red + blue_yellow * blue_yellow
        nearest = away if nearest is None else cv2.min(nearest, away)
    return cv2.sqrt(nearest)


def levels(view: np.ndarray, count: int) -> list[float]:
    """Return grey levels to cut a view at: Otsu's, and evenly spaced ones over the range in use."""
    otsu, _ = cv2.threshold(view, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    low, high = np.percentile(view[::3, ::3], (4, 97))
    if high - low < 6:
        return []
    chosen = {round(otsu), *np.linspace(low, high, count + 1)[1:-1].round().astype(int).tolist()}
    return [float(level) for level in sorted(chosen)]


def masks_by_rim(work: Work) -> list[np.ndarray]:
    """Return masks of what closed rims enclose: strong colour steps, thickened, seen from outside."""
    masks = []
    for level in np.percentile(work.rims[::2, ::2], (80, 88, 94)):
        rims = cv2.compare(work.rims, max(2.0, float(level)), cv2.CMP_GT)
        for side in (3, 7):
            thick = cv2.morphologyEx(rims, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
            masks.append(_filled(thick))
            masks.append(_enclosed(thick))
    return masks


def rim_strength(lab: np.ndarray) -> np.ndarray:
    """Return the length of the colour gradient, float32 (height, width), in Lab units per pixel."""
    across = cv2.Sobel(lab, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(lab, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return cv2.sqrt(cv2.transform(across * across + down * down, np.ones((1, 3), np.float32)))


def _filled(mask: np.ndarray) -> np.ndarray:
    """Fill what a mask encloses."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return cv2.drawContours(np.zeros_like(mask), outlines, -1, 255, -1)


def _enclosed(rims: np.ndarray) -> np.ndarray:
    """Return the areas between rims, without those that reach far along the picture's border."""
    free = cv2.bitwise_not(cv2.dilate(rims, np.ones((3, 3), np.uint8)))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(free, connectivity=4)
    keep = stats[:, cv2.CC_STAT_AREA] > LEAST_AREA * 0.5 * rims.size
    keep[0] = False
    return cv2.dilate(keep[labels].astype(np.uint8) * 255, np.ones((5, 5), np.uint8))


def quads_in(mask: np.ndarray) -> list[np.ndarray]:
    """Return quads around the largest regions of a mask, as they are and with thin outgrowths cut off."""
    found = []
    for share in (0.008, 0.03):
        side = max(3, round(max(mask.shape) * share)) | 1
        opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
        outlines, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        sized = [(cv2.contourArea(outline), number) for number, outline in enumerate(outlines)]
        for area, number in sorted(sized, reverse=True)[:3]:
            if area < LEAST_AREA * mask.size:
                break
            hull = cv2.convexHull(outlines[number])
            if area > 0.6 * cv2.contourArea(hull):
                found.extend(quads_around(hull.reshape(-1, 2)))
    return found


def plausible(quads: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Keep convex quads of a sheet's size and angles that lie in the picture, or nearly."""
    width, height = size
    share = areas(quads) / (width * height)
    margin = OUTSIDE * max(width, height)
    within = (quads.min(axis=(1, 2)) > -margin) & (quads[..., 0].max(axis=1) < width + margin)
    within &= quads[..., 1].max(axis=1) < height + margin
    convex = (turns(quads) > 0).all(axis=1)
    upright = np.abs(cosines(quads)).max(axis=1) < SHARPEST_COSINE
    return quads[(share > LEAST_AREA) & (share < MOST_AREA) & within & convex & upright]


def without_doubles(quads: np.ndarray, pixels: float = 5.0) -> np.ndarray:
    """Drop quads whose corners all lie within some pixels of an earlier one's."""
    kept: list[np.ndarray] = []
    for quad in quads:
        start = int(np.argmin(quad.sum(axis=1)))
        quad = np.roll(quad, -start, axis=0)
        if not kept or np.abs(np.array(kept) - quad).max(axis=(1, 2)).min() > pixels:
            kept.append(quad)
    return np.array(kept) if kept else np.zeros((0, 4, 2))
