"""Reading a card: in memory, over a real serial line (a pty), by USB pipes, and every way it fails with its sentence."""

import logging
import os
import threading
from types import SimpleNamespace

import pytest
import usb.core

from kiosk.camera.specimens import story_person
from kiosk.card_reader import protocol
from kiosk.card_reader.card import ChipCard
from kiosk.card_reader.choosing import card_reader_for
from kiosk.card_reader.practice import specimen_card
from kiosk.card_reader.reader import (
    CardNotGenuine,
    CardReaderTrouble,
    NoCard,
    ReaderBroken,
    ReaderUnplugged,
    SdtReader,
    WrongCard,
    fields_of,
)
from kiosk.card_reader.serial_port import SerialPort
from kiosk.card_reader.simulated import SimulatedDevice, simulated_reader
from kiosk.card_reader.usb_port import UsbPort

CARD = specimen_card(story_person())


def reader_of(**faults) -> tuple[SdtReader, SimulatedDevice]:
    device = SimulatedDevice(faults.pop("card", CARD), **faults)
    return simulated_reader(device, find_seconds=0.0), device


def test_a_card_on_the_reader_is_read() -> None:
    reader, _ = reader_of()
    assert reader.trouble() is None
    assert reader.read() == CARD


def test_a_card_left_on_the_reader_has_to_be_lifted_before_it_is_read_again() -> None:
    reader, device = reader_of()
    reader.read()
    with pytest.raises(NoCard, match="拿开"):
        reader.read()
    device.lay_down(CARD)
    assert reader.read() == CARD


def test_a_card_is_waited_for() -> None:
    device = SimulatedDevice()
    reader = simulated_reader(device, find_seconds=20.0)
    threading.Timer(0.3, device.lay_down, [CARD]).start()
    assert reader.read() == CARD


@pytest.mark.parametrize(
    "faults", [{"wrong_checks": 1}, {"half_frames": 2}, {"noise": b"\xaa\xaa\x00rubbish\xaa"}, {"slow": 0.05}]
)
def test_a_bad_line_is_read_over(faults) -> None:
    assert reader_of(**faults)[0].read() == CARD


@pytest.mark.parametrize(
    ("faults", "trouble"),
    [
        ({"card": None}, NoCard),
        ({"wrong_checks": 99}, CardReaderTrouble),
        ({"half_frames": 99}, CardReaderTrouble),
        ({"unplugged": True}, ReaderUnplugged),
        ({"refusals": {protocol.SELECT: protocol.NOT_SELECTED}}, CardReaderTrouble),
        ({"refusals": {protocol.READ: protocol.READ_FAILED}}, CardReaderTrouble),
        ({"refusals": {protocol.READ: protocol.READER_REFUSES}}, CardNotGenuine),
        ({"refusals": {protocol.FIND: protocol.WRONG_CARD}}, WrongCard),
        ({"refusals": {protocol.FIND: protocol.NOT_AUTHORISED}}, ReaderBroken),
    ],
)
def test_every_fault_has_its_own_sentence(faults, trouble) -> None:
    with pytest.raises(CardReaderTrouble) as told:
        reader_of(**faults)[0].read()
    assert type(told.value) is trouble
    assert told.value.sentence.endswith("。") and ("再" in told.value.sentence or "改用拍照" in told.value.sentence)


def test_a_reader_pulled_out_is_told_and_works_again_when_it_is_back() -> None:
    reader, device = reader_of()
    device.unplugged = True
    assert "找不到身份证读卡器" in reader.trouble()
    with pytest.raises(ReaderUnplugged):
        reader.read()
    device.unplugged = False
    assert reader.trouble() is None and reader.read() == CARD
    device.refusals = {protocol.STATUS: protocol.SELF_TEST_FAILED}
    assert "有故障" in reader.trouble()


def test_nothing_of_the_card_is_logged(caplog, monkeypatch) -> None:
    monkeypatch.setattr(logging.getLogger("kiosk"), "propagate", True)
    caplog.set_level(logging.DEBUG)
    for faults in ({}, {"half_frames": 1}, {"refusals": {protocol.READ: protocol.READ_FAILED}}):
        try:
            reader_of(**faults)[0].read()
        except CardReaderTrouble:
            continue
    assert not any(value in caplog.text for value in (CARD.name, CARD.id_number, CARD.address))


