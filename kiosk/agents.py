"""代办员登录: online against the server; offline, for two weeks, against a hash kept from the last online sign-in."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from forms.clock import Clock
from forms.packet import Agent
from kiosk.safe import write_durably
from kiosk.server_link import ServerAway, ServerRefused

OFFLINE_FOR = timedelta(days=14)
FAILURES_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)


class SignInRefused(Exception):
    """Not signed in; the text says why and what to do."""

    code = "sign_in_refused"


class SignInServer(Protocol):
    """The part of the server link this needs."""

    def sign_in(self, sign_in_name: str, password: str) -> dict: ...


@dataclass
class _Known:
    """What this PC remembers of one name."""

    display_name: str = ""
    password_hash: str = ""
    verified_at: str = ""
    failures: int = 0
    locked_until: str = ""


class AgentRegister:
    """Who may work at this PC. The file holds no password, and after 14 days without the server no way in either."""

    def __init__(self, file: Path, link: SignInServer, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._file, self._link, self._clock = file, link, clock
        self._hasher = hasher or PasswordHasher()
        self._known = self._read()

    def sign_in(self, sign_in_name: str, password: str) -> Agent:
        """Raises SignInRefused."""
        name = sign_in_name.strip()
        if not name or not password:
            raise SignInRefused("请填登录名和密码。")
        known = self._known.get(name, _Known())
        self._refuse_locked(known)
        try:
            answer = self._link.sign_in(name, password)
        except ServerAway:
            return self._sign_in_offline(name, known, password)
        except ServerRefused as refused:
            if refused.status in (400, 401, 403, 422):
                self._forget_former_password(known, password)
                raise self._failed(name, known, str(refused)) from None
            raise SignInRefused(str(refused)) from None
        return self._welcome(name, answer, password)

    def _welcome(self, name: str, answer: dict, password: str) -> Agent:
        agent = Agent(sign_in_name=name, display_name=str(answer.get("display_name") or name))
        hashed = self._hasher.hash(password)
        self._known[name] = _Known(agent.display_name, hashed, self._clock.now().isoformat())
        self._write()
        return agent

    def _sign_in_offline(self, name: str, known: _Known, password: str) -> Agent:
        if not known.password_hash:
            raise SignInRefused("现在没有网，这个登录名没有在这台电脑上登录过。请等网通了再登录。")
        if self._clock.now() - datetime.fromisoformat(known.verified_at) > OFFLINE_FOR:
            raise SignInRefused(f"已经超过{OFFLINE_FOR.days}天没有联网核对过密码。请等网通了再登录。")
        if not self._matches(known, password):
            raise self._failed(name, known, "密码不对。请看看大小写，再输一次。")
        known.failures, known.locked_until = 0, ""
        self._write()
        return Agent(sign_in_name=name, display_name=known.display_name)

    def _matches(self, known: _Known, password: str) -> bool:
        try:
            return self._hasher.verify(known.password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def _forget_former_password(self, known: _Known, password: str) -> None:
        """Attack: a changed or withdrawn password stays good offline. The server refusing it ends that.

        Only when it is the one kept here, or a stranger's guess would take the agent's offline sign-in away.
        """
        if known.password_hash and self._matches(known, password):
            known.password_hash = ""

    def _failed(self, name: str, known: _Known, why: str) -> SignInRefused:
        """Attack: guessing at the counter. The count is on the disk, so that restarting the program does not clear it."""
        known.failures += 1
        if known.failures >= FAILURES_BEFORE_LOCK:
            known.failures, known.locked_until = 0, (self._clock.now() + LOCKED_FOR).isoformat()
            why = f"输错{FAILURES_BEFORE_LOCK}次了，{LOCKED_FOR.seconds // 60}分钟后再试。忘了密码请打电话问镇里。"
        self._known[name] = known
        self._write()
        return SignInRefused(why)

    def _refuse_locked(self, known: _Known) -> None:
        if known.locked_until:
            left = datetime.fromisoformat(known.locked_until) - self._clock.now()
            if left > timedelta(0):
                minutes = int(left.total_seconds() // 60) + 1
                raise SignInRefused(f"输错次数太多，还要等{minutes}分钟。忘了密码请打电话问镇里。")

    def _read(self) -> dict[str, _Known]:
        try:
            raw = json.loads(self._file.read_text(encoding="utf-8"))
            return {name: _Known(**entry) for name, entry in raw.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError):
            # A damaged file lets nobody in offline; the next online sign-in writes it anew.
            return {}

    def _write(self) -> None:
        every = {name: asdict(known) for name, known in self._known.items()}
        write_durably(self._file, json.dumps(every, ensure_ascii=False, indent=1).encode())
