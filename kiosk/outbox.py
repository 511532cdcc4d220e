"""待传: the durable queue of sealed packets. Each has its own back-off and its own visible reason; none blocks another.

A packet's file is on the disk before its row says so, and the row says 'delivered' (or 'replaced') before the file goes;
whatever a power cut leaves between is put right at opening. `packet_id` is the key, so adding or sending twice is harmless.
"""

import json
import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from forms.clock import Clock
from forms.packet import sha256_of
from kiosk.safe import DurableFolder, Safe, free_bytes_of

State = Literal["waiting", "sending", "delivered", "refused", "replaced"]
STATE_WORDS: dict[State, str] = {
    "waiting": "等着上传",
    "sending": "正在上传",
    "delivered": "已送到",
    "refused": "没有收下",
    "replaced": "已重新打开",
}
EntryAction = Literal["retry", "reopen", "print_receipt"]
ENTRY_ACTION_WORDS: dict[EntryAction, str] = {"reopen": "重新打开", "retry": "再传一次", "print_receipt": "打印回执"}
ENTRY_ALLOWED: dict[State, tuple[EntryAction, ...]] = {
    "waiting": ("retry", "print_receipt"),
    "sending": ("print_receipt",),
    "delivered": ("print_receipt",),
    "refused": ("reopen", "retry", "print_receipt"),
    "replaced": ("print_receipt",),
}
FIRST_PAUSE = timedelta(seconds=3)
LONGEST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE_WITHOUT_LINE = timedelta(minutes=1)
KEEP_SETTLED = timedelta(days=90)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS packet (
  packet_id TEXT PRIMARY KEY, added_at TEXT NOT NULL, state TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
  facts BLOB NOT NULL, answer BLOB, upload_url TEXT, attempts INTEGER NOT NULL DEFAULT 0, next_try_at TEXT NOT NULL,
  reason TEXT, reference TEXT, for_want_of_line INTEGER NOT NULL DEFAULT 0, delivered_at TEXT
) STRICT
"""


@dataclass(frozen=True)
class Entry:
    """One packet in the outbox; `facts` are what a receipt shows, `answer` what the server said on delivery."""

    packet_id: str
    added_at: datetime
    state: State
    size: int
    sha256: str
    facts: dict[str, Any]
    answer: dict[str, Any] | None
    upload_url: str | None
    attempts: int
    next_try_at: datetime
    reason: str | None
    reference: str | None
    delivered_at: datetime | None
    sent_bytes: int


class ReopenRefused(Exception):
    """Only a packet the server refused can be reopened; the text lists what is allowed instead."""

    code = "reopen_refused"

    def __init__(self, entry: Entry) -> None:
        self.allowed = ENTRY_ALLOWED[entry.state]
        possible = "、".join(ENTRY_ACTION_WORDS[name] for name in self.allowed)
        super().__init__(f"这一件是“{STATE_WORDS[entry.state]}”，没有收下的才能重新打开。现在可以：{possible}。")


class UnknownPacket(LookupError):
    """The outbox has no packet of this id."""

    def __init__(self, packet_id: str) -> None:
        super().__init__("待传的清单里没有这一件。")


class Outbox:
    """The packets of this PC that are under way, and what became of those that arrived."""

    def __init__(
        self,
        path: Path,
        safe: Safe,
        clock: Clock,
        *,
        keep_free: int,
        free_bytes: Callable[[Path], int] = free_bytes_of,
        dice: random.Random | None = None,
    ) -> None:
        self._folder = DurableFolder(path, keep_free=keep_free, free_bytes=free_bytes)
        self._safe, self._clock = safe, clock
        self._dice = dice or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._lock = threading.RLock()
        self._progress: dict[str, int] = {}
        self._database = sqlite3.connect(path / "outbox.sqlite", check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute(_SCHEMA)
        self._put_right()

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _put_right(self) -> None:
        """After a power cut: nothing is being sent, and files nobody waits for go."""
        self._folder.sweep_unfinished()
        with self._writing() as database:
            database.execute("UPDATE packet SET state='waiting' WHERE state='sending'")
        needed = {entry.packet_id for entry in self.list_all() if entry.state not in ("delivered", "replaced")}
        for file in self._folder.path.glob("*.packet"):
            if file.stem not in needed:
                self._folder.remove(file.name)

    def forget_settled(self) -> None:
        """Drop old rows of packets that are settled; only after the drafts were asked about them, for the rows tell which go."""
        keep_from = _written(self._clock.now() - KEEP_SETTLED)
        with self._writing() as database:
            database.execute("DELETE FROM packet WHERE state='delivered' AND delivered_at < ?", (keep_from,))
            database.execute("DELETE FROM packet WHERE state='replaced' AND added_at < ?", (keep_from,))

    @contextmanager
    def _writing(self):
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def add(self, packet_id: str, sealed: bytes, facts: dict[str, Any]) -> Entry:
        """Take a sealed packet in; the same one twice stays one. Raises NoRoom, and then nothing was changed."""
        known = self.find(packet_id)
        if known:
            return known
        self._folder.write(f"{packet_id}.packet", sealed)
        now = _written(self._clock.now())
        kept = self._safe.seal(f"facts:{packet_id}", json.dumps(facts, ensure_ascii=False).encode())
        with self._writing() as database:
            database.execute(
                "INSERT INTO packet (packet_id, added_at, state, size, sha256, facts, next_try_at)"
                " VALUES (?, ?, 'waiting', ?, ?, ?, ?)",
                (packet_id, now, len(sealed), sha256_of(sealed), kept, now),
            )
        return self.get(packet_id)

    def find(self, packet_id: str) -> Entry | None:
        with self._lock:
            row = self._database.execute("SELECT * FROM packet WHERE packet_id=?", (packet_id,)).fetchone()
            return self._entry(row) if row else None

    def get(self, packet_id: str) -> Entry:
        """Raises UnknownPacket."""
        entry = self.find(packet_id)
        if entry is None:
            raise UnknownPacket(packet_id)
        return entry

    def list_all(self) -> list[Entry]:
        """Newest first."""
        with self._lock:
            rows = self._database.execute("SELECT * FROM packet ORDER BY added_at DESC, rowid DESC").fetchall()
            return [self._entry(row) for row in rows]

    def count_unsent(self) -> int:
        unsent = "SELECT count(*) FROM packet WHERE state NOT IN ('delivered', 'replaced')"
        with self._lock:
            return self._database.execute(unsent).fetchone()[0]

    def read_content(self, packet_id: str) -> bytes:
        return self._folder.read(f"{packet_id}.packet")

    def take_next(self) -> Entry | None:
        """The packet whose turn has come, marked as being sent; one that keeps failing goes behind the others.

        A turn further off than any pause comes from a PC clock that was ahead and has been put right: it is due.
        """
        now = self._clock.now()
        with self._writing() as database:
            row = database.execute(
                "SELECT packet_id FROM packet WHERE state='waiting' AND (next_try_at<=? OR next_try_at>?)"
                " ORDER BY attempts, added_at, rowid LIMIT 1",
                (_written(now), _written(now + 2 * LONGEST_PAUSE)),
            ).fetchone()
            if row is None:
                return None
            database.execute("UPDATE packet SET state='sending' WHERE packet_id=?", (row["packet_id"],))
        return self.get(row["packet_id"])

    def note_upload(self, packet_id: str, upload_url: str | None) -> None:
        """Remember where the server keeps the half-sent packet, so that the next start goes on from there."""
        self._change(packet_id, upload_url=upload_url)

    def note_progress(self, packet_id: str, sent_bytes: int) -> None:
        """For the progress bar only; what has arrived is asked of the server."""
        self._progress[packet_id] = sent_bytes

    def put_back(
        self, packet_id: str, reason: str, *, reference: str | None = None, for_want_of_line: bool = False
    ) -> None:
        """It did not go through; try again after a pause that doubles, with jitter so that villages do not come at once."""
        attempts = self.get(packet_id).attempts + 1
        longest = LONGEST_PAUSE_WITHOUT_LINE if for_want_of_line else LONGEST_PAUSE
        pause = min(longest, FIRST_PAUSE * 2 ** min(attempts - 1, 16)) * self._dice.uniform(0.75, 1.25)
        self._change(
            packet_id,
            state="waiting",
            attempts=attempts,
            next_try_at=_written(self._clock.now() + pause),
            reason=reason,
            reference=reference,
            for_want_of_line=int(for_want_of_line),
        )

    def release(self, packet_id: str) -> None:
        """Stopped in the middle by our own closing down: no failure, no pause."""
        self._change(packet_id, state="waiting")

    def hurry(self) -> None:
        """The line is back: what waited only for it goes now."""
        with self._writing() as database:
            now = _written(self._clock.now())
            database.execute(
                "UPDATE packet SET next_try_at=?, attempts=0, for_want_of_line=0"
                " WHERE state='waiting' AND for_want_of_line=1",
                (now,),
            )

    def mark_delivered(self, packet_id: str, answer: dict[str, Any]) -> None:
        """The server has it: keep its answer, drop the file."""
        kept = self._safe.seal(f"answer:{packet_id}", json.dumps(answer, ensure_ascii=False).encode())
        now = _written(self._clock.now())
        self._change(packet_id, state="delivered", answer=kept, delivered_at=now, reason=None, reference=None)
        self._folder.remove(f"{packet_id}.packet")

    def mark_refused(self, packet_id: str, reason: str, reference: str | None = None) -> None:
        """The server will not take it; it stays here with the reason until the agent reopens it or asks for another try."""
        self._change(packet_id, state="refused", reason=reason, reference=reference, upload_url=None)

    def mark_replaced(self, packet_id: str) -> None:
        """Its visit was reopened and gets a packet of its own: the row stays for the record, the file goes. Again is harmless."""
        with self._writing() as database:
            database.execute("UPDATE packet SET state='replaced' WHERE packet_id=? AND state='refused'", (packet_id,))
        if self.get(packet_id).state == "replaced":
            self._folder.remove(f"{packet_id}.packet")

    def try_again(self, packet_id: str) -> None:
        """The agent asks: from the beginning, and now."""
        if self.get(packet_id).state in ("waiting", "refused"):
            now = _written(self._clock.now())
            self._change(packet_id, state="waiting", next_try_at=now, attempts=0, upload_url=None)

    def _change(self, packet_id: str, **columns: Any) -> None:
        settings = ", ".join(f"{name}=?" for name in columns)
        with self._writing() as database:
            # column names come from this module's own calls; values are bound
            database.execute(f"UPDATE packet SET {settings} WHERE packet_id=?", (*columns.values(), packet_id))  # noqa: S608

    def _entry(self, row: sqlite3.Row) -> Entry:
        packet_id = row["packet_id"]
        answer = row["answer"]
        return Entry(
            packet_id=packet_id,
            added_at=datetime.fromisoformat(row["added_at"]),
            state=row["state"],
            size=row["size"],
            sha256=row["sha256"],
            facts=json.loads(self._safe.unseal(f"facts:{packet_id}", row["facts"])),
            answer=json.loads(self._safe.unseal(f"answer:{packet_id}", answer)) if answer else None,
            upload_url=row["upload_url"],
            attempts=row["attempts"],
            next_try_at=datetime.fromisoformat(row["next_try_at"]),
            reason=row["reason"],
            reference=row["reference"],
            delivered_at=datetime.fromisoformat(row["delivered_at"]) if row["delivered_at"] else None,
            sent_bytes=row["size"] if row["state"] == "delivered" else self._progress.get(packet_id, 0),
        )


def _written(instant: datetime) -> str:
    """One width and one zone, so that text order is time order."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
