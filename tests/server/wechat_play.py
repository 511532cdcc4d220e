"""A small WeChat world for tests: practice accounts, a simulator on a real port, and a person's acts over HTTP."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from forms.clock import Clock, FixedClock
from server.adapters.wechat import InMemoryTokenStore, WeChatGateway
from server.adapters.wechat_messages import OfficialAccountDoor
from server.wechat_simulator import SimulatorSettings

NOON = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)
NOBODY_LISTENS = "http://127.0.0.1:9/wechat/official"


def noon_clock() -> FixedClock:
    return FixedClock(NOON)


def practice_settings(folder: Path, callback_url: str = NOBODY_LISTENS, **changes: Any) -> SimulatorSettings:
    values: dict[str, Any] = {
        "state_file": folder / "wechat.sqlite3",
        "callback_url": callback_url,
        "official_app_id": "wx0fficia1",
        "official_secret": "official-secret-for-tests",
        "official_token": "token-for-tests",
        "official_aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFE",
        "miniprogram_app_id": "wxminiprogram",
        "miniprogram_secret": "miniprogram-secret-for-tests",
    }
    return SimulatorSettings(**{**values, **changes})


def official_gateway(url: str, settings: SimulatorSettings, clock: Clock, **given: Any) -> WeChatGateway:
    store = given.pop("token_store", None) or InMemoryTokenStore()
    return WeChatGateway(url, settings.official_app_id, settings.official_secret, store, clock, **given)


def miniprogram_gateway(url: str, settings: SimulatorSettings, clock: Clock) -> WeChatGateway:
    app_id, secret = settings.miniprogram_app_id, settings.miniprogram_secret
    return WeChatGateway(url, app_id, secret, InMemoryTokenStore(), clock)


def official_door(settings: SimulatorSettings, clock: Clock) -> OfficialAccountDoor:
    return OfficialAccountDoor(settings.official_token, settings.official_aes_key, settings.official_app_id, clock)


@dataclass(frozen=True)
class Villager:
    """A person of the simulator, driven over its control API."""

    url: str
    official_openid: str
    miniprogram_openid: str
    unionid: str

    def do(self, act: str, **body: str) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/{act}", json=body, timeout=20)
        return {"status": answer.status_code, **answer.json()}

    def messages(self) -> list[dict[str, Any]]:
        return requests.get(f"{self.url}/messages", timeout=5).json()["messages"]

    def login_code(self) -> str:
        return self.do("login-code")["code"]


def new_villager(simulator_url: str, nickname: str = "潘阿婆") -> Villager:
    made = requests.post(f"{simulator_url}/simulator/people", json={"nickname": nickname}, timeout=5).json()
    address = f"{simulator_url}/simulator/people/{made['person_id']}"
    return Villager(address, made["official_openid"], made["miniprogram_openid"], made["unionid"])
