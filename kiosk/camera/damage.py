"""Recognises a picture that arrived damaged: the lower part never decoded, or nothing decoded at all."""

from __future__ import annotations

import numpy as np

# A decoder fills what it could not read with one colour; a real sensor is never that even, but scanned or burnt-out paper is.
LEAST_SHARE = 0.12
EVEN_WITHIN = 2
LIGHT = 200


def is_half_decoded(image: np.ndarray) -> bool:
    """Say whether at least an eighth of the BGR picture, from its lower edge up, is one even colour other than a light one."""
    rows = image[:: max(1, image.shape[0] // 240), :: max(1, image.shape[1] // 320)].astype(np.int16)
    colour = np.median(rows[-1], axis=0)
    if colour.min() >= LIGHT:
        return False
    even = (np.abs(rows - colour).max(axis=(1, 2)) <= EVEN_WITHIN)[::-1]
    length = len(even) if even.all() else int(np.argmin(even))
    return length >= LEAST_SHARE * len(even)
