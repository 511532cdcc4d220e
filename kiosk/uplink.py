"""上传: sends the outbox over a bad line with tus 1.0, goes on where it broke off, and watches whether the line is there."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from forms.clock import Clock
from forms.packet import sha256_of
from kiosk.outbox import Entry, Outbox
from kiosk.server_link import ServerAway, ServerLink, ServerRefused, UploadGone, WrongOffset

log = logging.getLogger("kiosk.uplink")

REFUSED_FOR_GOOD = (413, 422)
RESTARTS_PER_TRY = 4
LOOK_FOR_LOST_LINE_EVERY = 5.0
DAMAGED_HERE = "这一件在本机的文件坏了，传不了。请点“重新打开”，再上传一次。"


class Stopped(Exception):
    """The kiosk is closing down."""


def send_upload(
    link: ServerLink,
    content: bytes,
    *,
    packet_id: str,
    sha256: str,
    upload_path: str | None,
    chunk_size: int,
    begun: Callable[[str], None],
    progress: Callable[[int], None],
    stopped: Callable[[], bool] = lambda: False,
) -> str:
    """Bring all bytes to the server; returns the upload's path.

    `begun` is told the path before the first byte goes, so that the caller can write it down; `progress` is told what
    the server has. Raises ServerAway, ServerRefused or Stopped; calling again with the same path goes on.
    """
    for _ in range(RESTARTS_PER_TRY):
        if upload_path is None:
            upload_path = link.create_upload(packet_id, len(content), sha256)
            begun(upload_path)
        try:
            _send_rest(link, content, upload_path, chunk_size, progress, stopped)
            return upload_path
        except UploadGone:
            upload_path = None
        except WrongOffset:
            continue
    raise ServerAway("服务器那头的上传总是断，过一会儿自动再传。")


def _send_rest(
    link: ServerLink,
    content: bytes,
    upload_path: str,
    chunk_size: int,
    progress: Callable[[int], None],
    stopped: Callable[[], bool],
) -> None:
    offset = link.upload_offset(upload_path)
    while offset < len(content):
        if stopped():
            raise Stopped
        progress(offset)
        further = link.append(upload_path, offset, content[offset : offset + chunk_size])
        if not offset < further <= len(content):
            raise WrongOffset
        offset = further
    if offset > len(content):
        raise UploadGone  # the server holds something longer than this packet: not ours
    progress(offset)


class Uplink:
    """The one thread that talks to the server by itself: packets first, and between them a look at the line."""

    def __init__(
        self,
        link: ServerLink,
        outbox: Outbox,
        *,
        chunk_size: int,
        status_every: float,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link, self._outbox, self._clock = link, outbox, clock
        self._chunk_size, self._status_every, self._monotonic = chunk_size, status_every, monotonic
        self._stop, self._wake = threading.Event(), threading.Event()
        self._looked_at: float | None = None
        self._when_delivered: Callable[[], None] = lambda: None
        self._when_answered: Callable[[dict[str, Any]], None] = lambda status: None
        #: what the server said last, None before the first answer; `online` is about the latest call
        self.status: dict[str, Any] | None = None
        self.asked_at: datetime | None = None
        self.online: bool | None = None
        self.trouble: str | None = None

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()

    def wake(self) -> None:
        """There is something new to send."""
        self._wake.set()

    def when_delivered(self, tell: Callable[[], None]) -> None:
        """Have `tell` called, in this thread, each time a packet has arrived and its entry says so."""
        self._when_delivered = tell

    def when_answered(self, tell: Callable[[dict[str, Any]], None]) -> None:
        """Have `tell` called, in this thread, with each status the server gives."""
        self._when_answered = tell

    def run(self) -> None:
        """Until stopped. Nothing that happens to one packet ends the loop."""
        while not self._stop.is_set():
            try:
                busy = self.step()
            except Exception as error:
                # The message may hold what was being sent, so only its kind is logged.
                log.error("uplink step failed: %s", type(error).__name__)
                busy = False
            if not busy:
                self._wake.wait(timeout=1.0)
                self._wake.clear()

    def step(self) -> bool:
        """One thing: look at the line when it is time, else send one packet. Tells whether there was something to do."""
        now = self._monotonic()
        pause = self._status_every if self.online else min(self._status_every, LOOK_FOR_LOST_LINE_EVERY)
        if self._looked_at is None or now - self._looked_at >= pause:
            self._looked_at = now
            self.look()
        entry = self._outbox.take_next()
        if entry is None:
            return False
        self.send(entry)
        return True

    def look(self) -> None:
        """Ask the server how it is; when the line has come back, what waited for it goes at once."""
        was_online = self.online
        try:
            status = self._link.status()
            self.status, self.asked_at = status, self._clock.now()
            self.online, self.trouble = True, None
        except ServerAway as away:
            self.online, self.trouble = False, str(away)
        except ServerRefused as refused:
            self.online, self.trouble = False, str(refused)
        if self.online and was_online is False:
            self._outbox.hurry()
        if self.online and self.status:
            self._tell(self.status)

    def _tell(self, status: dict[str, Any]) -> None:
        """Whatever goes wrong with what the status brings along, packets go on being sent."""
        try:
            self._when_answered(status)
        except (ServerAway, ServerRefused, OSError) as trouble:
            log.warning("after the status: %s", type(trouble).__name__)

    def send(self, entry: Entry) -> None:
        """Try one packet once; whatever happens, its entry says so."""
        try:
            answer = self._deliver(entry)
        except Stopped:
            self._outbox.release(entry.packet_id)
        except ServerAway as away:
            self.online, self.trouble = False, str(away)
            self._outbox.put_back(entry.packet_id, str(away), for_want_of_line=True)
        except ServerRefused as refused:
            self._take_refusal(entry, refused)
        except OSError:
            self._outbox.mark_refused(entry.packet_id, DAMAGED_HERE)
        except Exception as error:
            log.error("packet %s failed: %s", entry.packet_id, type(error).__name__)
            self._outbox.put_back(entry.packet_id, "上传时程序出了错，过一会儿自动再传。")
        else:
            self.online = True
            self._outbox.mark_delivered(entry.packet_id, answer)
            log.info("packet %s delivered", entry.packet_id)
            self._when_delivered()

    def _deliver(self, entry: Entry) -> dict[str, Any]:
        content = self._outbox.read_content(entry.packet_id)
        if sha256_of(content) != entry.sha256:
            raise OSError("the file is not the one that was sealed")
        upload_path = send_upload(
            self._link,
            content,
            packet_id=entry.packet_id,
            sha256=entry.sha256,
            upload_path=entry.upload_url,
            chunk_size=self._chunk_size,
            begun=lambda path: self._outbox.note_upload(entry.packet_id, path),
            progress=lambda sent: self._outbox.note_progress(entry.packet_id, sent),
            stopped=self._stop.is_set,
        )
        try:
            return self._link.hand_over(entry.packet_id, upload_path, entry.sha256)
        except ServerRefused as refused:
            if refused.status in (404, 409, 410):
                self._outbox.note_upload(entry.packet_id, None)  # the upload is gone; the next try begins it again
            raise

    def _take_refusal(self, entry: Entry, refused: ServerRefused) -> None:
        log.warning(
            "packet %s refused: status %s, server reference %s", entry.packet_id, refused.status, refused.reference
        )
        if refused.status in REFUSED_FOR_GOOD:
            self._outbox.mark_refused(entry.packet_id, str(refused), refused.reference)
        else:
            self._outbox.put_back(entry.packet_id, str(refused), reference=refused.reference)
