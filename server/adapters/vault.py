"""The key store: seals personal data at rest and makes blind indexes; the local twin keeps its keys in one 0600 file.

A stolen database or backup gives no ID number away: every sealed value is AES-256-GCM under a key derived for its
purpose, bound to where it belongs, so that a row's value cannot be pasted into another row.
"""

import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealBroken(Exception):
    """A sealed value does not belong where it was found, or was changed."""


class Vault(Protocol):
    """What the services need of a key store; a city puts its own (HSM, 国密) behind it."""

    packet_key: X25519PrivateKey

    def seal(self, plain: bytes, belongs_to: str) -> bytes: ...

    def open(self, sealed: bytes, belongs_to: str) -> bytes: ...

    def blind_index(self, text: str, purpose: str) -> str: ...


class LocalVault:
    """Keys from one file in the data folder, made on first use; whoever backs up the data must keep the keys apart."""

    def __init__(self, key_file: Path):
        master = _load_or_make(key_file)
        self._sealing = AESGCM(_derive(master, b"seal v1"))
        self._indexing = _derive(master, b"index v1")
        self.packet_key = X25519PrivateKey.from_private_bytes(_derive(master, b"packet v1"))

    def seal(self, plain: bytes, belongs_to: str) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + self._sealing.encrypt(nonce, plain, belongs_to.encode())

    def open(self, sealed: bytes, belongs_to: str) -> bytes:
        """Raises SealBroken."""
        try:
            return self._sealing.decrypt(sealed[:12], sealed[12:], belongs_to.encode())
        except InvalidTag:
            raise SealBroken(f"the sealed value of {belongs_to} was changed or moved") from None

    def blind_index(self, text: str, purpose: str) -> str:
        """A keyed hash to look a value up by: without the key the 10^18 ID numbers cannot be tried out."""
        return hmac.digest(self._indexing, f"{purpose}\0{text}".encode(), "sha256").hex()


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"hongye " + purpose).derive(master)


def _load_or_make(key_file: Path) -> bytes:
    try:
        return bytes.fromhex(json.loads(key_file.read_text(encoding="ascii"))["master"])
    except FileNotFoundError:
        key_file.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps({"master": secrets.token_hex(32), "note": "losing this file loses every sealed record"})
        # Exclusive: two processes starting at once must not each make a key and seal with different ones.
        try:
            handle = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _load_or_make(key_file)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return _load_or_make(key_file)
