"""The folder camera: oldest first, each picture once, broken pictures set aside with a sentence."""

import os
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

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
