"""The line to the server: machine credentials, one HTTP session, and every failure told as one of four facts."""

import base64
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import requests
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from requests.auth import AuthBase

from kiosk.safe import write_durably

CONNECT_SECONDS, ANSWER_SECONDS = 6, 60
TUS_VERSION = "1.0.0"


class ServerAway(Exception):
    """No usable answer: the line is cut, the server is down, or something in between spoke in its place."""

    code = "server_away"
    sentence = "连不上服务器。先接着办，材料存在这台电脑上，网通了会自动上传。"

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class ServerRefused(Exception):
    """The server answered and said no; the text is its own, `reference` finds it in its log."""

    code = "server_refused"

    def __init__(self, message: str, reference: str | None = None, status: int = 0) -> None:
        super().__init__(message)
        self.reference, self.status = reference, status


class UploadGone(Exception):
    """The server no longer knows this upload; begin it again."""


class WrongOffset(Exception):
    """The server has another number of bytes than we thought; ask it how many."""


class MachineCredentials(BaseModel):
    """What enrolment gave this PC; `server_public_key` is pinned here, packets are sealed to it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    machine_id: str
    machine_secret: str = Field(repr=False)
    village_code: str
    village_name: str
    server_public_key: str = Field(pattern=r"^[0-9a-fA-F]{64}$")
    public_url: str


class _MachineAuth(AuthBase):
    """As an auth object, so that a .netrc on the PC cannot replace the header."""

    def __init__(self, credentials: MachineCredentials) -> None:
        self._value = f"Machine {credentials.machine_id}.{credentials.machine_secret}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


class _NoAuth(AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class ServerLink:
    """Calls to one server. Safe to use from several threads that each make their own link by `again()`."""

    def __init__(
        self, server_url: str, credentials: MachineCredentials | None, certificate_authority: Path | None = None
    ) -> None:
        self._server_url, self._credentials, self._authority = server_url, credentials, certificate_authority
        self._session = requests.Session()
        self._session.auth = _MachineAuth(credentials) if credentials else _NoAuth()
        self._session.verify = str(certificate_authority) if certificate_authority else True

    def again(self) -> "ServerLink":
        """Another link with its own session, for another thread."""
        return ServerLink(self._server_url, self._credentials, self._authority)

    def enrol(self, enrolment_code: str, machine_name: str) -> MachineCredentials:
        """Spend the township's code; raises ServerRefused when it is wrong or used."""
        wanted = {"enrolment_code": enrolment_code, "machine_name": machine_name}
        answer = self._json("POST", "/kiosk/enrol", json=wanted)
        try:
            return MachineCredentials.model_validate(answer)
        except ValidationError:
            raise ServerAway("服务器的登记回答读不懂。请核对设置里的 server_url。") from None

    def status(self) -> dict[str, Any]:
        return self._json("GET", "/kiosk/status")

    def catalogue(self) -> dict[str, Any]:
        """All that is published; asked for when the status names another digest than ours."""
        return self._json("GET", "/kiosk/catalogue")

    def sign_in(self, sign_in_name: str, password: str) -> dict[str, Any]:
        return self._json("POST", "/kiosk/agents/sign-in", json={"sign_in_name": sign_in_name, "password": password})

    def list_corrections(self) -> list[dict[str, Any]]:
        return self._json("GET", "/kiosk/corrections").get("corrections", [])

    def find_rating(self, lookup_code: str) -> dict[str, Any]:
        """What a villager may rate; raises ServerRefused for a code that is not this village's."""
        return self._json("GET", f"/kiosk/ratings/{quote(lookup_code, safe='')}")

    def send_rating(self, rating: dict[str, Any]) -> dict[str, Any]:
        """The same rating sent twice is taken once; the answer has the rater's key."""
        return self._json("POST", "/kiosk/ratings", json=rating)

    def create_upload(self, packet_id: str, size: int, sha256: str) -> str:
        """tus creation; the path of the new upload on this server."""
        told = {"packet_id": packet_id, "sha256": sha256}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
        response = self._tus("POST", "/kiosk/uploads", {"Upload-Length": str(size), "Upload-Metadata": metadata})
        return self._own_path(response.headers.get("Location", ""))

    def upload_offset(self, upload_path: str) -> int:
        return self._offset_of(self._tus("HEAD", upload_path, {}))

    def append(self, upload_path: str, offset: int, chunk: bytes) -> int:
        """Send one chunk; returns how many bytes the server has now."""
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self._offset_of(self._tus("PATCH", upload_path, headers, chunk))

    def hand_over(self, packet_id: str, upload_path: str, sha256: str) -> dict[str, Any]:
        """Tell the server the upload is a whole packet; idempotent by packet_id."""
        upload_id = upload_path.rstrip("/").rsplit("/", 1)[-1]
        return self._json("PUT", f"/kiosk/packets/{packet_id}", json={"upload_id": upload_id, "sha256": sha256})

    def _own_path(self, location: str) -> str:
        """Attack: an answer that names another host would carry the machine secret there; only the path is ever used."""
        path = urlsplit(urljoin("/kiosk/uploads/", location)).path
        prefix = urlsplit(self._server_url).path
        path = path.removeprefix(prefix) if prefix else path
        if not path.startswith("/kiosk/uploads/"):
            raise ServerAway("服务器的回答不对，没有给出上传的位置。过一会儿自动再试。")
        return path

    def _tus(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> requests.Response:
        response = self._call(method, path, headers={"Tus-Resumable": TUS_VERSION, **headers}, data=body or None)
        if response.status_code in (404, 410) and path != "/kiosk/uploads":
            raise UploadGone
        if response.status_code == 409:
            raise WrongOffset
        self._refuse_failures(response)
        return response

    @staticmethod
    def _offset_of(response: requests.Response) -> int:
        try:
            return int(response.headers["Upload-Offset"])
        except (KeyError, ValueError):
            raise ServerAway("服务器没有说收到了多少。过一会儿自动再试。") from None

    def _json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        response = self._call(method, path, **options)
        self._refuse_failures(response)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            # A captive portal or a proxy's error page answers 200 with HTML.
            raise ServerAway("连到的不是我们的服务器，可能要先登录村里的网络。材料存在这台电脑上。")
        return answer

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request. Redirects are never followed: they would carry the machine secret to wherever they point."""
        try:
            return self._session.request(
                method,
                self._server_url + path,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                **options,
            )
        except requests.RequestException:
            raise ServerAway from None

    @staticmethod
    def _refuse_failures(response: requests.Response) -> None:
        status = response.status_code
        if status < 300:
            return
        if status < 400 or status >= 500 or status in (408, 425):
            raise ServerAway("服务器正忙，或者正在维护。材料存在这台电脑上，过一会儿自动再传。")
        message, reference = _spoken_error(response)
        raise ServerRefused(message, reference, status)


def _spoken_error(response: requests.Response) -> tuple[str, str | None]:
    try:
        error = response.json()["error"]
        return str(error["message"]), error.get("reference")
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"服务器没有收下（{response.status_code}）。请打电话问镇里。", None


def read_credentials(file: Path) -> MachineCredentials | None:
    """What enrolment left in `file`, None before enrolment."""
    return MachineCredentials.model_validate_json(file.read_bytes()) if file.exists() else None


def write_credentials(file: Path, credentials: MachineCredentials) -> None:
    write_durably(file, json.dumps(credentials.model_dump(), ensure_ascii=False, indent=1).encode(), mode=0o600)


def server_time(status: dict[str, Any]) -> datetime | None:
    """The server's own time from its status, None when it told none."""
    try:
        instant = datetime.fromisoformat(str(status["now"]))
    except (KeyError, ValueError):
        return None
    return instant if instant.tzinfo else None
