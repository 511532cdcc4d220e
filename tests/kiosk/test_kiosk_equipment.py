"""Settings, printer and status bar: every fault names what to mend."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk import health
from kiosk.printer import FolderPrinter, PrinterTrouble, printer_for
from kiosk.safe import NoRoom
from kiosk.settings import SettingsFault, read_settings
from tests.kiosk.conftest import START

PDF = b"%PDF-1.7 sheet"


@pytest.fixture
def settings_file(tmp_path):
    def write(text: str) -> Path:
        file = tmp_path / "kiosk.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_settings_are_read_relative_to_their_file(settings_file, tmp_path):
    settings = read_settings(
        settings_file('data_folder = "data"\nserver_url = "https://a.example/"\ncamera = "folder:scans"')
    )
    assert settings.data_folder == tmp_path / "data" and settings.server_url == "https://a.example"
    assert settings.camera == f"folder:{tmp_path / 'scans'}"


def test_a_city_table_of_cameras_is_read_relative_to_the_file_too(settings_file, tmp_path):
    settings = read_settings(
        settings_file(
            'data_folder = "d"\nserver_url = "https://a.example"\ncamera = "uvc:auto"\ncamera_models = "city.yaml"'
        )
    )
    assert settings.camera == "uvc:auto" and settings.camera_models == tmp_path / "city.yaml"
    assert settings.card_reader == "none"


@pytest.mark.parametrize("reader", ["none", "serial:/dev/ttyUSB0", "serial:COM3", "usb", "simulated"])
def test_every_kind_of_card_reader_may_be_named(settings_file, reader):
    text = f'data_folder = "d"\nserver_url = "https://a.example"\ncard_reader = "{reader}"'
    assert read_settings(settings_file(text)).card_reader == reader


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('data_folder = "d"\nserver_url = "https://a.example"\nprnter = "pdf"', "prnter"),
        ('server_url = "https://a.example"', "data_folder"),
        ('data_folder = "d"\nserver_url = "https://a.example"\nscreen_port = 99999', "screen_port"),
        ('data_folder = "d"\nserver_url = "https://a.example"\ncamera = "twain"', "camera"),
        ('data_folder = "d"\nserver_url = "https://a.example"\ncard_reader = "bluetooth"', "card_reader"),
        ('data_folder = "d"\nserver_url = "http://a.example"', "server_url"),
        ("not toml at all [", "读不懂"),
    ],
)
def test_a_fault_in_the_settings_names_the_key_and_the_file(settings_file, text, key):
    with pytest.raises(SettingsFault, match=key) as fault:
        read_settings(settings_file(text))
    assert "kiosk.toml" in str(fault.value)


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("screen_port = 99999", "不能大于65535"),
        ('screen_port = "one"', "要写整数"),
        ("idle_lock_minutes = 0", "不能小于1"),
        ("status_every_seconds = 0", "要大于0"),
        ('camera = "twain"', "uvc:auto"),
        ('card_reader = "bluetooth"', "serial:COM3"),
        ('printer = ""', "不能空着"),
        ("printer = 3", "要写引号里的文字"),
        (f'machine_name = "{"长" * 61}"', "最多60个字"),
        ('practice = "ja"', "要写 true 或 false"),
        ("camera_models = 4", "要写引号里的路径"),
        ('certificate_authority = "C:\\Users\\town.pem"', "第3行.*反斜杠要写两个"),
        ("half a", "第3行"),
    ],
)
def test_what_is_wrong_and_what_may_stand_there_is_said_in_chinese_alone(settings_file, line, advice):
    text = f'data_folder = "d"\nserver_url = "https://a.example"\n{line}\n'
    with pytest.raises(SettingsFault, match=advice) as fault:
        read_settings(settings_file(text))
    assert not re.search(r"Input|should|valid|line|Value", str(fault.value))


@pytest.mark.parametrize("address", ["https://[x", "https://a.example:99999", "a.example"])
def test_an_address_that_is_none_is_told_with_an_example(settings_file, address):
    with pytest.raises(SettingsFault, match="例如 https://"):
        read_settings(settings_file(f'data_folder = "d"\nserver_url = "{address}"'))


def test_settings_written_with_notepad_are_read_and_other_encodings_and_folders_are_told(tmp_path):
    file = tmp_path / "kiosk.toml"
    text = 'data_folder = "d"\nserver_url = "https://a.example"\nmachine_name = "红旗村"'
    file.write_text(text, encoding="utf-8-sig")
    assert read_settings(file).machine_name == "红旗村"
    file.write_text(text, encoding="gbk")
    with pytest.raises(SettingsFault, match="UTF-8"):
        read_settings(file)
    with pytest.raises(SettingsFault, match="打不开设置文件"):
        read_settings(tmp_path)


def test_plain_http_is_for_practice_and_for_this_pc_only(settings_file):
    assert read_settings(settings_file('data_folder = "d"\nserver_url = "http://127.0.0.1:8000"'))
    assert read_settings(settings_file('data_folder = "d"\nserver_url = "http://a.example"\npractice = true'))


def test_a_missing_settings_file_is_named(tmp_path):
    with pytest.raises(SettingsFault, match="nowhere"):
        read_settings(tmp_path / "nowhere.toml")


def test_the_folder_printer_writes_only_into_its_folder(tmp_path):
    printed = printer_for("pdf", tmp_path / "printed").print_pdf("../../etc/notice", PDF)
    assert printed.path.parent == tmp_path / "printed" and printed.path.read_bytes() == PDF
    assert printed.path.stat().st_mode & 0o777 == 0o600


def test_nothing_printed_is_written_over(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("kiosk"), "propagate", True)
    caplog.set_level(logging.INFO, "kiosk.printer")
    printer = FolderPrinter(tmp_path / "printed")
    name = "receipt-MZ-008-a4d7b16c"
    first, second = printer.print_pdf(name, PDF), printer.print_pdf(name, b"%PDF-1.7 with the case number")
    assert (first.path.name, second.path.name) == (f"{name}-1.pdf", f"{name}-2.pdf")
    assert first.path.read_bytes() == PDF != second.path.read_bytes()
    told = dict.fromkeys(record.getMessage() for record in caplog.records)
    assert list(told) == [f"printed {name}, copy 1", f"printed {name}, copy 2"]
    first.path.unlink()
    assert FolderPrinter(tmp_path / "printed").print_pdf(name, PDF).path.name == f"{name}-3.pdf"
    assert printer.print_pdf("receipt-MZ-008", PDF).path.name == "receipt-MZ-008-1.pdf"


def test_two_prints_at_once_are_two_files(tmp_path):
    printer = FolderPrinter(tmp_path / "printed")
    with ThreadPoolExecutor(8) as pool:
        paths = {printed.path for printed in pool.map(lambda _: printer.print_pdf("form", PDF), range(24))}
    assert len(paths) == len(list((tmp_path / "printed").iterdir())) == 24


def test_a_full_disk_prints_nothing_and_says_so(tmp_path, monkeypatch):
    def full(path, content):
        raise NoRoom

    printer = FolderPrinter(tmp_path / "printed")
    monkeypatch.setattr("kiosk.printer.folder.write_durably", full)
    with pytest.raises(PrinterTrouble, match="硬盘满了没有"):
        printer.print_pdf("notice", PDF)


def test_printed_files_are_swept_after_some_days(tmp_path):
    printer = FolderPrinter(tmp_path / "printed")
    printer.print_pdf("notice", PDF)
    printer.sweep(keep_days=7)
    assert len(list((tmp_path / "printed").iterdir())) == 1
    printer.sweep(keep_days=-1)
    assert not list((tmp_path / "printed").iterdir())


def test_a_printed_file_that_cannot_be_removed_does_not_keep_the_kiosk_from_starting(tmp_path):
    printer = FolderPrinter(tmp_path / "printed")
    held = tmp_path / "printed" / "a-1.pdf"
    held.mkdir()  # what no unlink removes, as a file that a viewer on Windows holds open
    printer.print_pdf("notice", PDF)
    printer.sweep(keep_days=-1)
    assert list((tmp_path / "printed").iterdir()) == [held]


@pytest.mark.parametrize(
    ("online", "unsent", "refused", "words"),
    [
        (True, 0, 0, "都传完了"),
        (True, 2, 0, "2 份正在传"),
        (False, 2, 0, "网络断开，2 份待传，不会丢"),
        (False, 0, 0, "可以照常办"),
        (True, 0, 1, "1 份没有收下"),
        (None, 0, 0, "正在连网"),
    ],
)
def test_the_line_is_told_in_words(online, unsent, refused, words):
    assert words in health.line_sign(online, unsent, refused).words


def test_a_wrong_clock_is_told_and_a_right_one_is_not():
    told = {"now": (START + timedelta(minutes=20)).isoformat()}
    assert "慢了 20 分钟" in health.clock_sign(told, START).words
    assert health.clock_sign({"now": START.isoformat()}, START) is None
    assert health.clock_sign({"now": "nonsense"}, START) is None


def test_a_server_with_another_key_is_not_trusted_silently():
    signs = health.server_signs({"server_public_key": "ff" * 32, "catalogue_digest": "old"}, "00" * 32, "new")
    assert [sign.state for sign in signs] == ["bad", "care"]


def test_a_filling_disk_is_told_before_it_is_full():
    states = [health.disk_sign(free, 100, 0).state for free in (50, 250, 10_000)]
    assert states == ["bad", "care", "good"]
