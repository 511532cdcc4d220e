"""Who is at the counter: one agent signed in, for as long as somebody touches something."""

import time
from collections.abc import Callable

from forms.packet import Agent
from kiosk.agents import AgentRegister


class NotSignedIn(Exception):
    """Nobody is at the counter."""

    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__("请先登录。")


class Session:
    """The agent at this PC, in practice as at work, and what this agent wants of the screen."""

    def __init__(
        self, register: AgentRegister, idle_lock_seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._register, self._idle_lock_seconds, self._monotonic = register, idle_lock_seconds, monotonic
        self._agent: Agent | None = None
        self._touched_at = 0.0
        #: sheets that lie still are taken without pressing anything
        self.shoots_by_itself = True

    @property
    def agent(self) -> Agent | None:
        """The agent signed in; nobody after a long time without a touch (an unattended screen shows no one's papers)."""
        if self._agent and self._monotonic() - self._touched_at > self._idle_lock_seconds:
            self._agent = None
        return self._agent

    def touch(self) -> None:
        """Somebody did something; looking on does not count."""
        self._touched_at = self._monotonic()

    def sign_in(self, sign_in_name: str, password: str) -> Agent:
        """Raises SignInRefused."""
        agent = self._register.sign_in(sign_in_name, password)
        self._agent, self.shoots_by_itself = agent, True
        self.touch()
        return agent

    def sign_out(self) -> None:
        self._agent = None

    def required(self) -> Agent:
        """Raises NotSignedIn."""
        if self._agent is None:
            raise NotSignedIn
        return self._agent
