"""The settings of one village PC: a frozen object read from a TOML file, where an unknown key is an error."""

import re
import tomllib
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


#: what stands after a value that cannot be: by the kind of fault, by the kind of value wanted, and by the key
_LIMITS = {
    "greater_than_equal": "不能小于{ge}",
    "less_than_equal": "不能大于{le}",
    "greater_than": "要大于{gt}",
    "string_too_short": "不能空着",
    "string_too_long": "最多{max_length}个字",
}
_WANTED = {
    "int": "要写整数",
    "float": "要写数字",
    "bool": "要写 true 或 false",
    "string": "要写引号里的文字",
    "path": "要写引号里的路径",
}
_TOML_RULES = '每行写成 名字 = "值"，值里的反斜杠要写两个。'
_CHOICES = {
    "camera": "可以写 virtual、uvc:auto、uvc:加编号，或 folder:加文件夹",
    "card_reader": "可以写 none、usb、simulated，或 serial:加串口，例如 serial:COM3",
}


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
        try:
            parts = urlsplit(address)
            whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            whole = False
        if not whole:
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
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad begins a file with a mark
    except FileNotFoundError:
        raise SettingsFault(f"找不到设置文件 {path}。请先建好这个文件，至少写 data_folder 和 server_url。") from None
    except OSError:
        raise SettingsFault(f"打不开设置文件 {path}。请看看它是不是文件、这个账户能不能读它。") from None
    except UnicodeDecodeError:
        raise SettingsFault(f"设置文件 {path} 读不懂：它不是UTF-8编码。请在记事本里另存为UTF-8。") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsFault(f"设置文件 {path} 读不懂：{_where(error)}。{_TOML_RULES}") from None
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
    return f"{path}：“{key}”的值不对（{_why(fault, key)}）"


def _why(fault, key: str) -> str:
    kind, limits = fault["type"], fault.get("ctx", {})
    if kind == "value_error":
        return str(limits["error"])
    if kind in _LIMITS:
        return _LIMITS[kind].format(**limits)
    return _CHOICES.get(key) or _WANTED.get(kind.split("_")[0], "请对照说明改正")


def _where(error: tomllib.TOMLDecodeError) -> str:
    place = re.search(r"line (\d+), column (\d+)", str(error))
    return f"第{place[1]}行第{place[2]}个字附近写错了" if place else "最后一行没有写完"
