"""Learns how to weigh the evidence for a sheet (kiosk/imaging/weights.py) from labelled photographs and drawn pictures.

    python scripts/learn_sheet_weights.py PHOTOS LABELS.json TEXTURES PAGES [--check] [--out kiosk/imaging/weights.py]

TEXTURES and PAGES are what scripts/scenes draws from. LABELS is a list of {"file": name, "corners": [[x, y] * 4] or null}. Every photograph is used in many turned, cropped,
darkened and blurred views. --check leaves photographs out in turn and reports how the rest does on them.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scenes.material import Material
from scenes.scene import draw_scene

from kiosk.imaging.candidates import SEARCH_SIDE, Work, make_work, propose_quickly, propose_thoroughly
from kiosk.imaging.evidence import NAMES, measure
from kiosk.imaging.view import shrunk

OPINIONS = 10
GOOD_OVERLAP = 0.93
DRAWN = "drawn"
#: other scenes than those the network learned from
FIRST_DRAWN = 900_000_000


@dataclass(frozen=True, eq=False)
class Lesson:
    """One picture: where it comes from, the evidence (n, names) of its candidates, their overlap (n,), empty desk or not."""

    source: str
    evidence: np.ndarray
    overlap: np.ndarray
    empty: bool


def make_lesson(source: str, image: np.ndarray, corners: np.ndarray | None) -> Lesson:
    """Search a picture as the product does and note how well each candidate lies on the true corners."""
    work, quads, scale = searched(image)
    overlap = np.zeros(len(quads))
    if corners is not None:
        overlap = np.array([visible_overlap(quad, corners * scale, work.size) for quad in quads])
    return Lesson(source, measure(work, quads), overlap, corners is None)


def searched(image: np.ndarray) -> tuple[Work, np.ndarray, float]:
    """Return the work picture, all its candidates, and its scale."""
    view = shrunk(image, SEARCH_SIDE)
    work = make_work(view.image)
    return work, np.concatenate([propose_quickly(work), propose_thoroughly(work)]), view.scale


def visible_overlap(one: np.ndarray, other: np.ndarray, size: tuple[int, int]) -> float:
    """Return the intersection over union of two quads, of what lies in the picture."""
    first_area, first = cv2.intersectConvexConvex(one.astype(np.float32), frame(size))
    second_area, second = cv2.intersectConvexConvex(other.astype(np.float32), frame(size))
    if first is None or second is None or min(first_area, second_area) <= 0:
        return 0.0
    common, _ = cv2.intersectConvexConvex(first, second)
    return float(common / (first_area + second_area - common))


def frame(size: tuple[int, int]) -> np.ndarray:
    return np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)


def visible_share(corners: np.ndarray, size: tuple[int, int]) -> float:
    quad = corners.astype(np.float32)
    return cv2.intersectConvexConvex(quad, frame(size))[0] / cv2.contourArea(quad)


def turned(image, corners, generator) -> tuple[np.ndarray, np.ndarray | None] | None:
    """Return a turned, shifted, slightly slanted view of a photograph; now and then the sheet is cut off. None if unlucky."""
    height, width = image.shape[:2]
    cut = corners is not None and generator.random() < 0.15
    for _ in range(30):
        size = (width, height) if generator.random() < 0.5 else (height, width)
        angle = generator.choice([0, 90, 180, 270]) + generator.normal(0, 8)
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, generator.uniform(0.8, 1.25))
        shift = generator.normal(0, 0.3 if cut else 0.07, 2) * size
        matrix[:, 2] += np.array(size) / 2 - np.array([width, height]) / 2 + shift
        slant = np.eye(3)
        slant[2, :2] = generator.normal(0, 0.06, 2) / max(width, height)
        matrix = slant @ np.vstack([matrix, [0, 0, 1]])
        view = cv2.warpPerspective(image, matrix, size, borderMode=cv2.BORDER_REFLECT_101)
        if corners is None:
            return view, None
        moved = cv2.perspectiveTransform(corners[None].astype(np.float32), matrix)[0]
        share = visible_share(moved, size)
        if 0.35 < share < 0.93 if cut else share > 0.985 and cv2.contourArea(moved) > 0.03 * size[0] * size[1]:
            return view, moved
    return None


def relit(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return the picture in other light: gamma, tint, fall-off, darkness, noise, blur."""
    height, width = image.shape[:2]
    view = 255 * (image / 255.0) ** np.exp(generator.normal(0, 0.25)) * np.exp(generator.normal(0, 0.06, 3))
    down, across = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    slope = generator.normal(0, 0.18, 2)
    view *= (1 + slope[0] * across + slope[1] * down)[..., None]
    view += generator.normal(0, generator.uniform(0, 4), view.shape)
    if generator.random() < 0.12:
        view *= generator.uniform(0.25, 0.6)
    view = np.clip(view, 0, 255).astype(np.uint8)
    return cv2.GaussianBlur(view, (0, 0), generator.uniform(0.5, 1.6)) if generator.random() < 0.3 else view


