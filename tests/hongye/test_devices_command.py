"""`hongye devices`: what is plugged in, in the words the settings use."""

import json
from types import SimpleNamespace

from hongye.cli import main
from hongye.commands.devices import _words


def test_it_runs_where_nothing_is_plugged_in(capsys) -> None:
    assert main(["devices", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert isinstance(told["cameras"], list) and isinstance(told["serial_ports"], list)


def test_a_camera_and_a_serial_port_are_told_as_settings(monkeypatch, capsys) -> None:
    port = SimpleNamespace(device="/dev/ttyUSB0", description="CP2102")
    monkeypatch.setattr("hongye.commands.devices.comports", lambda: [port])
    assert main(["devices"]) == 0
    assert 'card_reader = "serial:/dev/ttyUSB0"' in capsys.readouterr().out
    camera = {"setting": "uvc:1b17:0211:D1", "name": "DocCam", "node": None, "largest": [3264, 2448], "auto": True}
    line = _words({"cameras": [camera], "serial_ports": []})[0]
    assert 'camera = "uvc:1b17:0211:D1"' in line and "3264 x 2448" in line and "uvc:auto" in line and "USB口" in line
    assert "插好后再运行" in _words({"cameras": [], "serial_ports": []})[0]
