"""Reads a 二代证: what a reader can do, what can go wrong, and the errand of finding, choosing and reading a card.

Nothing that a card says is ever logged.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from forms.identity import id_number_fault
from kiosk.card_reader import protocol
from kiosk.card_reader.card import CardUnreadable, ChipCard, read_card
from kiosk.card_reader.protocol import FrameFault, Reply
from kiosk.reading.reading import FieldName, ReadField

log = logging.getLogger("kiosk.card_reader")

#: how long a card is waited for, and each answer of the reader
FIND_SECONDS, ANSWER_SECONDS, READ_SECONDS = 8.0, 1.5, 5.0
BETWEEN_LOOKS = 0.2
ATTEMPTS = 3
#: bytes of somebody else's frame thrown away before a preamble is found
LARGEST_GARBAGE = 8192

LABELS: dict[FieldName, str] = {
    "name": "姓名", "sex": "性别", "nation": "民族", "birth_date": "出生日期", "address": "住址", "id_number": "公民身份号码",
    "issuer": "签发机关", "valid_from": "有效期自", "valid_until": "有效期至",
}  # fmt: skip


class CardReaderTrouble(Exception):
    """No card was read; the text is Chinese and says what happened and what to do."""

    code = "card_reader_trouble"
    default_sentence = "身份证没有读成。请把身份证平放在读卡器上不要动，再试一次；还不行，请改用拍照。"

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or self.default_sentence
        super().__init__(self.sentence)


class ReaderUnplugged(CardReaderTrouble):
    """The reader is not there, or does not answer."""

    code = "card_reader_unplugged"
    default_sentence = "找不到身份证读卡器。请检查读卡器的线，插紧后再试；急着办，可以改用拍照。"


class NoCard(CardReaderTrouble):
    """Nobody laid a card down."""

    code = "no_card"
    default_sentence = "读卡器上没有身份证。请把身份证拿开，再平放到读卡器上，不要动。"


class CardNotGenuine(CardReaderTrouble):
    """Card and reader do not trust each other."""

    code = "card_not_genuine"
    default_sentence = (
        "这张卡没有通过读卡器的真伪验证。请核对是不是身份证原件，再试一次；还不行，请改用拍照并当面核对。"
    )


class WrongCard(CardReaderTrouble):
    """A card, but none this program reads."""

    code = "wrong_card"
    default_sentence = "这不是居民身份证（可能是外国人永久居留证或别的卡）。请改用拍照。"


class ReaderBroken(CardReaderTrouble):
    """The reader says that it cannot work."""

    code = "card_reader_broken"
    default_sentence = "身份证读卡器自己报告有故障。请拔下读卡器重新插上；还不行，请打电话给镇里的管理员，先改用拍照。"


TROUBLES: dict[int, type[CardReaderTrouble]] = {
    protocol.NO_CARD: NoCard,
    protocol.CARD_REFUSES: CardNotGenuine,
    protocol.READER_REFUSES: CardNotGenuine,
    protocol.NOT_GENUINE: CardNotGenuine,
    protocol.WRONG_CARD: WrongCard,
    protocol.SELF_TEST_FAILED: ReaderBroken,
    protocol.NOT_AUTHORISED: ReaderBroken,
}


class PortGone(Exception):
    """The line to the reader cannot be opened, or broke."""


class Port(Protocol):
    """A line to a reader. Every call may raise PortGone."""

    def write(self, content: bytes) -> None: ...

    def read(self, count: int, seconds: float) -> bytes:
        """At most `count` bytes; fewer, or none, when the time is over."""

    def close(self) -> None:
        """Never raises."""


class CardReader(Protocol):
    """Whatever reads cards."""

    def read(self) -> ChipCard:
        """Wait some seconds for a card and read it. Raises CardReaderTrouble."""

    def trouble(self) -> str | None:
        """Why the reader cannot be used, None when it can; asks the reader."""

    def close(self) -> None:
        """Let go of the line; the next call opens it anew."""


class SdtReader:
    """A CardReader that speaks the SAM module's protocol over a Port; one call at a time."""

    def __init__(
        self,
        open_port: Callable[[], Port],
        find_seconds: float = FIND_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`open_port` may raise PortGone, and is tried anew after every break."""
        self._open_port, self._find_seconds, self._monotonic = open_port, find_seconds, monotonic
        self._port: Port | None = None
        self._lock = threading.Lock()

    def read(self) -> ChipCard:
        with self._lock:
            try:
                return self._read_patiently()
            except PortGone:
                self._hang_up()
                raise ReaderUnplugged from None

    def trouble(self) -> str | None:
        with self._lock:
            try:
                status = self._ask(protocol.STATUS, ANSWER_SECONDS).status
            except (PortGone, FrameFault):
                self._hang_up()
                return ReaderUnplugged.default_sentence
        return None if status == protocol.DONE else ReaderBroken.default_sentence

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    def _read_patiently(self) -> ChipCard:
        """A card that moved, or an answer that came torn, is tried again; refusals of card or reader are not."""
        trouble = CardReaderTrouble()
        for _ in range(ATTEMPTS):
            try:
                return self._read_once()
            except FrameFault as fault:
                log.warning("card reader: %s", fault)
                self._hang_up()
            except CardUnreadable as fault:
                raise (WrongCard() if fault.foreign else CardReaderTrouble()) from None
            except CardReaderTrouble as told:
                if type(told) is not CardReaderTrouble:
                    raise
                trouble = told
        raise trouble

    def _read_once(self) -> ChipCard:
        self._find()
        self._expect(protocol.DONE, self._ask(protocol.SELECT, ANSWER_SECONDS))
        reply = self._ask(protocol.READ, READ_SECONDS)
        self._expect(protocol.DONE, reply)
        return read_card(reply.data)

    def _find(self) -> None:
        """Look until a card lies there. A card that was read is found again only after it was lifted."""
        until = self._monotonic() + self._find_seconds
        while True:
            reply = self._ask(protocol.FIND, ANSWER_SECONDS)
            if reply.status == protocol.FOUND:
                return
            if reply.status != protocol.NO_CARD or self._monotonic() >= until:
                self._expect(protocol.FOUND, reply)
            time.sleep(BETWEEN_LOOKS)

    def _expect(self, status: int, reply: Reply) -> None:
        if reply.status != status:
            log.warning("card reader: status %#04x", reply.status)
            raise TROUBLES.get(reply.status, CardReaderTrouble)()

    def _ask(self, command: bytes, seconds: float) -> Reply:
        """Send one command and read its answer. Raises PortGone, FrameFault."""
        if self._port is None:
            self._port = self._open_port()
        self._port.write(protocol.encode_command(command))
        until = self._monotonic() + seconds
        head = self._head(self._port, until)
        return protocol.decode_reply(head + self._all_of(self._port, protocol.length_of(head), until))

    def _head(self, port: Port, until: float) -> bytes:
        """The head of a frame, whatever noise stands before it. Raises PortGone when nothing comes at all."""
        head = self._take(port, protocol.HEAD, until)
        if not head:
            raise PortGone
        for _ in range(LARGEST_GARBAGE):
            if len(head) == protocol.HEAD and head.startswith(protocol.PREAMBLE):
                return head
            head = head[1:] + self._all_of(port, 1, until)
        raise FrameFault("nothing but noise")

    def _all_of(self, port: Port, count: int, until: float) -> bytes:
        content = self._take(port, count, until)
        if len(content) < count:
            raise FrameFault("an answer that ends too early")
        return content

    def _take(self, port: Port, count: int, until: float) -> bytes:
        """At most so many bytes until the time is over."""
        content = b""
        while len(content) < count and (left := until - self._monotonic()) > 0:
            more = port.read(count - len(content), left)
            if not more:
                break
            content += more
        return content

    def _hang_up(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            port.close()


def fields_of(card: ChipCard) -> tuple[ReadField, ...]:
    """The card's fields in the shape that reading a picture gives them in; what a chip says is sure."""
    told = {name: getattr(card, name) for name in LABELS}
    return tuple(
        ReadField(name, LABELS[name], value, 1.0, id_number_fault(value) if name == "id_number" else None)
        for name, value in told.items()
        if value
    )
