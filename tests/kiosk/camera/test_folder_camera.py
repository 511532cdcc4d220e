"""The folder camera: oldest first, each picture once, broken pictures set aside with a sentence."""

import io
import os
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from kiosk.camera.folder import READ_FOLDER, UNREADABLE_FOLDER, FolderCamera
from kiosk.camera.protocol import Camera, CameraUnplugged, NothingToRead, PictureDamaged


def drop(folder: Path, name: str, grey: int, seconds_ago: float = 60, size: tuple[int, int] = (60, 80)) -> None:
    image = np.random.default_rng(grey).integers(grey, grey + 20, (*size, 3)).astype(np.uint8)
    (folder / name).write_bytes(cv2.imencode(".png", image)[1].tobytes())
    os.utime(folder / name, (time.time() - seconds_ago,) * 2)


def test_it_gives_the_oldest_picture_first_and_each_only_once(tmp_path: Path) -> None:
    drop(tmp_path, "b.png", 50, seconds_ago=90)
    drop(tmp_path, "a.png", 150, seconds_ago=30)
    camera = FolderCamera(tmp_path)
    assert isinstance(camera, Camera) and camera.count_unread() == 2
    assert camera.preview().image.mean() < 80
    assert camera.still().image.mean() < 80
    assert camera.still().image.mean() > 140
    with pytest.raises(NothingToRead):
        camera.still()
    assert {path.name for path in (tmp_path / READ_FOLDER).iterdir()} == {"a.png", "b.png"}


def test_a_broken_picture_is_named_and_moved_aside_and_the_next_one_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "坏.jpg").write_bytes(b"not a picture")
    os.utime(tmp_path / "坏.jpg", (1, 1))
    drop(tmp_path, "good.png", 90)
    camera = FolderCamera(tmp_path)
    with pytest.raises(PictureDamaged, match=r"坏\.jpg"):
        camera.still()
    assert (tmp_path / UNREADABLE_FOLDER / "坏.jpg").exists()
    assert camera.still().image.size


def test_a_file_still_being_written_and_other_files_are_left_alone(tmp_path: Path) -> None:
    drop(tmp_path, "fresh.png", 90, seconds_ago=0)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(NothingToRead):
        FolderCamera(tmp_path, settle_seconds=30).still()


def test_a_wide_picture_is_shown_small_and_kept_large(tmp_path: Path) -> None:
    drop(tmp_path, "wide.png", 90, size=(200, 2600))
    camera = FolderCamera(tmp_path)
    assert camera.preview().image.shape[1] == 1280
    assert camera.still().image.shape[1] == 2600


def test_two_pictures_of_the_same_name_are_both_kept(tmp_path: Path) -> None:
    camera = FolderCamera(tmp_path)
    for grey in (40, 140):
        drop(tmp_path, "scan.png", grey)
        camera.still()
    assert len(list((tmp_path / READ_FOLDER).iterdir())) == 2


def test_a_missing_folder_is_a_missing_camera(tmp_path: Path) -> None:
    with pytest.raises(CameraUnplugged, match="文件夹"):
        FolderCamera(tmp_path / "nowhere").still()


def stack_of(*greys: int) -> bytes:
    """A TIFF with a page of each grey."""
    pages = [Image.fromarray(np.random.default_rng(g).integers(g, g + 20, (80, 60)).astype(np.uint8)) for g in greys]
    file = io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    return file.getvalue()


def test_every_page_of_a_stack_in_one_file_is_read_before_the_file_moves(tmp_path: Path) -> None:
    stack = tmp_path / "stack.tif"
    stack.write_bytes(stack_of(30, 120, 200))
    os.utime(stack, (1, 1))
    camera = FolderCamera(tmp_path)
    for grey in (30, 120):
        assert abs(camera.preview().image.mean() - grey - 10) < 3
        assert abs(camera.still().image.mean() - grey - 10) < 3
        assert stack.exists()
    assert abs(camera.still().image.mean() - 210) < 3
    assert not stack.exists() and (tmp_path / READ_FOLDER / "stack.tif").exists()
    with pytest.raises(NothingToRead):
        camera.still()


