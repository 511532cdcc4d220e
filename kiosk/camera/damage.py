"""Recognises a picture that arrived damaged: a JPEG that ends too early, or rows that were never decoded."""

from __future__ import annotations

import numpy as np

#: JPEG codes rows in bands of eight or sixteen pixels; what was lost begins at such a band
BAND = 8
#: the colours of the last band reach a row further, where they are kept at half the size
REACH = (0, 1)
#: less than this share of the height is also the dark rim of a table
LEAST_SHARE = 0.04
#: a decoder fills with one colour exactly; a little is allowed for the way to BGR
EVEN_WITHIN = 2
#: what lies above the lost part differs from the fill in this share of the pixels at each side of the picture
SIDE_SHARE = 0.5
#: scanned or burnt-out paper is even too, and no decoder fills with white
LIGHT = 200
#: a wholly even picture this dark is a night or a lens cap, for which there is better advice than "damaged"
NIGHT = 16
END_OF_IMAGE = b"\xff\xd9"


def has_end(content: np.ndarray) -> bool:
    """Say whether a JPEG, uint8 (n,), ends with its end marker; drivers may pad it with zeros."""
    return bytes(content[-4096:]).rstrip(b"\0").endswith(END_OF_IMAGE)


def is_half_decoded(image: np.ndarray) -> bool:
    """Say whether the BGR picture is, from its lower edge up, one even colour that begins where a decoder stops.

    A dark desk may be even as well where the sensor is clipped. Then the desk at both sides above is the same colour,
    or the even part does not begin at a band.
    """
    colour = image[-1, image.shape[1] // 2].astype(np.int16)
    if colour.min() >= LIGHT:
        return False
    begin = _first_even_row(image, colour)
    if begin == 0:
        return bool(colour.max() > NIGHT)
    if image.shape[0] - begin < max(2 * BAND, LEAST_SHARE * image.shape[0]) or begin % BAND not in REACH:
        return False
    return _sides_differ(image[max(0, begin - 4 * BAND) : max(1, begin - 2 * BAND)], colour)


def _first_even_row(image: np.ndarray, colour: np.ndarray) -> int:
    """The row from which on everything is that colour; looked for from below, a few columns at a time."""
    thin = image[:, :: max(1, image.shape[1] // 160)]
    odd = np.flatnonzero((np.abs(thin.astype(np.int16) - colour) > EVEN_WITHIN).any(axis=(1, 2)))
    begin = int(odd[-1]) + 1 if odd.size else 0
    rest = np.abs(image[begin:].astype(np.int16) - colour).max(axis=(1, 2)) > EVEN_WITHIN
    return begin + (int(np.flatnonzero(rest)[-1]) + 1 if rest.any() else 0)


def _sides_differ(above: np.ndarray, colour: np.ndarray) -> bool:
    width = max(1, above.shape[1] // 16)
    differs = np.abs(above.astype(np.int16) - colour).max(axis=2) > 2 * EVEN_WITHIN
    return bool(min(differs[:, :width].mean(), differs[:, -width:].mean()) >= SIDE_SHARE)