def test_the_fields_have_the_shape_of_those_read_from_pictures() -> None:
    fields = {field.name: field for field in fields_of(CARD)}
    assert fields["id_number"].value == CARD.id_number and fields["id_number"].label == "公民身份号码"
    assert fields["nation"].value == "汉" and fields["valid_until"].value == "长期" and len(fields) == 9
    assert all(field.sure == 1.0 and field.trouble is None for field in fields.values())
    wrong = ChipCard(**{**vars(CARD), "id_number": "450521194303150001", "nation": ""})
    assert "校验位" in next(field.trouble for field in fields_of(wrong) if field.name == "id_number")
    assert "nation" not in {field.name for field in fields_of(wrong)}


@pytest.fixture
def serial_line():
    """A pty with a played reader at its other end; returns the device's name and the reader."""
    pty, tty = pytest.importorskip("pty"), pytest.importorskip("tty")
    far, near = pty.openpty()
    tty.setraw(near)
    device = SimulatedDevice(CARD)

    def serve():
        frame = b""
        while True:
            try:
                frame += os.read(far, 64)
            except OSError:
                return
            if len(frame) >= protocol.HEAD and len(frame) >= protocol.HEAD + protocol.length_of(frame[: protocol.HEAD]):
                answer, frame = device.answer(frame), b""
                for start in range(0, len(answer), 200):
                    os.write(far, answer[start : start + 200])

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    yield os.ttyname(near), device
    os.close(near)
    server.join(5)
    os.close(far)


def test_a_card_is_read_over_a_serial_line(serial_line) -> None:
    name, device = serial_line
    reader = card_reader_for(f"serial:{name}")
    assert reader.trouble() is None
    assert reader.read() == CARD
    device.lay_down(CARD)
    device.wrong_checks = 1
    assert reader.read() == CARD
    reader.close()


def test_a_serial_port_that_is_not_there_is_a_reader_that_is_unplugged() -> None:
    reader = card_reader_for("serial:/dev/nothing-here")
    assert "找不到身份证读卡器" in reader.trouble()
    with pytest.raises(ReaderUnplugged):
        reader.read()


def test_a_serial_line_that_stays_silent_is_a_reader_that_does_not_answer(serial_line) -> None:
    name, _ = serial_line
    quick = iter(range(0, 10_000, 5))
    silent = SdtReader(lambda: SerialPort(name), monotonic=lambda: float(next(quick)))
    with pytest.raises(ReaderUnplugged):
        silent.read()


class PlayedUsb:
    """A pyusb device before a played reader: bodies and heads by two pairs of pipes, or whole frames by one."""

    def __init__(self, device: SimulatedDevice, pairs: int):
        self.outward, self.inward = [0x02, 0x06][:pairs], [0x81, 0x85][:pairs]
        self.device, self.sent, self.coming = device, b"", {}

    def __iter__(self):
        pipes = [SimpleNamespace(bEndpointAddress=one, bmAttributes=2) for one in (*self.inward, *self.outward)]
        return iter([[[*pipes, SimpleNamespace(bEndpointAddress=0x83, bmAttributes=3)]]])

    def is_kernel_driver_active(self, interface):
        return False

    def write(self, pipe, content, timeout):
        self.sent += content
        if pipe == self.outward[-1]:
            answer, self.sent = self.device.answer(self.sent), b""
            pieces = [answer[: protocol.HEAD], answer[protocol.HEAD :]] if len(self.inward) > 1 else [answer]
            self.coming = dict(zip(self.inward, pieces, strict=True))

    def read(self, pipe, size, timeout):
        if self.device.unplugged:
            raise usb.core.USBError("no such device")
        piece = self.coming.pop(pipe, b"")
        if not piece:
            raise usb.core.USBTimeoutError("timeout")
        return piece


@pytest.mark.parametrize("pairs", [1, 2])
def test_a_card_is_read_by_usb_pipes(pairs: int) -> None:
    device = SimulatedDevice(CARD)
    reader = SdtReader(lambda: UsbPort(lambda: PlayedUsb(device, pairs)))
    assert reader.trouble() is None and reader.read() == CARD
    device.unplugged = True
    with pytest.raises(ReaderUnplugged):
        reader.read()


def test_a_usb_reader_that_is_not_plugged_in_or_not_allowed_is_told() -> None:
    def refuse():
        raise usb.core.USBError("Access denied", errno=13)

    for find in (lambda: None, refuse, lambda: PlayedUsb(SimulatedDevice(), 0)):
        with pytest.raises(ReaderUnplugged):
            SdtReader(lambda find=find: UsbPort(find)).read()
    with pytest.raises(ReaderUnplugged):
        card_reader_for("usb").read()


def test_the_settings_name_the_reader() -> None:
    assert card_reader_for("none") is None
    assert card_reader_for("simulated", CARD).read() == CARD
