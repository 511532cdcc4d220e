"""Where documents lie, sealed and named by their hash; the local twin is a folder."""

import os
import secrets
from pathlib import Path
from typing import Protocol

from server.adapters.vault import Vault


class BlobMissing(LookupError):
    """No document lies under this hash."""


class BlobStore(Protocol):
    """Content-addressed: the same bytes twice are one blob, so a retry after a crash writes nothing new."""

    def put(self, sha256: str, content: bytes) -> None: ...

    def get(self, sha256: str) -> bytes: ...


class FolderBlobStore:
    """Sealed files under `folder/ab/abcdef…`, each durable before `put` returns."""

    def __init__(self, folder: Path, vault: Vault):
        self._folder = folder
        self._vault = vault

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def put(self, sha256: str, content: bytes) -> None:
        path = self._path(sha256)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{sha256}.{secrets.token_hex(4)}")
        with open(fresh, "wb") as file:
            file.write(self._vault.seal(content, f"blob {sha256}"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
        sync_folder(path.parent)

    def get(self, sha256: str) -> bytes:
        """Raises BlobMissing, or SealBroken when the file was tampered with."""
        try:
            sealed = self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise BlobMissing(sha256) from None
        return self._vault.open(sealed, f"blob {sha256}")


def sync_folder(folder: Path) -> None:
    """Make a rename durable: without it a power cut can lose the name though the bytes were synced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
