"""Weighs the evidence for a sheet with learned weights: a plain logistic rule, made by tools/learn_sheet_weights.py."""

from __future__ import annotations

import numpy as np

from kiosk.imaging.evidence import NAMES
from kiosk.imaging.weights import LEVEL, WEIGHTS

_VECTOR = np.array([WEIGHTS[name] for name in NAMES])


def judge(evidence: np.ndarray) -> np.ndarray:
    """Return one score per row of evidence (n, len(NAMES)); above 0 the quad is more likely the sheet than an empty desk."""
    return evidence @ _VECTOR + LEVEL


def confidence_of(scores: np.ndarray) -> float:
    """Return how sure the best score is, 0..1, against an empty desk."""
    return float(1 / (1 + np.exp(-min(30.0, scores.max()))))
