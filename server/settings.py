"""Every setting of the server in one frozen object: read once from a TOML file, unknown keys an error, no secret has a default."""

import os
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator


class SettingsFault(ValueError):
    """The settings cannot be used; the text names the file and the key."""


class WeChatSettings(BaseModel):
    """The official account and the mini-program; two app ids, two secrets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_base: str = "https://api.weixin.qq.com"
    official_app_id: str
    official_secret: str
    official_token: str
    official_aes_key: str = Field(min_length=43, max_length=43)
    miniprogram_app_id: str
    miniprogram_secret: str
    progress_template_id: str


class SupervisionSettings(BaseModel):
    """电子监察: days to appeal, days until an unanswered red card goes one level up, what a card weighs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    appeal_working_days: int = Field(default=10, ge=1, le=60)
    escalate_after_working_days: int = Field(default=3, ge=1, le=60)
    yellow_points: int = Field(default=1, ge=0, le=100)
    red_points: int = Field(default=5, ge=0, le=100)


class RatingSettings(BaseModel):
    """好差评 as this city has decided it; the defaults are what Guangxi published and what is commonly done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # From 非常满意 down to 非常不满意, as published for Guangxi (梧州).
    points: tuple[int, int, int, int, int] = (10, 8, 6, 3, 0)
    # GB/T 39734-2020 has day numbers for both, which we could not verify; 1 and 15 are commonly quoted, some cities fix 5.
    call_back_working_days: int = Field(default=1, ge=1, le=30)
    rectify_working_days: int = Field(default=15, ge=1, le=90)
    # Guangdong (2019) counted a case nobody rated for 7 days as 基本满意. Off: no opinion is not a good one.
    default_good_after_days: int | None = Field(default=None, ge=1, le=365)
    link_days: int = Field(default=30, ge=1, le=365)
    # Fewer ratings than this are shown to no desk and on no page: they would name the rater.
    smallest_group: int = Field(default=3, ge=3, le=50)

    @field_validator("points")
    @classmethod
    def _best_first(cls, points: tuple[int, ...]) -> tuple[int, ...]:
        if list(points) != sorted(points, reverse=True):
            raise ValueError("points go down from 非常满意 to 非常不满意")
        return points


class ServerSettings(BaseModel):
    """`data_folder` holds the database (unless another is named), the documents and the keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_folder: Path
    public_url: str
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = Field(default=2, ge=1, le=64)
    # A village line may trickle one upload for minutes and holds a thread meanwhile: 428 villages must not starve the
    # rest, so there are many threads (they cost little while they wait).
    threads_per_worker: int = Field(default=256, ge=4, le=2048)
    session_secret: str = Field(min_length=32)
    secure_cookies: bool = True
    # How many proxies of ours stand in front: only so many forwarded addresses are believed, else any caller could
    # state an address and slip the limits on guessing.
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    clock_file: Path | None = None
    worker_pause_seconds: float = 1.0
    supervision: SupervisionSettings = SupervisionSettings()
    wechat: WeChatSettings
    rating: RatingSettings = RatingSettings()

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_folder / 'hongye.sqlite3'}"


def load_settings(path: Path) -> ServerSettings:
    """Read a TOML file. HONGYE_DATABASE_URL in the environment overrides the file. Raises SettingsFault."""
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsFault(
            f"no settings at {path}: run `hongye run`, or write the file (see docs/settings.md)"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsFault(f"{path} is not TOML: {error}") from None
    if database_url := os.environ.get("HONGYE_DATABASE_URL"):
        stated["database_url"] = database_url
    try:
        return ServerSettings.model_validate(stated)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise SettingsFault(f"{path}: {faults}") from None
