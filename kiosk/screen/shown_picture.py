"""A captured page as the screen shows it: small and upright. What is kept stays as it was taken."""

import cv2

from kiosk.imaging.encode import encode_page
from kiosk.imaging.read import picture_size, read_reduced

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_QUALITY = 80


def shown_picture(jpeg: bytes, side: int, turn: int) -> bytes:
    """The page as JPEG, its longer side at most `side` pixels, turned clockwise by `turn` degrees. Raises NotAPicture."""
    longest = max(picture_size(jpeg))
    times = next((times for times in (8, 4, 2) if longest // times >= side), 1)
    page = read_reduced(jpeg, times)
    scale = side / max(page.shape[:2])
    if scale < 1:
        page = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if turn:
        page = cv2.rotate(page, _TURNS[turn])
    return encode_page(page, _QUALITY)
