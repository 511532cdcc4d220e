"""Access tokens as the platform hands them out: stable ones that stay, classic ones that cancel the one before."""

import secrets
import sqlite3
from datetime import datetime, timedelta

from server.wechat_simulator.state import State

LIFETIME = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)


class Tokens:
    """The two kinds are kept apart, as WeChat keeps them: fetching one never cancels the other."""

    def __init__(self, state: State):
        self._state = state

    def stable(self, app_id: str, now: datetime, force: bool = False) -> tuple[str, int]:
        """The token and the seconds left to it: the same one until five minutes before its end, unless forced."""
        with self._state.errand() as connection:
            row = _current(connection, app_id, "stable")
            if row and not force and row["expires_at"] - now.timestamp() > OVERLAP.total_seconds():
                return row["value"], int(row["expires_at"] - now.timestamp())
            if row:
                _retire(connection, row, now if force else now + OVERLAP)
            return _issue(connection, app_id, "stable", now)

    def classic(self, app_id: str, now: datetime) -> tuple[str, int]:
        """A new token; the one before is taken for five minutes more."""
        with self._state.errand() as connection:
            row = _current(connection, app_id, "classic")
            if row:
                _retire(connection, row, now + OVERLAP)
            return _issue(connection, app_id, "classic", now)

    def judge(self, value: str, now: datetime) -> tuple[str, str]:
        """('good', app_id), or why it is not taken: 'unknown' (or replaced) or 'expired', with an empty app_id."""
        with self._state.errand() as connection:
            row = connection.execute("SELECT * FROM tokens WHERE value = ?", (value,)).fetchone()
        if row is None:
            return "unknown", ""
        if row["expires_at"] <= now.timestamp():
            return "expired", ""
        return ("good", row["app_id"]) if row["dead_at"] > now.timestamp() else ("unknown", "")

    def expire_all(self) -> None:
        """Forget every token, as after a reset of the secret: the next call gets 40001."""
        with self._state.errand() as connection:
            connection.execute("DELETE FROM tokens")


def _current(connection: sqlite3.Connection, app_id: str, kind: str) -> sqlite3.Row | None:
    return connection.execute(
        "SELECT * FROM tokens WHERE app_id = ? AND kind = ? AND is_current = 1", (app_id, kind)
    ).fetchone()


def _retire(connection: sqlite3.Connection, row: sqlite3.Row, dead_at: datetime) -> None:
    connection.execute(
        "UPDATE tokens SET is_current = 0, dead_at = ? WHERE value = ?",
        (min(dead_at.timestamp(), row["dead_at"]), row["value"]),
    )


def _issue(connection: sqlite3.Connection, app_id: str, kind: str, now: datetime) -> tuple[str, int]:
    value, end = secrets.token_urlsafe(100), (now + LIFETIME).timestamp()
    connection.execute("INSERT INTO tokens VALUES (?, ?, ?, 1, ?, ?)", (value, app_id, kind, end, end))
    return value, int(LIFETIME.total_seconds())