def desk_strip(image, corners, generator) -> np.ndarray | None:
    """Return a strip of the photograph beside the sheet: a piece of desk without one."""
    (left, top), (right, bottom) = corners.min(axis=0).astype(int), corners.max(axis=0).astype(int)
    strips = [image[: max(top, 0)], image[bottom:], image[:, : max(left, 0)], image[:, right:]]
    strips = [strip for strip in strips if min(strip.shape[:2]) > 70]
    return strips[generator.integers(len(strips))] if strips else None


def lessons_from_photograph(source, image, corners, views, generator) -> list[Lesson]:
    """Return the lessons of one photograph: itself, its views, pieces of its desk; more of an empty desk, being rare."""
    found = [make_lesson(source, image, corners)]
    for number in range(views if corners is not None else views * 3):
        view = turned(image, corners, generator)
        if view is None:
            continue
        picture = relit(view[0], generator)
        found.append(make_lesson(source, picture, view[1]))
        strip = desk_strip(picture, view[1], generator) if view[1] is not None and number % 3 == 0 else None
        if strip is not None and view[1].min() > -5:
            found.append(make_lesson(source, strip, None))
    return found


def drawn_lesson(material: Material, seed: int) -> Lesson:
    """Return the lesson of a drawn scene; any of its sheets is a right answer."""
    size = (640, 480) if seed % 2 else (480, 640)
    scene = draw_scene(material, seed, size)
    work, quads, scale = searched(scene.image)
    overlaps = [[visible_overlap(quad, sheet * scale, work.size) for quad in quads] for sheet in scene.quads]
    overlap = np.max(overlaps, axis=0) if overlaps else np.zeros(len(quads))
    return Lesson(DRAWN, measure(work, quads), overlap, len(scene.quads) == 0)


class Rule:
    """The rule being learned: standardised evidence, a plain sum, and a few mixed opinions (tanh of other sums)."""

    def __init__(self, evidence: np.ndarray, generator: np.random.Generator) -> None:
        self.mean, self.spread = evidence.mean(axis=0), evidence.std(axis=0) + 1e-6
        count = evidence.shape[1]
        self.parts = [
            generator.normal(0, 0.1, (count, OPINIONS)), np.zeros(OPINIONS), generator.normal(0, 0.3, OPINIONS),
            np.zeros(count), np.zeros(1),
        ]  # fmt: skip
        self.parts = [part.astype(np.float32) for part in self.parts]

    def score(self, evidence: np.ndarray) -> np.ndarray:
        """Return scores (n,); above 0 more likely the sheet than an empty desk."""
        standard = (evidence - self.mean) / self.spread
        mixed, mixed_level, opinion, plain, level = self.parts
        return np.tanh(standard @ mixed + mixed_level) @ opinion + standard @ plain + level


def learn(lessons: list[Lesson], rounds: int = 700, decay: float = 2e-3) -> Rule:
    """Fit the rule so that, in every picture, the good candidates (or "no sheet") win a softmax vote. Adam, full batch."""
    lessons = [lesson for lesson in lessons if len(lesson.overlap)]
    evidence = np.vstack([lesson.evidence for lesson in lessons]).astype(np.float32)
    picture = np.repeat(np.arange(len(lessons)), [len(lesson.overlap) for lesson in lessons])
    wanted, weight = targets(lessons, picture)
    rule = Rule(evidence, np.random.default_rng(0))
    standard = (evidence - rule.mean) / rule.spread
    first = [np.zeros_like(part) for part in rule.parts]
    second = [np.zeros_like(part) for part in rule.parts]
    starts = np.r_[0, np.flatnonzero(np.diff(picture)) + 1]
    for step in range(1, rounds + 1):
        mixed, mixed_level, opinion, plain, level = rule.parts
        opinions = np.tanh(standard @ mixed + mixed_level)
        score = opinions @ opinion + standard @ plain + level
        top = np.maximum(0, np.maximum.reduceat(score, starts))
        raised = np.exp(score - top[picture])
        chance = raised / (np.bincount(picture, raised, len(lessons)) + np.exp(-top))[picture]
        slope = ((chance - wanted) * weight[picture]).astype(np.float32)
        inner = slope[:, None] * opinion * (1 - opinions**2)
        slopes = [
            standard.T @ inner + decay * mixed, inner.sum(axis=0), opinions.T @ slope + decay * opinion,
            standard.T @ slope + decay * plain, np.array([slope.sum()]),
        ]  # fmt: skip
        rate = 0.03 * (1 - step / rounds) + 0.001
        for number, gradient in enumerate(slopes):
            first[number] = 0.9 * first[number] + 0.1 * gradient
            second[number] = 0.99 * second[number] + 0.01 * gradient**2
            ahead = first[number] / (1 - 0.9**step) / (np.sqrt(second[number] / (1 - 0.99**step)) + 1e-8)
            rule.parts[number] = (rule.parts[number] - rate * ahead).astype(np.float32)
    return rule


