"""Drafts on the disk: what was accepted is there after a power cut, and a full disk loses nothing."""

import errno
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from kiosk import safe as safe_room
from kiosk.safe import NoRoom, Safe, SealBroken
from kiosk.visits import UnknownPage, UnknownVisit, VisitStore

VISIT, PAGE = "a" * 32, "b" * 24
JPEG = b"\xff\xd8 a page \xff\xd9" * 1000


@pytest.fixture
def store(tmp_path, safe):
    return VisitStore(tmp_path / "visits", safe, keep_free=1)


def test_a_draft_reopens_after_kill_nine(tmp_path):
    """The child says 'kept' only after the call came back; then it is killed without a chance to tidy up."""
    program = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from kiosk.safe import Safe
        from kiosk.visits import VisitStore
        folder = Path({str(tmp_path)!r})
        store = VisitStore(folder / "visits", Safe.open(folder / "safe.key"), keep_free=1)
        for number in range(1000):
            page_id = f"{{number:024x}}"
            store.keep_page({VISIT!r}, page_id, b"page %d" % number)
            store.save({VISIT!r}, {{"pages": [f"{{one:024x}}" for one in range(number + 1)]}})
            print(number, flush=True)
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout:
            told = int(line)
            if told == 20:
                os.kill(child.pid, signal.SIGKILL)
                break
    store = VisitStore(tmp_path / "visits", Safe.open(tmp_path / "safe.key"), keep_free=1)
    record = store.get(VISIT)
    assert len(record["pages"]) >= told + 1
    for number, page_id in enumerate(record["pages"]):
        assert store.get_page(VISIT, page_id) == b"page %d" % number
    assert not list(tmp_path.rglob("*.writing"))


def test_nothing_on_the_disk_can_be_read_without_the_key(store, tmp_path):
    store.keep_page(VISIT, PAGE, JPEG)
    store.save(VISIT, {"answers": {"applicant_name": "潘某珍"}})
    on_disk = b"".join(file.read_bytes() for file in (tmp_path / "visits").rglob("*") if file.is_file())
    assert b" a page " not in on_disk and "潘某珍".encode() not in on_disk


def test_a_page_put_in_anothers_place_is_refused(store, tmp_path):
    other = "c" * 24
    store.keep_page(VISIT, PAGE, JPEG)
    store.keep_page(VISIT, other, b"another villager's page")
    folder = tmp_path / "visits" / VISIT
    (folder / f"{other}.page").replace(folder / f"{PAGE}.page")
    with pytest.raises(UnknownPage):
        store.get_page(VISIT, PAGE)


def test_the_key_file_is_its_owners_only(tmp_path, safe):
    assert (tmp_path / "safe.key").stat().st_mode & 0o777 == 0o600


def test_another_key_opens_nothing(store, tmp_path):
    store.save(VISIT, {"step": "capture"})
    other = VisitStore(tmp_path / "visits", Safe(b"k" * 32), keep_free=1)
    with pytest.raises(UnknownVisit):
        other.get(VISIT)
    assert other.list_all() == [] and (tmp_path / "visits" / VISIT).exists()


def test_a_nearly_full_disk_is_noticed_before_anything_is_touched(tmp_path, safe):
    room = {"free": 10_000_000}
    store = VisitStore(tmp_path / "visits", safe, keep_free=1_000_000, free_bytes=lambda folder: room["free"])
    store.keep_page(VISIT, PAGE, JPEG)
    room["free"] = 900_000
    with pytest.raises(NoRoom, match="硬盘快满了"):
        store.keep_page(VISIT, "c" * 24, JPEG)
    store.save(VISIT, {"step": "capture"})
    assert store.get_page(VISIT, PAGE) == JPEG and store.get(VISIT) == {"step": "capture"}


def test_a_disk_that_fills_up_while_writing_leaves_the_former_record(store, monkeypatch, tmp_path):
    store.save(VISIT, {"step": "notice"})
    store.keep_page(VISIT, PAGE, JPEG)

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(safe_room.os, "fsync", full)
        with pytest.raises(NoRoom):
            store.save(VISIT, {"step": "capture"})
        with pytest.raises(NoRoom):
            store.keep_page(VISIT, "c" * 24, JPEG)
    assert store.get(VISIT) == {"step": "notice"} and store.get_page(VISIT, PAGE) == JPEG
    assert not list(tmp_path.rglob("*.writing"))


@pytest.mark.parametrize("name", ["../../machine", "..", "a/b", "", "A" * 32, "a" * 65])
def test_an_id_that_is_a_path_is_refused(store, name):
    for call in (store.get, store.forget, lambda bad: store.get_page(VISIT, bad), lambda bad: store.save(bad, {})):
        with pytest.raises(LookupError):
            call(name)


def test_a_forgotten_draft_leaves_no_file(store, tmp_path):
    store.keep_page(VISIT, PAGE, JPEG)
    store.save(VISIT, {})
    store.forget(VISIT)
    assert list((tmp_path / "visits").iterdir()) == []


def test_a_draft_half_forgotten_when_the_power_went_is_gone_after_the_next_start(store, safe, tmp_path, monkeypatch):
    store.keep_page(VISIT, PAGE, JPEG)
    store.save(VISIT, {})
    with monkeypatch.context() as patched:
        patched.setattr("kiosk.visits.shutil.rmtree", lambda folder, ignore_errors: None)
        store.forget(VISIT)
    assert list((tmp_path / "visits").rglob("*.page"))
    VisitStore(tmp_path / "visits", safe, keep_free=1)
    assert list((tmp_path / "visits").iterdir()) == []


def test_of_a_delivered_draft_the_pages_go_before_the_record(store, monkeypatch):
    store.keep_page(VISIT, PAGE, JPEG)
    store.save(VISIT, {"step": "packed"})
    with monkeypatch.context() as patched:
        patched.setattr(store, "forget", lambda visit_id: None)
        store.forget_delivered(VISIT)
    assert store.get(VISIT) == {"step": "packed"}
    with pytest.raises(UnknownPage):
        store.get_page(VISIT, PAGE)
    for _ in range(2):
        store.forget_delivered(VISIT)
    assert store.list_all() == []


def test_a_broken_seal_says_which_file(safe):
    with pytest.raises(SealBroken, match="x"):
        safe.unseal("x", b"too short")
