"""Keeps what is captured: writes that survive a power cut, room on the disk, and sealing of drafts at rest."""

import errno
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_LENGTH = 12
_TEMPORARY = ".writing"


class NoRoom(Exception):
    """The disk is full, or nearly; the text is for the agent."""

    sentence = "电脑硬盘快满了，这一张没有存下，以前拍好的都在。请删掉一些不用的文件，再拍一次。"

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class SealBroken(Exception):
    """A sealed file was changed, swapped for another, or sealed under another key."""


def free_bytes_of(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def write_durably(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write to a temporary file, flush it to the disk, then rename: a reader after a power cut finds old or new, never half.

    Raises NoRoom when the disk is full; the file that stood there stays as it was.
    """
    temporary = path.with_name(path.name + _TEMPORARY)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom from error
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename or removal in `folder` last; Windows does that by itself and cannot open folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class DurableFolder:
    """A folder whose files are written durably, and only while enough room stays free."""

    def __init__(self, path: Path, *, keep_free: int, free_bytes: Callable[[Path], int] = free_bytes_of) -> None:
        self.path = path
        self._keep_free = keep_free
        self._free_bytes = free_bytes
        path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write(self, name: str, content: bytes, *, into_reserve: bool = False) -> None:
        """Raises NoRoom before anything is touched. `into_reserve` lets small records use half of the kept room."""
        margin = self._keep_free // 2 if into_reserve else self._keep_free
        if self._free_bytes(self.path) < margin + 2 * len(content):
            raise NoRoom
        target = self.path / name
        target.parent.mkdir(exist_ok=True, mode=0o700)
        write_durably(target, content)

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def remove(self, name: str) -> None:
        target = self.path / name
        target.unlink(missing_ok=True)
        sync_folder(target.parent)

    def sweep_unfinished(self) -> None:
        """Remove what a power cut left half written; nothing under that name was ever promised."""
        for leftover in self.path.rglob("*" + _TEMPORARY):
            leftover.unlink(missing_ok=True)


class Safe:
    """Seals files at rest with AES-256-GCM under a key that lies on the same PC.

    What it protects: a copied draft, a backup or a sold disk whose key file was removed shows nothing; a file put in
    another's place (one villager's page under another's name) is refused, for the name is bound in as associated data.
    What it does not protect: whoever takes the whole running PC, or works under the same user, has the key as well.
    Against that stands the disk's own encryption. A packed visit's draft lies under this key as well, beside the packet
    that only the server can open, until the server has that packet: a refusal must not cost the villager another trip.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def open(cls, key_file: Path) -> "Safe":
        """The safe under the key in `key_file`, which is made (0600) when there is none yet."""
        if not key_file.exists():
            key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_durably(key_file, AESGCM.generate_key(256))
        return cls(key_file.read_bytes())

    def seal(self, name: str, plain: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_LENGTH)
        return nonce + self._cipher.encrypt(nonce, plain, name.encode())

    def unseal(self, name: str, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], name.encode())
        except (InvalidTag, ValueError):
            raise SealBroken(name) from None
