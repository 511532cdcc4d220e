"""The catalogue this machine serves under: what ships with the program, replaced by what the server publishes, and kept
for days without a line. Versions a draft was begun under are kept beside it."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from pydantic import ValidationError

from forms.catalogue import KIND_WORDS, SHAPES, Catalogue, content_of, digest_of
from forms.item import ServiceItem
from kiosk.safe import write_durably

log = logging.getLogger("kiosk.catalogue")


class CatalogueStore:
    """What can be applied for today. Reading is safe from any thread; one that reads twice may see a newer one."""

    def __init__(self, folder: Path, shipped: Catalogue) -> None:
        self._folder, self._shipped, self._lock = folder, shipped, Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._fetched: str | None = None
        self._current = self._read_kept()

    @property
    def current(self) -> Catalogue:
        return self._current

    @property
    def digest(self) -> str:
        return self._current.digest

    def get_item(self, code: str, digest: str | None = None) -> ServiceItem:
        """The item as it is now, or in the version a visit was begun under. Raises UnknownItem."""
        current = self._current.items.get(code)
        if digest is None or (current and digest_of(current) == digest):
            return self._current.get_item(code)
        shipped = self._shipped.items.get(code)
        if shipped is not None and digest_of(shipped) == digest:
            return shipped
        return self._read_version(code, digest) or self._current.get_item(code)

    def keep_version(self, content: Mapping[str, Any] | None, code: str) -> ServiceItem:
        """The version a correction is judged by, kept until it is brought; the one in use where the server sent none."""
        if content is None:
            return self._current.get_item(code)
        item = ServiceItem.model_validate(content)
        self._write_version(item)
        return item

    def _write_version(self, item: ServiceItem) -> None:
        content = json.dumps(content_of(item), ensure_ascii=False).encode()
        write_durably(self._folder / f"{item.code}-{digest_of(item)}.json", content)

    def _read_version(self, code: str, digest: str) -> ServiceItem | None:
        """None where it was never kept, or a power cut or another program made it unreadable."""
        try:
            return ServiceItem.model_validate_json((self._folder / f"{code}-{digest}.json").read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            log.warning("version %s of %s cannot be read; the one in use serves", digest[:8], code)
            return None

    def refresh(self, told_digest: str | None, fetch: Callable[[], dict[str, Any]]) -> bool:
        """Ask for the published catalogue when the server names another one; tells whether there is a new one."""
        if told_digest is None or told_digest in (self.digest, self._fetched):
            return False
        taken = self.take(fetch())
        # Taken or not, it is not asked for again: half a megabyte every twenty seconds would fill a village's line.
        self._fetched = told_digest
        return taken

    def take(self, answer: Mapping[str, Any]) -> bool:
        """Use and keep what the server sent; what this program cannot read is left, and the old one goes on."""
        try:
            fresh = _merged(self._shipped, answer)
        except (ValidationError, KeyError, TypeError, AttributeError):
            log.warning("the server's catalogue cannot be read by this program; going on with the one at hand")
            return False
        with self._lock:
            self._keep_former(fresh)
            write_durably(self._folder / "published.json", json.dumps(dict(answer), ensure_ascii=False).encode())
            self._current = fresh
        log.info("catalogue %s in use", fresh.digest[:8])
        return True

    def _keep_former(self, fresh: Catalogue) -> None:
        """Versions that go out of use stay readable: a draft put aside yesterday is finished as it was begun."""
        for code, item in self._current.items.items():
            digest = digest_of(item)
            if code not in fresh.items or digest_of(fresh.items[code]) != digest:
                self._write_version(item)

    def _read_kept(self) -> Catalogue:
        file = self._folder / "published.json"
        try:
            return _merged(self._shipped, json.loads(file.read_bytes())) if file.exists() else self._shipped
        except (ValueError, KeyError, TypeError, AttributeError):
            log.warning("the kept catalogue cannot be read; starting with the one that ships")
            return self._shipped


def _merged(shipped: Catalogue, answer: Mapping[str, Any]) -> Catalogue:
    """The server's entries in place of the shipped ones. Raises whatever a value of the wrong kind raises."""
    read = {
        kind: {entry.code: entry for entry in map(SHAPES[kind].model_validate, answer["entries"][kind])}
        for kind in KIND_WORDS
    }
    suspended = {str(code): str(why) for code, why in answer["suspended"].items()}
    return replace(shipped, items=read["item"], powers=read["power"], policies=read["policy"], suspended=suspended)
