"""The sealed letter between platform and account server: WeChat's AES message encryption, written from its description.

Kept apart from the server's own door on purpose: the two check each other.
"""

import base64
import hashlib
import secrets
import struct
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32


class UnreadableReply(ValueError):
    """The account's server answered with something that is not a WeChat reply."""


class Envelope:
    """Seals callbacks for one account and opens its sealed replies."""

    def __init__(self, token: str, aes_key: str, app_id: str):
        key = base64.b64decode(aes_key + "=")
        self._token = token
        self._app_id = app_id.encode()
        self._algorithm, self._mode = algorithms.AES(key), modes.CBC(key[:16])

    def sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted((self._token, *parts))).encode()).hexdigest()

    def seal(self, plain: str) -> str:
        text = plain.encode("utf-8")
        letter = secrets.token_bytes(16) + struct.pack(">I", len(text)) + text + self._app_id
        padding = _BLOCK - len(letter) % _BLOCK
        cipher = Cipher(self._algorithm, self._mode).encryptor()
        return base64.b64encode(cipher.update(letter + bytes([padding]) * padding) + cipher.finalize()).decode()

    def open(self, sealed: str) -> str:
        """Raises UnreadableReply."""
        try:
            cipher = Cipher(self._algorithm, self._mode).decryptor()
            letter = cipher.update(base64.b64decode(sealed, validate=True)) + cipher.finalize()
            length = struct.unpack(">I", letter[16:20])[0]
            text, sender = letter[20 : 20 + length], letter[20 + length : -letter[-1]]
            if sender != self._app_id:
                raise UnreadableReply("sealed for another account")
            return text.decode("utf-8")
        except (ValueError, IndexError, struct.error) as error:
            raise UnreadableReply(f"the seal cannot be opened: {error}") from None

    def read_reply(self, body: bytes, person_openid: str) -> str:
        """The text of a passive reply; '' when the server has nothing to say. Raises UnreadableReply."""
        if body.strip() in (b"", b"success"):
            return ""
        outer = _fields(body)
        signed = (outer.get("TimeStamp", ""), outer.get("Nonce", ""), outer.get("Encrypt", ""))
        if self.sign(*signed) != outer.get("MsgSignature"):
            raise UnreadableReply("not sealed, or the signature does not match")
        reply = _fields(self.open(outer["Encrypt"]).encode("utf-8"))
        if reply.get("ToUserName") != person_openid:
            raise UnreadableReply("addressed to somebody else")
        if reply.get("MsgType") != "text":
            raise UnreadableReply("only text replies are shown here")
        return reply.get("Content", "")


def message_xml(fields: dict[str, str | int]) -> str:
    """A message as WeChat writes it: numbers bare, words in CDATA."""
    return "<xml>" + "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields.items()) + "</xml>"


def _value(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _fields(xml: bytes) -> dict[str, str]:
    try:
        return {child.tag: child.text or "" for child in ElementTree.fromstring(xml)}
    except ElementTree.ParseError as error:
        raise UnreadableReply(f"not XML: {error}") from None
