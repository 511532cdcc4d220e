"""Reading pictures: as the sensor saw them, and refusals a villager's helper can act on."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.imaging.geometry import ordered, overlap
from kiosk.imaging.read import MAX_BYTES, NotAPicture, read_picture
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
