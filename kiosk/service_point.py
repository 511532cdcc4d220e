"""办事点 of this village as the server last told it, kept for when there is no line."""

import json
from pathlib import Path
from typing import Any

from forms.service_point import ServicePoint
from kiosk.safe import write_durably

_PARTS = ("place", "hours", "telephone")


class KeptServicePoint:
    """Place, hours and telephone for the sheets; unknown until the server has told them once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._point = self._read()

    @property
    def point(self) -> ServicePoint:
        return self._point

    def keep(self, told: Any) -> None:
        """What a status says; a server that says nothing of it changes nothing."""
        point = _point(told)
        if point is not None and point != self._point:
            write_durably(self._file, json.dumps(told, ensure_ascii=False).encode())
            self._point = point

    def _read(self) -> ServicePoint:
        try:
            return _point(json.loads(self._file.read_bytes())) or ServicePoint()
        except (FileNotFoundError, ValueError):
            return ServicePoint()


def _point(told: Any) -> ServicePoint | None:
    if not isinstance(told, dict):
        return None
    parts = {name: told.get(name) for name in _PARTS}
    return ServicePoint(**{name: part if isinstance(part, str) else None for name, part in parts.items()})
