"""Durable drafts: every accepted page and every answer lies sealed on the disk before the screen says so.

A draft is a folder named by its visit: `visit.sealed` (one JSON record) and one sealed file per page. A page is written
before the record that names it, so a power cut between the two leaves a page nobody was told about, swept at opening.
A packed draft stays until its packet is delivered; then its pages go before its record, so that a power cut in between
leaves the record, whose packet tells at the next start that the rest goes too.
"""

import json
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from kiosk.safe import DurableFolder, Safe, SealBroken, free_bytes_of, sync_folder

RECORD = "visit.sealed"
_IDENTIFIER = re.compile(r"[0-9a-f]{8,64}")


class UnknownVisit(LookupError):
    """No draft has this id."""

    def __init__(self, visit_id: str) -> None:
        super().__init__("找不到这件没办完的事。请回到开始页重新选。")


class UnknownPage(LookupError):
    """No page of the draft has this id, or its file is damaged."""

    def __init__(self, page_id: str) -> None:
        super().__init__("这一页找不到了，或者已经损坏。请重新拍这一页。")


class VisitStore:
    """The drafts of this PC."""

    def __init__(
        self, path: Path, safe: Safe, *, keep_free: int, free_bytes: Callable[[Path], int] = free_bytes_of
    ) -> None:
        self._folder = DurableFolder(path, keep_free=keep_free, free_bytes=free_bytes)
        self._safe = safe
        self._folder.sweep_unfinished()
        self._sweep_forgotten()

    def _sweep_forgotten(self) -> None:
        """A folder without a record is a draft that was being removed when the power went: its pages belong to nobody."""
        for folder in self._folder.path.iterdir():
            if _IDENTIFIER.fullmatch(folder.name) and not (folder / RECORD).exists():
                shutil.rmtree(folder, ignore_errors=True)

    def save(self, visit_id: str, record: dict[str, Any]) -> None:
        """Put the visit's record on the disk; raises NoRoom, and then the former record still stands."""
        name = self._name(visit_id, RECORD)
        plain = json.dumps(record, ensure_ascii=False).encode()
        self._folder.write(name, self._safe.seal(name, plain), into_reserve=True)

    def get(self, visit_id: str) -> dict[str, Any]:
        """Raises UnknownVisit."""
        name = self._name(visit_id, RECORD)
        try:
            return json.loads(self._safe.unseal(name, self._folder.read(name)))
        except (FileNotFoundError, SealBroken):
            raise UnknownVisit(visit_id) from None

    def list_all(self) -> list[dict[str, Any]]:
        """Every draft that can be read. One that cannot (its key is gone) stays on the disk, untouched."""
        records = []
        for folder in sorted(self._folder.path.iterdir()):
            if _IDENTIFIER.fullmatch(folder.name):
                try:
                    records.append(self.get(folder.name))
                except UnknownVisit:
                    continue
        return records

    def keep_page(self, visit_id: str, page_id: str, picture: bytes) -> None:
        """Put one page on the disk; raises NoRoom, and then everything captured before still stands."""
        name = self._name(visit_id, f"{_checked(page_id)}.page")
        self._folder.write(name, self._safe.seal(name, picture))

    def get_page(self, visit_id: str, page_id: str) -> bytes:
        """Raises UnknownPage."""
        name = self._name(visit_id, f"{_checked(page_id)}.page")
        try:
            return self._safe.unseal(name, self._folder.read(name))
        except (FileNotFoundError, SealBroken):
            raise UnknownPage(page_id) from None

    def drop_pages_except(self, visit_id: str, page_ids: Collection[str]) -> None:
        """Remove pages no record names any more: retaken ones, and one a power cut left behind."""
        folder = self._folder.path / _checked(visit_id)
        for file in folder.glob("*.page"):
            if file.stem not in page_ids:
                file.unlink(missing_ok=True)
        if folder.is_dir():
            sync_folder(folder)

    def forget_delivered(self, visit_id: str) -> None:
        """Remove a draft whose packet the server has, pages first. Again is harmless."""
        self.drop_pages_except(visit_id, ())
        self.forget(visit_id)

    def forget(self, visit_id: str) -> None:
        """Remove a draft nobody wants any more; the record goes first, so that a power cut in between leaves no visit with missing pages."""
        folder = self._folder.path / _checked(visit_id)
        (folder / RECORD).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        sync_folder(self._folder.path)

    @staticmethod
    def _name(visit_id: str, file: str) -> str:
        return f"{_checked(visit_id)}/{file}"


def _checked(identifier: str) -> str:
    """Attack: an id such as `../../machine.json` from the page would read or remove other files."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise UnknownVisit(identifier)
    return identifier