def test_a_file_that_pauses_while_it_is_written_is_not_set_aside(tmp_path: Path) -> None:
    drop(tmp_path, "slow.png", 90, seconds_ago=5)
    whole = (tmp_path / "slow.png").read_bytes()
    (tmp_path / "slow.png").write_bytes(whole[: len(whole) // 2])
    os.utime(tmp_path / "slow.png", (time.time() - 5,) * 2)
    drop(tmp_path, "next.png", 150, seconds_ago=3)
    camera = FolderCamera(tmp_path)
    assert camera.still().image.mean() > 140
    with pytest.raises(NothingToRead):
        camera.still()
    (tmp_path / "slow.png").write_bytes(whole)
    os.utime(tmp_path / "slow.png", (time.time() - 2,) * 2)
    assert camera.still().image.mean() < 110


def test_sub_folders_are_searched_and_what_is_no_picture_is_left_alone(tmp_path: Path) -> None:
    day = tmp_path / "2026-03-02"
    day.mkdir()
    (tmp_path / ".trash").mkdir()
    drop(day, "scan.png", 90)
    drop(tmp_path / ".trash", "old.png", 90)
    for name in ("Thumbs.db", "scan.pdf", "~half.png", ".hidden.png"):
        (tmp_path / name).write_bytes(b"no picture")
        os.utime(tmp_path / name, (1, 1))
    camera = FolderCamera(tmp_path)
    assert camera.count_unread() == 1
    camera.still()
    assert (tmp_path / READ_FOLDER / "scan.png").exists() and camera.count_unread() == 0
    assert (tmp_path / "~half.png").exists()


def test_a_single_file_is_read_each_time_a_scanner_writes_it(tmp_path: Path) -> None:
    camera = FolderCamera(tmp_path / "scan.png")
    with pytest.raises(NothingToRead):
        camera.still()
    for grey in (40, 140):
        drop(tmp_path, "scan.png", grey)
        drop(tmp_path, "other.png", 90)
        assert abs(camera.still().image.mean() - grey - 10) < 3
        with pytest.raises(NothingToRead):
            camera.still()
    assert len(list((tmp_path / READ_FOLDER).iterdir())) == 2


def test_a_file_that_cannot_be_moved_is_not_read_twice(tmp_path: Path, monkeypatch) -> None:
    def refuse(*_):
        raise PermissionError("held by the scanner's program")

    drop(tmp_path, "held.png", 90)
    camera = FolderCamera(tmp_path)
    monkeypatch.setattr(Path, "replace", refuse)
    assert camera.still().image.size
    with pytest.raises(NothingToRead):
        camera.still()


def test_a_scan_too_large_to_decode_is_set_aside_with_what_to_change(tmp_path: Path) -> None:
    Image.new("1", (20000, 10000), 1).save(tmp_path / "poster.tif", compression="group4")
    Image.new("1", (10000, 9500), 1).save(tmp_path / "map.png")
    for name in ("poster.tif", "map.png"):
        os.utime(tmp_path / name, (1, 1))
    drop(tmp_path, "page.png", 150)
    camera = FolderCamera(tmp_path)
    for _ in range(2):
        with pytest.raises(PictureDamaged, match=r"图片太大.*300 dpi"):
            camera.still()
    assert camera.still().image.mean() > 140
    assert {path.name for path in (tmp_path / UNREADABLE_FOLDER).iterdir()} == {"poster.tif", "map.png"}


def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    os.utime(tmp_path / "pipe.jpg", (1, 1))
    with pytest.raises(NothingToRead):
        FolderCamera(tmp_path).preview()


def test_pictures_from_the_future_are_read_because_an_old_pc_loses_its_clock(tmp_path: Path) -> None:
    drop(tmp_path, "page.png", 150, seconds_ago=-86400)
    (tmp_path / "torn.png").write_bytes((tmp_path / "page.png").read_bytes()[:500])
    os.utime(tmp_path / "torn.png", (time.time() + 90000,) * 2)
    camera = FolderCamera(tmp_path)
    assert camera.still().image.mean() > 140
    with pytest.raises(PictureDamaged):
        camera.still()
