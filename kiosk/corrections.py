"""What departments wanted to see again when the line was last there; remembered sealed, for a start without a line."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from kiosk.safe import NoRoom, Safe, SealBroken, write_durably

_NAME = "corrections"


class RememberedCorrections:
    """The last list the server gave, with names and reasons in it, so it lies sealed like a draft."""

    def __init__(self, file: Path, safe: Safe) -> None:
        self._file, self._safe = file, safe
        self._known = self._read()

    def list_all(self) -> list[dict[str, Any]]:
        return self._known

    def remember(self, corrections: list[dict[str, Any]]) -> None:
        """A full disk does not stop the list from being shown, only from being there after the next start."""
        if corrections == self._known:
            return
        self._known = corrections
        plain = json.dumps(corrections, ensure_ascii=False).encode()
        with suppress(NoRoom):
            write_durably(self._file, self._safe.seal(_NAME, plain))

    def _read(self) -> list[dict[str, Any]]:
        try:
            return json.loads(self._safe.unseal(_NAME, self._file.read_bytes()))
        except (FileNotFoundError, SealBroken):
            return []
