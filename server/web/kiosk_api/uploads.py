"""Resumable uploads by tus 1.0: creation, core, termination; any tus client may be used against it."""

import base64
import binascii
from collections.abc import Iterator

from flask import Blueprint, Response, g, request

from forms.packet import MAX_PACKET_BYTES
from server.services.upload import (
    UploadRefused,
    append_chunks,
    forget_upload,
    get_upload,
    note_received,
    require_noted_bytes,
    start_upload,
    writing_part,
)
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

TUS = {
    "Tus-Resumable": "1.0.0",
    "Tus-Version": "1.0.0",
    "Tus-Extension": "creation,termination",
    "Tus-Max-Size": str(MAX_PACKET_BYTES),
    "Cache-Control": "no-store",
}
_READ = 64 * 1024
_NOTE_EVERY = 1024 * 1024


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/uploads", view_func=offer, methods=["OPTIONS"], provide_automatic_options=False)
    blueprint.add_url_rule("/uploads", view_func=create, methods=["POST"])
    blueprint.add_url_rule("/uploads/<upload_id>", view_func=offset, methods=["HEAD"])
    blueprint.add_url_rule("/uploads/<upload_id>", view_func=patch, methods=["PATCH"])
    blueprint.add_url_rule("/uploads/<upload_id>", view_func=terminate, methods=["DELETE"])


def _refuse(refused: UploadRefused) -> Refusal:
    return Refusal(refused.status, "upload_refused", str(refused))


def _require_version() -> None:
    if request.headers.get("Tus-Resumable") != "1.0.0":
        raise Refusal(412, "tus_version", "上传协议的版本不对。请更新村里电脑上的程序。")


def _whole_number(header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdigit():
        raise Refusal(400, "bad_header", f"上传请求缺少“{header}”或它不是数字。请更新村里电脑上的程序。")
    return int(text)


@guarded_by("machine")
def offer() -> Response:
    return Response(status=204, headers=TUS)


@guarded_by("machine")
def create() -> Response:
    _require_version()
    length = _whole_number("Upload-Length")
    with installation().begin() as work:
        try:
            row = start_upload(work, g.machine.id, _metadata().get("packet_id", ""), length)
        except UploadRefused as refused:
            raise _refuse(refused) from None
    return Response(status=201, headers={**TUS, "Location": f"/kiosk/uploads/{row.id}", "Upload-Offset": "0"})


def _metadata() -> dict[str, str]:
    """Upload-Metadata: `key base64,key base64`; some clients send it empty."""
    pairs = (part.split() for part in request.headers.get("Upload-Metadata", "").split(","))
    try:
        return {pair[0]: base64.b64decode(pair[1], validate=True).decode() for pair in pairs if len(pair) == 2}
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(400, "bad_metadata", "上传请求的说明读不懂。请更新村里电脑上的程序。") from None


@guarded_by("machine")
def offset(upload_id: str) -> Response:
    _require_version()
    with installation().look() as work:
        try:
            row = get_upload(work, upload_id, g.machine.id)
        except UploadRefused as refused:
            raise _refuse(refused) from None
    return Response(headers={**TUS, "Upload-Offset": str(row.received), "Upload-Length": str(row.length)})


@guarded_by("machine")
def patch(upload_id: str) -> Response:
    """Bytes are noted as they arrive, a megabyte at a time, so a kill in the middle costs at most that much again."""
    _require_version()
    if request.mimetype != "application/offset+octet-stream":
        raise Refusal(415, "bad_type", "上传内容的类型不对。请更新村里电脑上的程序。")
    stated = _whole_number("Upload-Offset")
    request.max_content_length = MAX_PACKET_BYTES
    try:
        received = _receive(upload_id, stated)
    except UploadRefused as refused:
        raise _refuse(refused) from None
    return Response(status=204, headers={**TUS, "Upload-Offset": str(received)})


def _receive(upload_id: str, stated: int) -> int:
    here = installation()
    with writing_part(here.tools, upload_id) as handle:
        with here.look() as work:  # read under the file's lock: nobody else can move the offset now
            row = get_upload(work, upload_id, g.machine.id)
        require_noted_bytes(handle, row)
        if stated != row.received:
            raise UploadRefused(409, "续传的位置对不上，会自动核对后接着传。")
        received = stated
        for batch in _batches():
            received = append_chunks(handle, received, row.length, batch)
            with here.begin() as work:
                note_received(work, upload_id, g.machine.id, received)
    return received


def _batches() -> Iterator[list[bytes]]:
    """The body in batches of about a megabyte; what arrived before the line broke is still handed on."""
    batch: list[bytes] = []
    size = 0
    try:
        while chunk := request.stream.read(_READ):
            batch.append(chunk)
            size += len(chunk)
            if size >= _NOTE_EVERY:
                yield batch
                batch, size = [], 0
    except OSError:  # the line broke: keep what came
        pass
    if batch:
        yield batch


@guarded_by("machine")
def terminate(upload_id: str) -> Response:
    _require_version()
    with installation().begin() as work:
        try:
            forget_upload(work, get_upload(work, upload_id, g.machine.id))
        except UploadRefused as refused:
            raise _refuse(refused) from None
    return Response(status=204, headers=TUS)
