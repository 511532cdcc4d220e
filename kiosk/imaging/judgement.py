"""Weighs the evidence for a sheet with learned weights: a plain sum and a few mixed opinions, by scripts/learn_sheet_weights.py."""

from __future__ import annotations

import numpy as np

from kiosk.imaging.evidence import NAMES
from kiosk.imaging.weights import LEVEL, OPINION_LEVELS, OPINION_WEIGHTS, WEIGHTS

_PLAIN = np.array([WEIGHTS[name][0] for name in NAMES])
_MIXED = np.array([WEIGHTS[name][1] for name in NAMES])
_MIXED_LEVELS = np.array(OPINION_LEVELS)
_MIXED_WEIGHTS = np.array(OPINION_WEIGHTS)


def judge(evidence: np.ndarray) -> np.ndarray:
    """Return one score per row of evidence (n, len(NAMES)); above 0 the quad is more likely the sheet than an empty desk."""
    opinions = np.tanh(evidence @ _MIXED + _MIXED_LEVELS)
    return evidence @ _PLAIN + LEVEL + opinions @ _MIXED_WEIGHTS


def confidence_of(score: float) -> float:
    """Return how sure a score is, 0..1, against an empty desk."""
    return float(1 / (1 + np.exp(-min(30.0, score))))
