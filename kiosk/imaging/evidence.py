"""Measures, for each candidate quadrilateral, what speaks for its being a sheet: its sides, what lies on both sides of them, its shape."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.imaging.candidates import Work
from kiosk.imaging.geometry import areas, cosines

NAMES = (
    "weakest_step", "second_weakest_step", "mean_step",
    "weakest_support", "second_weakest_support", "mean_support",
    "weakest_agreement", "mean_agreement", "weakest_far_step", "mean_far_step",
    "lighter_inside", "weakest_lighter", "unrest_inside", "unrest_outside",
    "desk_outside", "worst_desk_outside", "desk_inside", "desk_contrast",
    "share", "share_squared", "sharpest_angle", "uneven_sides", "off_centre",
    "light_within", "colour_within", "writing_within", "writing_contrast", "sides_at_border",
    "sharper_than_beside", "even_within", "weakest_corner", "noise",
    "paper_within", "paper_at_sides", "paper_beside", "worst_paper_beside", "paper_rim", "weakest_paper_rim", "paper_covered",
)  # fmt: skip

_ALONG = np.linspace(0.04, 0.96, 28)
_GRID = np.stack(np.meshgrid(np.linspace(0.08, 0.92, 9), np.linspace(0.08, 0.92, 9)), axis=-1).reshape(-1, 2)


def measure(work: Work, quads: np.ndarray) -> np.ndarray:
    """Return one row of evidence, in the order of NAMES, for each quad: float (n, len(NAMES)), each about -1..1."""
    if len(quads) == 0:
        return np.zeros((0, len(NAMES)))
    sides = _measure_sides(work, quads)
    shape = _measure_shape(work, quads)
    inside = _measure_inside(work, quads)
    facts = {**sides, **shape, **inside, **_measure_paper(work, quads)}
    facts["writing_contrast"] = facts["writing_within"] - facts.pop("writing_beside")
    return np.stack([facts[name] for name in NAMES], axis=1)


def _measure_sides(work: Work, quads: np.ndarray) -> dict[str, np.ndarray]:
    """Compare both banks of every side at two distances, and with the banks of parallels beside it."""
    reach = max(work.size) / 512
    points, normals = side_points(quads)
    near = [_look(work.lab, points + normals * offset * reach) for offset in (2.5, -2.5)]
    far = [_look(work.lab, points + normals * offset * reach) for offset in (7.0, -7.0)]
    visible = _in_picture(points - normals * 3.0 * reach, work.size)
    difference = near[0] - near[1]
    step = np.linalg.norm(difference, axis=-1)
    beside = np.maximum(
        _step(work.lab, points + normals * 6 * reach, normals * 2.5 * reach),
        _step(work.lab, points - normals * 6 * reach, normals * 2.5 * reach),
    )
    supported = (step > 4.0) & (step > 0.8 * beside)
    far_step = np.linalg.norm(far[0] - far[1], axis=-1)
    agreement = np.linalg.norm(_mean(difference, visible), axis=-1) / (_mean(step, visible) + 2.0)
    desk_out = _look(work.from_desk, points - normals * 6 * reach)
    desk_in = _look(work.from_desk, points + normals * 6 * reach)
    return _sum_up(step, beside, supported, far_step, agreement, difference[..., 0], near, visible, desk_out, desk_in)


def _sum_up(
    step, beside, supported, far_step, agreement, lighter, near, visible, desk_out, desk_in
) -> dict[str, np.ndarray]:
    """Reduce measurements (n, 4 sides, samples) to one number per quad; sides outside the picture count as middling."""
    seen = visible.mean(axis=2)
    absent = seen < 0.5

    def per_side(values: np.ndarray, neutral: float) -> np.ndarray:
        return np.where(absent, neutral, _mean(values, visible))

    steps = np.sort(per_side(np.minimum(step, 40) / 40, 0.25), axis=1)
    supports = np.sort(per_side(supported.astype(float), 0.5), axis=1)
    agreements = np.where(absent, 0.6, agreement)
    far_steps = per_side(np.minimum(far_step, 40) / 40, 0.25)
    lighters = per_side(np.clip(lighter / 40, -1, 1), 0.1)
    outside = per_side(np.minimum(desk_out, 40) / 40, 0.2)
    inside = per_side(np.minimum(desk_in, 40) / 40, 0.4)
    sharper = per_side((step - beside).clip(-20, 20) / 20, 0.1)
    ends = np.concatenate([supported[:, :, :5], supported[:, :, -5:]], axis=2)
    return {
        "weakest_step": steps[:, 0], "second_weakest_step": steps[:, 1], "mean_step": steps.mean(axis=1),
        "weakest_support": supports[:, 0], "second_weakest_support": supports[:, 1], "mean_support": supports.mean(axis=1),
        "weakest_agreement": agreements.min(axis=1), "mean_agreement": agreements.mean(axis=1),
        "weakest_far_step": far_steps.min(axis=1), "mean_far_step": far_steps.mean(axis=1),
        "lighter_inside": lighters.mean(axis=1), "weakest_lighter": lighters.min(axis=1),
        "unrest_inside": (_unrest(near[0]) / 20).clip(0, 1.5), "unrest_outside": (_unrest(near[1]) / 20).clip(0, 1.5),
        "desk_outside": outside.mean(axis=1), "worst_desk_outside": outside.max(axis=1),
        "desk_inside": inside.mean(axis=1), "desk_contrast": inside.mean(axis=1) - outside.mean(axis=1),
        "sides_at_border": absent.sum(axis=1) / 2, "sharper_than_beside": sharper.mean(axis=1),
        "weakest_corner": np.where(absent, 0.5, ends.mean(axis=2)).min(axis=1),
    }  # fmt: skip


def side_points(quads: np.ndarray, along: np.ndarray = _ALONG) -> tuple[np.ndarray, np.ndarray]:
    """Return points along the sides (n, 4, samples, 2) and the inward unit normals (n, 4, 1, 2) of clockwise quads."""
    starts = quads[:, :, None, :]
    runs = (np.roll(quads, -1, axis=1) - quads)[:, :, None, :]
    points = starts + runs * along[None, None, :, None]
    lengths = np.maximum(np.linalg.norm(runs, axis=-1, keepdims=True), 1e-6)
    normals = np.stack([-runs[..., 1], runs[..., 0]], axis=-1) / lengths
    return points, normals


def _look(field: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Read a field (height, width[, channels]) at the nearest pixel to each point; beyond the border, at the border."""
    columns = np.clip(np.rint(points[..., 0]).astype(int), 0, field.shape[1] - 1)
    rows = np.clip(np.rint(points[..., 1]).astype(int), 0, field.shape[0] - 1)
    return field[rows, columns]


