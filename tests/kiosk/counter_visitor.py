"""A headless visitor of the counter's page: speaks its JSON API the way the page's own script does."""

import http.client
import json
import time

import numpy as np

from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.imaging.encode import encode_page
from kiosk.reading.reading import Reading
from kiosk.screen.eye import Advice, Look, Taken

SMALL = VirtualCameraSettings(resolution=(320, 240), preview_resolution=(160, 120), noise=0)


class ScriptedEye:
    """Sees what it is told to see: most tests are about the counter, not about pictures."""

    def __init__(self):
        self.advice: tuple[Advice, ...] = ()
        self.further: tuple[bytes, ...] = ()
        self.meanwhile = lambda: None

    def look(self, image: np.ndarray) -> Look:
        return Look(((10, 10), (90, 10), (90, 60), (10, 60)), self.advice)

    def take(self, image: np.ndarray, capture: str) -> Taken:
        self.meanwhile()
        blocked = any(one.blocking for one in self.advice)
        return Taken(self.look(image), None if blocked else encode_page(image[:80, :60]), further=self.further)


class ScriptedReader:
    """Says of every page what it is told to say; nothing, unless told."""

    def __init__(self):
        self.reading = Reading((), 0, None)
        self.asked = 0

    def __call__(self, page: np.ndarray) -> Reading:
        self.asked += 1
        return self.reading


class SmallCamera(VirtualCamera):
    """The virtual camera, told to stop and go without waiting for frames."""

    def unplug(self):
        self.adjust(unplug_after_frames=0)


class Visitor:
    """One page that was opened with the secret."""

    def __init__(self, kiosk, name: str | None = None):
        self.port, self.secret = kiosk.port, kiosk.address.split("#")[1]
        self.host = f"{name or '127.0.0.1'}:{self.port}"
        self.cookie = ""
        self.status = 0

    def ask(self, method, path, body=None, *, raw=None, **headers):
        """One request with exactly these headers (None leaves one out); returns the JSON, or the bytes."""
        sent = {"Host": self.host, "Cookie": self.cookie}
        if method not in ("GET", "HEAD"):
            sent |= {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("::1" if "::1" in self.host else "127.0.0.1", self.port, timeout=20)
        payload = (
            raw if raw is not None else (json.dumps(body or {}).encode() if method not in ("GET", "HEAD") else None)
        )
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(payload or b"")))
        connection.endheaders(payload)
        response = connection.getresponse()
        content = response.read()
        self.status, self.headers = response.status, dict(response.getheaders())
        connection.close()
        return json.loads(content) if "json" in self.headers.get("Content-Type", "") else content

    def post(self, path, body=None):
        return self.ask("POST", path, body)

    def get(self, path):
        return self.ask("GET", path)

    def open(self):
        self.post("/open", {"secret": self.secret})
        assert self.status == 200
        self.cookie = self.headers["Set-Cookie"].split(";")[0]
        return self

    def sign_in(self):
        assert self.post("/api/sign-in", {"sign_in_name": "wang", "password": "correct horse"})["agent"]
        return self

    def capture_everything(self):
        visit = self.post("/api/visit/step", {"step": "capture"})["visit"]
        while visit["next"]:
            answer = self.post("/api/visit/capture", {"material_id": visit["next"]["material_id"]})
            assert answer["accepted"], answer
            visit = answer["visit"]
        return visit

    def read_through(self, seconds=10.0):
        """The visit once no page is being read any more: readings come in the background."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            visit = self.get("/api/visit")["visit"]
            if not any(page["is_being_read"] for one in visit["materials"] for page in one["pages"]):
                return visit
            time.sleep(0.02)
        raise AssertionError("a page was never read through")

    def check_everything(self):
        visit = self.post("/api/visit/step", {"step": "check"})["visit"]
        materials = [material["id"] for material in visit["materials"] if material["pages"]]
        return self.post("/api/visit/checked", {"materials": materials})["visit"]

    def packet_in_state(self, packet_id, state, seconds=10.0):
        end = time.monotonic() + seconds
        while True:
            packets = self.get("/api/outbox")["packets"]
            packet = next(one for one in packets if one["packet_id"] == packet_id)
            if packet["state"] == state or time.monotonic() > end:
                assert packet["state"] == state, packet
                return packet
            time.sleep(0.05)
