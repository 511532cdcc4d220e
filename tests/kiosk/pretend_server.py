"""A small real HTTP server that speaks the kiosk's side of the contract, forgets nothing over a restart, and dies on request."""

import base64
import hashlib
import logging
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from forms.catalogue import load_catalogue
from forms.packet import PacketFault, open_packet

logging.getLogger("werkzeug").setLevel(logging.ERROR)
MACHINE = "Machine m-1.machine-secret"
RATED_CODE = "ABCDEFGHJK"


@dataclass
class Memory:
    """What stays when the process dies."""

    key: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    uploads: dict[str, bytearray] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    cases: dict[str, dict] = field(default_factory=dict)
    manifests: dict[str, object] = field(default_factory=dict)
    contents: dict[str, dict] = field(default_factory=dict)
    corrections: list[dict] = field(default_factory=list)
    ratings: list[dict] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=lambda: {"wang": "correct horse"})
    patched_bytes: int = 0
    created: int = 0
    catalogue: dict = field(default_factory=dict)
    refuse: str | None = None
    shrink_chunks_to: int | None = None
    die_after: int | None = None
    gone_once: bool = False


class PretendServer:
    """The server on one port; `start` and `die` as often as wanted."""

    def __init__(self, memory: Memory | None = None) -> None:
        self.memory = memory or Memory()
        self._app = _app(self.memory, self)
        self._running = None
        self._dying = threading.Lock()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "PretendServer":
        self._running = make_server("127.0.0.1", self.port, self._app, threaded=True)
        self.port = self._running.server_port
        threading.Thread(target=self._running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def die(self) -> None:
        with self._dying:
            if self._running:
                self._running.shutdown()
                self._running.server_close()
                self._running = None


def _error(status: int, code: str, message: str):
    return jsonify(error={"code": code, "message": message, "reference": "SRV001"}), status


def _app(memory: Memory, server: PretendServer) -> Flask:
    app = Flask("pretend")
    _install_machine(app, memory)
    _install_uploads(app, memory, server)
    _install_packets(app, memory)
    _install_ratings(app, memory)
    return app


def _install_machine(app: Flask, memory: Memory) -> None:
    public = memory.key.public_key().public_bytes_raw().hex()

    @app.before_request
    def only_machines():
        if request.path != "/kiosk/enrol" and request.headers.get("Authorization") != MACHINE:
            return _error(401, "unknown_machine", "这台电脑没有登记。")
        return None

    @app.post("/kiosk/enrol")
    def enrol():
        if request.json["enrolment_code"] != "ENROL-1":
            return _error(403, "wrong_code", "登记码不对，或者已经用过。请向镇里要新的。")
        return jsonify(
            machine_id="m-1", machine_secret="machine-secret", village_code="450521100201",
            village_name="合浦县廉州镇样本村", server_public_key=public, public_url="https://nongshi.example.cn",
        )  # fmt: skip

    @app.get("/kiosk/status")
    def status():
        return jsonify(
            village_code="450521100201", village_name="合浦县廉州镇样本村", now=datetime.now(UTC).isoformat(),
            catalogue_digest=memory.catalogue.get("digest", load_catalogue().digest), server_public_key=public,
            public_url="https://nongshi.example.cn", corrections=len(memory.corrections),
        )  # fmt: skip

    @app.get("/kiosk/catalogue")
    def catalogue():
        return jsonify(memory.catalogue)

    @app.post("/kiosk/agents/sign-in")
    def sign_in():
        name = request.json["sign_in_name"]
        if memory.passwords.get(name) != request.json["password"]:
            return _error(401, "wrong_password", "登录名或密码不对。")
        return jsonify(sign_in_name=name, display_name="王小兰")

    @app.get("/kiosk/corrections")
    def corrections():
        return jsonify(corrections=memory.corrections)


def _install_uploads(app: Flask, memory: Memory, server: PretendServer) -> None:
    @app.post("/kiosk/uploads")
    def create():
        assert request.headers["Tus-Resumable"] == "1.0.0"
        told = dict(pair.split(" ") for pair in request.headers["Upload-Metadata"].split(","))
        assert len(base64.b64decode(told["packet_id"])) == 32 and len(base64.b64decode(told["sha256"])) == 64
        memory.created += 1
        upload_id = f"u{memory.created}"
        memory.uploads[upload_id] = bytearray()
        memory.lengths[upload_id] = int(request.headers["Upload-Length"])
        return Response(status=201, headers={"Location": f"/kiosk/uploads/{upload_id}", "Tus-Resumable": "1.0.0"})

    @app.route("/kiosk/uploads/<upload_id>", methods=["HEAD"])
    def offset(upload_id: str):
        if upload_id not in memory.uploads:
            return Response(status=404)
        return Response(status=200, headers={"Upload-Offset": str(len(memory.uploads[upload_id]))})

    @app.route("/kiosk/uploads/<upload_id>", methods=["PATCH"])
    def patch(upload_id: str):
        if memory.gone_once:
            memory.gone_once = False
            memory.uploads.pop(upload_id, None)
        if upload_id not in memory.uploads:
            return Response(status=410)
        held = memory.uploads[upload_id]
        if int(request.headers["Upload-Offset"]) != len(held):
            return Response(status=409)
        chunk = request.get_data()
        memory.patched_bytes += len(chunk)
        kept = chunk[: memory.shrink_chunks_to] if memory.shrink_chunks_to else chunk
        if memory.die_after is not None and len(held) + len(kept) >= memory.die_after:
            # half of this chunk reached the disk, then the power went
            memory.die_after = None
            held += kept[: len(kept) // 2]
            threading.Thread(target=server.die).start()
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            return Response(status=500)
        held += kept
        return Response(status=204, headers={"Upload-Offset": str(len(held))})


def _install_packets(app: Flask, memory: Memory) -> None:
    @app.put("/kiosk/packets/<packet_id>")
    def take(packet_id: str):
        if packet_id in memory.cases:
            return jsonify(memory.cases[packet_id])
        if memory.refuse:
            return _error(422, "refused", memory.refuse)
        content = bytes(memory.uploads[request.json["upload_id"]])
        if hashlib.sha256(content).hexdigest() != request.json["sha256"]:
            return _error(422, "hash_mismatch", "材料包和校验值不一致，没有收下。请重新上传这一件。")
        try:
            manifest, contents = open_packet(content, memory.key)
        except PacketFault as fault:
            return _error(422, "damaged", str(fault))
        memory.manifests[packet_id], memory.contents[packet_id] = manifest, contents
        memory.cases[packet_id] = {
            "case_number": f"450521-2026-{len(memory.cases) + 1:05d}", "lookup_code": manifest.lookup_code,
            "item_name": "高龄津贴申请", "status_label": "村里已收件", "due_on": "2026-12-08",
            "received_at": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        return jsonify(memory.cases[packet_id]), 201


def _install_ratings(app: Flask, memory: Memory) -> None:
    aspects = [{"value": "efficiency", "label": "办事效率"}, {"value": "agent", "label": "代办服务"}]

    @app.get("/kiosk/ratings/<lookup_code>")
    def ask(lookup_code: str):
        if lookup_code != RATED_CODE:
            return _error(404, "unknown_case", "没有查到这件，或者不是本村收的件。请核对回执上的10位查询码。")
        return jsonify(item_name="高龄津贴申请", lookup_code=lookup_code, aspects=aspects)

    @app.post("/kiosk/ratings")
    def rate():
        memory.ratings.append(request.json)
        return jsonify(answer_key="ABCD1234EF56", lookup_code=request.json["lookup_code"]), 201
