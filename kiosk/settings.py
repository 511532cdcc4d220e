"""The settings of one village PC: a frozen object read from a TOML file, where an unknown key is an error."""

import tomllib
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


class SettingsFault(ValueError):
    """The settings file cannot be used; the text names the key and the file."""


class KioskSettings(BaseModel):
    """Everything that differs from one village PC to the next; relative paths are read from the file's own folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: where drafts, the outbox, prints and logs live; made on first use, readable by its owner only
    data_folder: Path
    #: the server's address; https, except to this same machine or for practice
    server_url: str
    #: port of the local page; 0 takes any free one
    screen_port: Annotated[int, Field(ge=0, le=65535)] = 8630
    #: 'virtual', 'uvc:auto' (the document camera that is plugged in), 'uvc:<identity>' or 'folder:<path of folder or file>'
    camera: Annotated[str, Field(pattern=r"^(virtual|uvc:.+|folder:.+)$")] = "virtual"
    #: a city's own table of cameras, laid over the one that ships (camera/models.yaml)
    camera_models: Path | None = None
    #: 'pdf' writes files into data_folder/printed; anything else is a CUPS queue, on Windows a printer
    printer: Annotated[str, Field(min_length=1)] = "pdf"
    #: 'none', 'serial:/dev/ttyUSB0' or 'serial:COM3', 'usb', or 'simulated' (practice)
    card_reader: Annotated[str, Field(pattern=r"^(none|serial:.+|usb|simulated)$")] = "none"
    #: a clock shared by several processes; practice installations and the demo story only
    clock_file: Path | None = None
    #: practice: the screen says so on every step
    practice: bool = False
    #: what the township sees in its list of machines
    machine_name: Annotated[str, Field(min_length=1, max_length=60)] = "村级窗口一号机"
    #: spent at the first start; the command line may give it instead
    enrolment_code: str | None = None
    #: a private certificate authority for the server, None for the system's own
    certificate_authority: Path | None = None
    #: how much of a packet travels in one request
    chunk_kib: Annotated[int, Field(ge=16, le=8192)] = 256
    #: room on the disk no new page may touch
    keep_free_mib: Annotated[int, Field(ge=1)] = 200
    #: the agent is signed out after so long without a touch
    idle_lock_minutes: Annotated[int, Field(ge=1, le=240)] = 15
    #: how often the line is tried when there is nothing to send
    status_every_seconds: Annotated[float, Field(gt=0)] = 20.0
    #: printed files (printer 'pdf') are removed after so many days: they show answers in the clear
    keep_printed_days: Annotated[int, Field(ge=0)] = 7

    @field_validator("server_url")
    @classmethod
    def _plain_address(cls, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("要写完整的地址，例如 https://nongshi.example.cn")
        return address.rstrip("/")

    @model_validator(mode="after")
    def _encrypted_line(self) -> "KioskSettings":
        # Attack: whoever sits on the village's line reads passwords and the machine secret from plain http.
        parts = urlsplit(self.server_url)
        if parts.scheme == "http" and parts.hostname not in LOOPBACK_NAMES and not self.practice:
            raise ValueError("server_url 必须是 https 地址（只有练习或连本机时可以用 http）")
        return self

    @property
    def keep_free_bytes(self) -> int:
        return self.keep_free_mib * 1024 * 1024


def read_settings(path: Path) -> KioskSettings:
    """The settings in `path`. Raises SettingsFault naming the key and the file."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsFault(f"找不到设置文件 {path}。请先建好这个文件，至少写 data_folder 和 server_url。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsFault(f"设置文件 {path} 读不懂：{error}。") from None
    try:
        return _anchored(KioskSettings.model_validate(raw), path.resolve().parent)
    except ValidationError as error:
        raise SettingsFault("；".join(_in_words(fault, path) for fault in error.errors())) from None


def _anchored(settings: KioskSettings, folder: Path) -> KioskSettings:
    """Paths in the file are relative to the file."""
    changes: dict[str, object] = {"data_folder": folder / settings.data_folder}
    for key in ("clock_file", "certificate_authority", "camera_models"):
        value = getattr(settings, key)
        if value is not None:
            changes[key] = folder / value
    if settings.camera.startswith("folder:"):
        changes["camera"] = f"folder:{folder / settings.camera.removeprefix('folder:')}"
    return settings.model_copy(update=changes)


def _in_words(fault, path: Path) -> str:
    key = ".".join(str(part) for part in fault["loc"]) or "server_url"
    if fault["type"] == "extra_forbidden":
        return f"{path}：没有“{key}”这一项设置，多半是写错了名字。可用的有：{'、'.join(KioskSettings.model_fields)}"
    if fault["type"] == "missing":
        return f"{path}：缺少“{key}”这一项设置"
    return f"{path}：“{key}”的值不对（{fault['msg'].removeprefix('Value error, ')}）"