def targets(lessons: list[Lesson], picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of the vote each candidate should get, and the weight of each picture."""
    good = np.concatenate([
        np.where(one.overlap >= max(GOOD_OVERLAP, one.overlap.max() - 0.01), 1.0, np.where(one.overlap >= 0.95, 0.1, 0.0))
        for one in lessons
    ])  # fmt: skip
    empty = np.array([float(one.empty) for one in lessons])
    total = np.bincount(picture, good, len(lessons)) + empty
    weight = (total > 0) * np.where([one.source == DRAWN for one in lessons], 0.5, 1.0) * np.where(empty > 0, 1.5, 1.0)
    return good / np.maximum(total, 1e-9)[picture], weight / weight.sum()


def report(name: str, rule: Rule, lessons: list[Lesson]) -> None:
    """Print the mean overlap of what the rule chooses, and the sheets it sees on empty desks."""
    chosen, false, empty = [], 0, 0
    for lesson in lessons:
        scores = rule.score(lesson.evidence) if len(lesson.overlap) else np.zeros(0)
        found = len(scores) > 0 and scores.max() > 0
        if lesson.empty:
            empty, false = empty + 1, false + bool(found)
        else:
            chosen.append(lesson.overlap[scores.argmax()] if found else 0.0)
    share = np.mean(np.array(chosen) > 0.9) if chosen else float("nan")
    told = f"{name}: {len(chosen)} sheets, mean {np.mean(chosen or [0]):.3f}, above 0.9 {share:.3f}"
    print(f"{told}; {false} of {empty} empty")


def write(rule: Rule, path: Path) -> None:
    """Write the rule as a Python module, with the standardisation folded into the weights."""
    mixed, mixed_level, opinion, plain, level = rule.parts
    plain = plain / rule.spread
    level = float(level[0] - rule.mean @ plain)
    mixed = mixed / rule.spread[:, None]
    mixed_level = mixed_level - rule.mean @ mixed

    def row(values: np.ndarray) -> str:
        return "[" + ", ".join(f"{value:.4g}" for value in values) + "]"

    lines = [
        '"""Weights of the evidence for a sheet; written by scripts/learn_sheet_weights.py, not by hand."""',
        "", "# fmt: off", f"# name: weight in the plain sum, then in each of the {OPINIONS} mixed opinions", "WEIGHTS = {",
        *(f'    "{name}": ({plain[place]:.4g}, {row(mixed[place])}),' for place, name in enumerate(NAMES)), "}",
        f"LEVEL = {level:.5g}", f"OPINION_LEVELS = {row(mixed_level)}", f"OPINION_WEIGHTS = {row(opinion)}", "",
    ]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")


def check(lessons: list[Lesson], folds: int = 5) -> None:
    """Report what the rule does on photographs it has not seen."""
    sources = sorted({lesson.source for lesson in lessons} - {DRAWN})
    for fold in range(folds):
        left_out = set(sources[fold::folds])
        rule = learn([lesson for lesson in lessons if lesson.source not in left_out])
        report(f"left out, fold {fold + 1}", rule, [lesson for lesson in lessons if lesson.source in left_out])


def main() -> None:
    """Read the command line, learn, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("textures", type=Path)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--out", type=Path, default=Path("kiosk/imaging/weights.py"))
    parser.add_argument("--views", type=int, default=20)
    parser.add_argument("--drawn", type=int, default=800)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    generator = np.random.default_rng(5)
    lessons: list[Lesson] = []
    for label in json.loads(options.labels.read_text(encoding="utf-8")):
        image = cv2.imread(str(options.photos / label["file"]), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        scale = 640 / max(image.shape[:2])
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        corners = None if label["corners"] is None else np.array(label["corners"]) * scale
        lessons += lessons_from_photograph(label["file"], image, corners, options.views, generator)
    material = Material(options.textures, options.pages)
    lessons += [drawn_lesson(material, FIRST_DRAWN + number) for number in range(options.drawn)]
    rule = learn(lessons)
    report("photographs", rule, [lesson for lesson in lessons if lesson.source != DRAWN])
    report("drawn", rule, [lesson for lesson in lessons if lesson.source == DRAWN])
    if options.check:
        check(lessons)
    write(rule, options.out)


if __name__ == "__main__":
    main()
