"""Reading pictures: as the sensor saw them, and refusals a villager's helper can act on."""

import io
import os
import struct
import warnings
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.imaging import scan
from kiosk.imaging.geometry import ordered, overlap
from kiosk.imaging.read import MAX_BYTES, NOT_PROCESSED, NotAPicture, read_picture
from kiosk.imaging.scan import scan_picture


def test_an_exif_orientation_is_not_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.jpg"
    Image.new("RGB", (40, 20), (200, 10, 10)).save(path, exif=exif)
    assert read_picture(path).shape == (20, 40, 3)


def test_bytes_are_read_like_files_and_grey_or_transparent_pictures_become_bgr() -> None:
    for mode in ("L", "RGBA"):
        buffer = io.BytesIO()
        Image.new(mode, (12, 8)).save(buffer, "PNG")
        assert read_picture(buffer.getvalue()).shape == (8, 12, 3)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "空的"), (b"%PDF-1.7 not a picture", "不是图片"), (b"\xff\xd8\xff\xe0broken", "图片")]
)
def test_what_is_no_picture_is_refused_with_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(NotAPicture, match=words):
        read_picture(content)


def test_a_picture_cut_off_in_its_header_is_refused() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (90, 90, 3), dtype=np.uint8)
    whole = cv2.imencode(".jpg", noise)[1].tobytes()
    with pytest.raises(NotAPicture, match="重新"):
        read_picture(whole[:60])


def test_a_bomb_is_refused_from_its_header_alone() -> None:
    header = struct.pack(">IIBBBBB", 20000, 20000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    content = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(NotAPicture, match="太大"):
        read_picture(content + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")))


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(NotAPicture, match="64 MB"):
        read_picture(path)
    with pytest.raises(NotAPicture, match="打不开"):
        read_picture(tmp_path / "missing.jpg")


def test_scanning_a_file_gives_corners_quality_and_time(tmp_path: Path) -> None:
    camera = VirtualCamera(VirtualCameraSettings(resolution=(1632, 1224)))
    form = specimens_for(story_person())["apply_form"]
    camera.place(form.picture, form.width_mm, form.height_mm)
    path = tmp_path / "form.jpg"
    path.write_bytes(cv2.imencode(".jpg", camera.still().image)[1].tobytes())
    answer = scan_picture(path)
    assert overlap(np.array(answer["corners"]), ordered(camera.true_corners())) > 0.97
    assert answer["quality"] == [] and answer["ms"] > 0 and "error" not in answer


def test_scanning_a_bad_file_answers_with_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.jpg"
    path.write_text("hello")
    answer = scan_picture(str(path))
    assert answer["corners"] is None and answer["quality"] == [] and "不是图片" in answer["error"]


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1), (32, 60000), (60000, 32), (33, 33)])
def test_strips_and_specks_hold_no_sheet_and_are_no_trouble(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "strip.png"
    cv2.imwrite(str(path), np.random.default_rng(1).integers(0, 255, (*size, 3), dtype=np.uint8))
    answer = scan_picture(path)
    assert "error" not in answer and answer["corners"] is None
    assert answer["quality"][0]["code"] == "no_sheet"


def test_what_goes_wrong_inside_is_for_the_log_and_the_person_hears_one_chinese_sentence(tmp_path, monkeypatch) -> None:
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), np.zeros((40, 40, 3), np.uint8))
    monkeypatch.setattr(scan, "find_sheets", lambda image: cv2.resize(image, (0, 0)))
    assert scan_picture(path)["error"] == NOT_PROCESSED


def test_a_pipe_or_a_name_no_system_has_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    for place in (tmp_path / "pipe.jpg", Path("/dev/zero"), tmp_path, Path("a\0b.jpg")):
        with pytest.raises(NotAPicture, match="打不开图片文件"):
            read_picture(place)


def test_pillow_does_not_speak_of_large_or_torn_pictures(recwarn) -> None:
    large, whole = io.BytesIO(), io.BytesIO()
    Image.new("1", (10000, 9500)).save(large, "PNG")
    Image.new("L", (64, 64)).save(whole, "TIFF")
    warnings.simplefilter("always")
    for content in (large.getvalue(), whole.getvalue()[:8], whole.getvalue()[:-20]):
        with pytest.raises(NotAPicture):
            read_picture(content)
    assert not recwarn.list
