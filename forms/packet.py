"""材料包: what a kiosk hands over, as a sealed file only the server can open.

A packet is a zip of `manifest.json` and one PDF per document, sealed to the server's X25519 key: once it is in the
outbox not even the village PC can read it again (a stolen PC gives nobody's ID card away).
"""

import hashlib
import io
import json
import secrets
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

MAX_PACKET_BYTES = 64 * 1024 * 1024
MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
MAX_DOCUMENTS = 60
_MAGIC = b"HYP1"
_LOOKUP_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LOOKUP_CODE_LENGTH = 10


class PacketFault(ValueError):
    """A packet that cannot be taken; the text tells the agent why and what to do."""


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(Record):
    """附件: one captured material as a PDF."""

    material_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(gt=0, le=MAX_DOCUMENT_BYTES)]
    pages: Annotated[int, Field(gt=0, le=200)]
    captured_at: AwareDatetime
    checked_with_original: bool

    @property
    def file_name(self) -> str:
        return f"{self.material_id}.pdf"


class Agent(Record):
    """The village agent who received the papers: signed in by name, so that the act has a person (谁受理谁负责)."""

    sign_in_name: str
    display_name: str


class Manifest(Record):
    """What the packet says of itself. `packet_id` is the idempotency key: the same one twice opens one case."""

    format_version: Literal[1] = 1
    packet_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    kind: Literal["application", "correction"]
    item_code: str
    # The version of the item the villager was served under; an older kiosk states none.
    item_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    catalogue_digest: str
    lookup_code: Annotated[str, Field(pattern=f"^[{_LOOKUP_ALPHABET}]{{{LOOKUP_CODE_LENGTH}}}$")]
    case_number: str | None = None
    village_code: Annotated[str, Field(pattern=r"^\d{12}(-\d+)?$")]  # the village's key (forms.region)
    machine_id: str
    agent: Agent
    visit_started_at: AwareDatetime
    notice_sheet_printed_at: AwareDatetime | None
    received_at: AwareDatetime
    answers: dict[str, Any]
    documents: Annotated[tuple[Document, ...], Field(min_length=1, max_length=MAX_DOCUMENTS)]

    @model_validator(mode="after")
    def _each_material_once(self) -> Self:
        """Two documents of one name would overwrite each other in the archive."""
        names = [document.material_id for document in self.documents]
        if len(names) != len(set(names)):
            raise ValueError("a material is named twice")
        return self


def new_packet_id() -> str:
    return secrets.token_hex(16)


def new_lookup_code() -> str:
    """查询码: ten signs without look-alikes (about 49 bits), made at the kiosk so that a receipt can be printed offline."""
    return "".join(secrets.choice(_LOOKUP_ALPHABET) for _ in range(LOOKUP_CODE_LENGTH))


def normal_lookup_code(text: str) -> str | None:
    """A typed lookup code as stored (half-width capitals, spaces and dashes dropped), None when it cannot be one."""
    # Chinese keyboards type full-width letters; NFKC makes them, and the full-width space and dash, the plain ones.
    typed = unicodedata.normalize("NFKC", text).upper()
    code = "".join(sign for sign in typed if not sign.isspace() and unicodedata.category(sign) != "Pd")
    return code if len(code) == LOOKUP_CODE_LENGTH and all(sign in _LOOKUP_ALPHABET for sign in code) else None


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def describe_document(
    material_id: str, name: str, content: bytes, pages: int, captured_at: datetime, checked_with_original: bool
) -> Document:
    return Document(
        material_id=material_id,
        name=name,
        sha256=sha256_of(content),
        size=len(content),
        pages=pages,
        captured_at=captured_at,
        checked_with_original=checked_with_original,
    )


def seal_packet(manifest: Manifest, contents: Mapping[str, bytes], server_key: X25519PublicKey) -> bytes:
    """The sealed packet file. `contents` maps each document's `file_name` to its PDF."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("manifest.json", manifest.model_dump_json())
        for document in manifest.documents:
            archive.writestr(document.file_name, contents[document.file_name])
    one_time = X25519PrivateKey.generate()
    public = one_time.public_key().public_bytes_raw()
    header = _MAGIC + struct.pack(">32s16s", public, bytes.fromhex(manifest.packet_id))
    key = _derived_key(one_time.exchange(server_key), public, server_key.public_bytes_raw())
    # The key serves this one message only, so a fixed nonce is never used twice; the header is bound as associated data.
    return header + AESGCM(key).encrypt(bytes(12), plain.getvalue(), header)


def open_packet(sealed: bytes, private_key: X25519PrivateKey) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the documents by `file_name`, every hash verified. Raises PacketFault."""
    header_length = len(_MAGIC) + 48
    if len(sealed) <= header_length or sealed[:4] != _MAGIC:
        raise PacketFault("收到的不是材料包文件，可能传错了文件。材料还在村里电脑上，请重新上传这一件。")
    header, public = sealed[:header_length], sealed[4:36]
    try:
        shared = private_key.exchange(X25519PublicKey.from_public_bytes(public))
        key = _derived_key(shared, public, private_key.public_key().public_bytes_raw())
        plain = AESGCM(key).decrypt(bytes(12), sealed[header_length:], header)
    except (InvalidTag, ValueError):  # ValueError: a public key of small order (RFC 7748 §6.1)
        raise PacketFault("材料包在路上损坏了，没有收下。材料还在村里电脑上，请重新上传这一件。") from None
    manifest, contents = _unpack(plain)
    if bytes.fromhex(manifest.packet_id) != sealed[36:52]:
        raise PacketFault("材料包的编号前后不一致，没有收下。请重新生成并上传这一件。")
    return manifest, contents


def _derived_key(shared: bytes, one_time_public: bytes, server_public: bytes) -> bytes:
    """Both public keys go into the derivation, so a key cannot be replayed under another recipient (RFC 7748 §6.1)."""
    info = b"hongye packet v1" + one_time_public + server_public
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(shared)


# What zipfile and json raise for bytes made to break them: RuntimeError is an encrypted member, an unknown compression
# (NotImplementedError) and JSON nested too deep (RecursionError); zlib.error and EOFError are a damaged stream.
_UNREADABLE = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    ValidationError,
    RuntimeError,
    EOFError,
    zlib.error,
)


def _unpack(plain: bytes) -> tuple[Manifest, dict[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(plain)) as archive:
            manifest = Manifest.model_validate(json.loads(_member(archive, "manifest.json", 1024 * 1024)))
            contents = {
                document.file_name: _member(archive, document.file_name, document.size)
                for document in manifest.documents
            }
    except _UNREADABLE as error:
        raise PacketFault(
            f"材料包的清单读不懂，没有收下。请更新村里电脑上的程序后重新上传。（{type(error).__name__}）"
        ) from None
    for document in manifest.documents:
        verify_document(document, contents[document.file_name])
    return manifest, contents


def _member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """One member, never more than `limit` bytes: a zip bomb is refused by its stated size before it is read."""
    if archive.getinfo(name).file_size > limit:
        raise ValueError(f"{name} is larger than it says")
    return archive.read(name)


def verify_document(document: Document, content: bytes) -> None:
    """Raises PacketFault when the bytes are not the ones the manifest names, or are no PDF."""
    if len(content) != document.size or sha256_of(content) != document.sha256:
        raise PacketFault(f"“{document.name}”的内容和清单里的校验值不一致，没有收下。请重新上传这一件。")
    if not content.startswith(b"%PDF-"):
        raise PacketFault(f"“{document.name}”不是PDF文件，没有收下。请在拍材料那一步重新拍这一样。")
