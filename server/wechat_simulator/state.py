"""What the platform remembers: people, chats, tokens, login codes and the menu, in one SQLite file."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS people (
    person_id TEXT PRIMARY KEY, nickname TEXT NOT NULL, official_openid TEXT UNIQUE NOT NULL,
    miniprogram_openid TEXT UNIQUE NOT NULL, unionid TEXT UNIQUE NOT NULL, follows INTEGER NOT NULL DEFAULT 0,
    custom_left INTEGER NOT NULL DEFAULT 0, custom_until REAL NOT NULL DEFAULT 0, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, person_id TEXT NOT NULL REFERENCES people, sender TEXT NOT NULL,
    kind TEXT NOT NULL, content TEXT NOT NULL, client_message_id TEXT, created_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS messages_of_person ON messages (person_id, id);
CREATE TABLE IF NOT EXISTS tokens (
    value TEXT PRIMARY KEY, app_id TEXT NOT NULL, kind TEXT NOT NULL, is_current INTEGER NOT NULL DEFAULT 1,
    expires_at REAL NOT NULL, dead_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS login_codes (
    code TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES people, expires_at REAL NOT NULL, used_at REAL);
CREATE TABLE IF NOT EXISTS menu (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class UnknownPerson(LookupError):
    """No such person lives in this simulator."""


@dataclass(frozen=True)
class Person:
    """A villager with WeChat: one unionid, one openid for each account."""

    person_id: str
    nickname: str
    official_openid: str
    miniprogram_openid: str
    unionid: str
    follows: bool


@dataclass(frozen=True)
class ChatMessage:
    """One line of a chat. `sender` is person, account or platform; `kind` is text, template, event or notice."""

    id: int
    sender: str
    kind: str
    content: dict[str, Any]
    created_at: datetime


class State:
    """All reads and writes. A connection per errand, so threads and processes may share the file.

    No errand holds the file while something is sent over HTTP: the server called back may call the platform in turn.
    """

    def __init__(self, path: Path):
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.errand() as connection:
            connection.executescript(_TABLES)

    def add_person(self, nickname: str) -> Person:
        with self.errand() as connection:
            number = connection.execute("SELECT count(*) FROM people").fetchone()[0] + 1
            values = ("p" + secrets.token_hex(6), nickname, _open_id("o"), _open_id("o"), _open_id("u"), number)
            connection.execute(
                "INSERT INTO people (person_id, nickname, official_openid, miniprogram_openid, unionid, number)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
        return self.get_person(values[0])

    def list_people(self) -> list[Person]:
        with self.errand() as connection:
            return [_person(row) for row in connection.execute("SELECT * FROM people ORDER BY number")]

    def get_person(self, person_id: str) -> Person:
        """Raises UnknownPerson."""
        person = self._find_person("person_id", person_id)
        if person is None:
            raise UnknownPerson(person_id)
        return person

    def find_by_official_openid(self, openid: str) -> Person | None:
        return self._find_person("official_openid", openid)

    def set_follows(self, person_id: str, follows: bool) -> None:
        with self.errand() as connection:
            connection.execute("UPDATE people SET follows = ? WHERE person_id = ?", (follows, person_id))

    def allow_custom_messages(self, person_id: str, count: int, until: datetime) -> None:
        """A person wrote, scanned or followed: the account may send `count` customer messages `until` then."""
        with self.errand() as connection:
            connection.execute(
                "UPDATE people SET custom_left = ?, custom_until = ? WHERE person_id = ? AND custom_until <= ?",
                (count, until.timestamp(), person_id, until.timestamp()),
            )

    def spend_custom_message(self, person_id: str, now: datetime) -> str:
        """Use up one customer message: 'sent', 'too_late' or 'too_many'."""
        with self.errand() as connection:
            row = connection.execute(
                "SELECT custom_left, custom_until FROM people WHERE person_id = ?", (person_id,)
            ).fetchone()
            if row["custom_until"] < now.timestamp():
                return "too_late"
            if row["custom_left"] < 1:
                return "too_many"
            connection.execute("UPDATE people SET custom_left = custom_left - 1 WHERE person_id = ?", (person_id,))
        return "sent"

    def add_message(
        self, person_id: str, sender: str, kind: str, content: dict[str, Any], now: datetime, client_id: str = ""
    ) -> int:
        """Put a line into a person's chat and return its id."""
        with self.errand() as connection:
            cursor = connection.execute(
                "INSERT INTO messages (person_id, sender, kind, content, client_message_id, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (person_id, sender, kind, json.dumps(content, ensure_ascii=False), client_id or None, now.timestamp()),
            )
            return int(cursor.lastrowid or 0)

    def list_messages(self, person_id: str) -> list[ChatMessage]:
        with self.errand() as connection:
            rows = connection.execute("SELECT * FROM messages WHERE person_id = ? ORDER BY id", (person_id,))
            return [_message(row) for row in rows]

    def find_sent(self, person_id: str, client_id: str, since: datetime) -> int | None:
        """The id of the message already sent to a person under `client_id` since then, or None."""
        with self.errand() as connection:
            row = connection.execute(
                "SELECT id FROM messages WHERE person_id = ? AND client_message_id = ? AND created_at >= ?",
                (person_id, client_id, since.timestamp()),
            ).fetchone()
        return row["id"] if row else None

    def next_number(self, name: str) -> int:
        """A number never given before under `name`: message ids that never repeat."""
        with self.errand() as connection:
            row = connection.execute(
                "INSERT INTO counters VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value",
                (name,),
            ).fetchone()
        return row["value"]

    def add_login_code(self, person_id: str, expires_at: datetime) -> str:
        code = "0" + secrets.token_urlsafe(23)
        with self.errand() as connection:
            values = (code, person_id, expires_at.timestamp())
            connection.execute("INSERT INTO login_codes VALUES (?, ?, ?, NULL)", values)
        return code

    def use_login_code(self, code: str, now: datetime) -> Person | str:
        """The person, or 'unknown', 'expired' or 'used'; of two simultaneous uses one alone gets the person."""
        with self.errand() as connection:
            row = connection.execute("SELECT * FROM login_codes WHERE code = ?", (code,)).fetchone()
            if row is None:
                return "unknown"
            if row["used_at"] is not None:
                return "used"
            if row["expires_at"] < now.timestamp():
                return "expired"
            connection.execute("UPDATE login_codes SET used_at = ? WHERE code = ?", (now.timestamp(), code))
        return self.get_person(row["person_id"])

    def set_menu(self, menu: dict[str, Any]) -> None:
        with self.errand() as connection:
            connection.execute("INSERT OR REPLACE INTO menu VALUES (1, ?)", (json.dumps(menu, ensure_ascii=False),))

    def menu_buttons(self) -> list[dict[str, Any]]:
        with self.errand() as connection:
            row = connection.execute("SELECT content FROM menu").fetchone()
        return json.loads(row["content"])["button"] if row else []

    @contextmanager
    def errand(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed when the block ends well, forgotten when it raises."""
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = OFF")
        try:
            # The write lock at once: a read that turns into a write later could meet another thread's.
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            if connection.in_transaction:
                connection.execute("COMMIT")
        finally:
            connection.close()

    def _find_person(self, column: str, value: str) -> Person | None:
        with self.errand() as connection:
            row = connection.execute(f"SELECT * FROM people WHERE {column} = ?", (value,)).fetchone()
        return _person(row) if row else None


def _open_id(first: str) -> str:
    return first + secrets.token_urlsafe(20)[:27]


def _person(row: sqlite3.Row) -> Person:
    names = ("person_id", "nickname", "official_openid", "miniprogram_openid", "unionid")
    return Person(*(row[name] for name in names), follows=bool(row["follows"]))


def _message(row: sqlite3.Row) -> ChatMessage:
    created = datetime.fromtimestamp(row["created_at"], UTC)
    return ChatMessage(row["id"], row["sender"], row["kind"], json.loads(row["content"]), created)
