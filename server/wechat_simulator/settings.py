"""What one simulated platform is told at its start: the accounts it hosts and where their server listens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class MessageTemplate:
    """A template message as added in the official account's console: its title and the label of each field."""

    title: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class SimulatorSettings:
    """One official account and one mini-program, bound to the same open-platform account (one unionid per person).

    With `templates` given, any other template id is refused, as WeChat does; without, every id is taken.
    With a `control_key`, the control API wants it in `X-Simulator-Key` and the page once as `/?key=…`.
    """

    state_file: Path
    callback_url: str
    official_app_id: str
    official_secret: str = field(repr=False)
    official_token: str = field(repr=False)
    official_aes_key: str = field(repr=False)
    miniprogram_app_id: str
    miniprogram_secret: str = field(repr=False)
    control_key: str | None = field(default=None, repr=False)
    official_user_name: str = "gh_5a1c0e9b3d27"
    official_name: str = "农事网通"
    templates: Mapping[str, MessageTemplate] = field(default_factory=dict)
    callback_timeout_seconds: float = 5.0
    deliveries: int = 3

    def secret_of(self, app_id: str) -> str | None:
        """The secret of a hosted account, or None."""
        return {
            self.official_app_id: self.official_secret,
            self.miniprogram_app_id: self.miniprogram_secret,
        }.get(app_id)
