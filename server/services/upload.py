"""Resumable uploads (tus 1.0): what has arrived is durable before it is acknowledged."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from forms.packet import MAX_PACKET_BYTES
from server.db.upload import UploadRow, list_stale_uploads, lock_upload
from server.services.work import Tools, Work

UPLOAD_LIFE = timedelta(days=7)
GONE = "服务器上没有这次上传的记录，会自动从头再传。"


class UploadRefused(Exception):
    """An upload that is not taken. `status` is the HTTP status tus prescribes; the text tells the agent why."""

    def __init__(self, status: int, text: str):
        super().__init__(text)
        self.status = status


def start_upload(work: Work, machine_id: str, packet_id: str, length: int) -> UploadRow:
    """Raises UploadRefused for an empty or too large file."""
    if length <= 0:
        raise UploadRefused(400, "文件是空的（0字节），没有收下。请在村里电脑上重新生成这一件。")
    if length > MAX_PACKET_BYTES:
        limit = MAX_PACKET_BYTES // 1024 // 1024
        raise UploadRefused(
            413, f"这一件有{length / 1048576:.0f}MB，超过{limit}MB，没有收下。请用普通清晰度重拍页数多的材料。"
        )
    row = UploadRow(
        id=uuid4().hex,
        machine_id=machine_id,
        packet_id=packet_id,
        length=length,
        received=0,
        started_at=work.now,
        last_bytes_at=work.now,
    )
    work.session.add(row)
    return row


def get_upload(work: Work, upload_id: str, machine_id: str) -> UploadRow:
    """Raises UploadRefused (404) for one that is unknown, expired or another machine's."""
    row = lock_upload(work.session, upload_id, machine_id)
    if row is None:
        raise UploadRefused(404, GONE)
    return row


def part_file(tools: Tools, upload_id: str) -> Path:
    return tools.settings.data_folder / "uploads" / upload_id


@contextmanager
def writing_part(tools: Tools, upload_id: str) -> Iterator[int]:
    """The part file's descriptor, held by one request at a time. Raises UploadRefused (423) while another writes."""
    path = part_file(tools, upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UploadRefused(423, "上一次的传输还没有断开，过几秒会自动再试。") from None
        yield handle
    finally:
        os.close(handle)


def require_noted_bytes(handle: int, row: UploadRow) -> None:
    """Going on behind bytes that a power cut took would leave a hole. Raises UploadRefused (404): it begins anew."""
    if os.fstat(handle).st_size < row.received:
        raise UploadRefused(404, GONE)


def append_chunks(handle: int, offset: int, limit: int, chunks: Iterable[bytes]) -> int:
    """Write from `offset` until the chunks end or `limit` is reached; synced. Returns the new offset.

    What came before a broken line is kept: the sender goes on from there.
    """
    try:
        for chunk in chunks:
            if offset + len(chunk) > limit:
                raise UploadRefused(413, "传来的数据比报的长度多，没有收下。请重新上传这一件。")
            os.pwrite(handle, chunk, offset)
            offset += len(chunk)
    finally:
        os.fdatasync(handle)
    return offset


def note_received(work: Work, upload_id: str, machine_id: str, received: int) -> None:
    row = get_upload(work, upload_id, machine_id)
    row.received = received
    row.last_bytes_at = work.now


def read_whole(tools: Tools, row: UploadRow) -> bytes:
    """The finished upload. Raises UploadRefused when bytes are still missing."""
    if row.received != row.length:
        raise UploadRefused(409, f"还没有传完（{row.received}/{row.length}字节），会自动接着传。")
    try:
        with open(part_file(tools, row.id), "rb") as file:
            return file.read(row.length)
    except FileNotFoundError:
        raise UploadRefused(404, GONE) from None


def forget_upload(work: Work, row: UploadRow) -> None:
    """The row goes in this transaction, the file at once: a row without a file merely starts over."""
    part_file(work.tools, row.id).unlink(missing_ok=True)
    work.session.delete(row)


def forget_stale_uploads(work: Work) -> int:
    stale = list_stale_uploads(work.session, work.now - UPLOAD_LIFE)
    for row in stale:
        forget_upload(work, row)
    return len(stale)