def _step(lab: np.ndarray, points: np.ndarray, reach: np.ndarray) -> np.ndarray:
    return np.linalg.norm(_look(lab, points + reach) - _look(lab, points - reach), axis=-1)


def _in_picture(points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return (points >= 0).all(axis=-1) & (points[..., 0] <= size[0] - 1) & (points[..., 1] <= size[1] - 1)


def _mean(values: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Average over the samples that lie in the picture; values (n, 4, samples[, channels])."""
    weights = visible.astype(float)
    if values.ndim == 4:
        weights = weights[..., None]
    return (values * weights).sum(axis=2) / np.maximum(weights.sum(axis=2), 1e-6)


def _unrest(colours: np.ndarray) -> np.ndarray:
    """Return how much the lightness varies along the sides, averaged over the four."""
    return colours[..., 0].std(axis=2).mean(axis=1)


def _measure_shape(work: Work, quads: np.ndarray) -> dict[str, np.ndarray]:
    width, height = work.size
    share = areas(quads) / (width * height)
    sides = np.linalg.norm(np.roll(quads, -1, axis=1) - quads, axis=2)
    uneven = np.abs(np.log(sides[:, :2] / np.maximum(sides[:, 2:], 1e-6))).max(axis=1)
    centre = np.abs(quads.mean(axis=1) / np.array([width, height]) - 0.5).max(axis=1)
    return {
        "share": np.sqrt(share), "share_squared": share, "sharpest_angle": np.abs(cosines(quads)).max(axis=1),
        "uneven_sides": np.minimum(uneven, 1.0), "off_centre": centre * 2,
    }  # fmt: skip


def _measure_inside(work: Work, quads: np.ndarray) -> dict[str, np.ndarray]:
    """Look at a grid of points inside each quad, and at a wider ring around it."""
    within = _inner_points(quads, _GRID)
    centre = quads.mean(axis=1, keepdims=True)
    beside = np.concatenate([(quads - centre) * 1.12, (np.roll(quads, -1, axis=1) + quads) / 2 - centre], axis=1)
    beside[:, 4:] *= 1.2
    writing = writing_density(work.image)
    colours = _look(work.lab, within)
    chroma = np.hypot(colours[..., 1], colours[..., 2])
    return {
        "light_within": np.median(colours[..., 0], axis=1) / 100, "colour_within": np.median(chroma, axis=1) / 60,
        "writing_within": _look(writing, within).mean(axis=1), "writing_beside": _look(writing, beside + centre).mean(axis=1),
        "even_within": np.minimum(colours[..., 0].std(axis=1) / 25, 1.5),
        "noise": np.full(len(quads), float(np.minimum(work.rims, 12).mean() / 12)),
    }  # fmt: skip


def _measure_paper(work: Work, quads: np.ndarray) -> dict[str, np.ndarray]:
    """Ask the network's maps: paper inside and none beside, a rim along every side, and no other paper in the picture."""
    reach = max(work.size) / 512
    points, normals = side_points(quads)
    within = _look(work.paper, _inner_points(quads, _GRID)).mean(axis=1)
    visible = _in_picture(points - normals * 3.0 * reach, work.size)
    absent = visible.mean(axis=2) < 0.5
    at_sides = _mean(_look(work.paper, points + normals * 7 * reach), visible)
    beside = np.where(absent, 0.1, _mean(_look(work.paper, points - normals * 7 * reach), visible))
    rims = np.where(absent, 0.4, _mean(_look(work.paper_rims, points), visible))
    everywhere = max(1.0, float(work.paper.sum()))
    return {
        "paper_within": within, "paper_at_sides": at_sides.mean(axis=1),
        "paper_beside": beside.mean(axis=1), "worst_paper_beside": beside.max(axis=1),
        "paper_rim": rims.mean(axis=1), "weakest_paper_rim": rims.min(axis=1),
        "paper_covered": np.minimum(within * areas(quads) / everywhere, 1.2),
    }  # fmt: skip


def _inner_points(quads: np.ndarray, grid: np.ndarray) -> np.ndarray:
    across, down = grid[None, :, :1], grid[None, :, 1:]
    top = quads[:, :1] * (1 - across) + quads[:, 1:2] * across
    bottom = quads[:, 3:] * (1 - across) + quads[:, 2:3] * across
    return top * (1 - down) + bottom * down


def writing_density(image: np.ndarray) -> np.ndarray:
    """Return how much of the neighbourhood of each pixel is fine dark strokes, float32 0..1."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    side = max(5, round(max(grey.shape) * 0.012)) | 1
    strokes = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8))
    area = max(9, round(max(grey.shape) * 0.05)) | 1
    return cv2.blur((strokes > 14).astype(np.float32), (area, area))
