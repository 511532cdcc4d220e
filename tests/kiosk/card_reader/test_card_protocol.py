"""Frames and card texts: byte for byte as makers' sheets print them, and nonsense is a named fault."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.camera.specimens import story_person
from kiosk.card_reader import protocol
from kiosk.card_reader.card import KIND_AT, CardUnreadable, read_card, write_card
from kiosk.card_reader.nations import NATIONS, code_of, nation_of
from kiosk.card_reader.practice import specimen_card
from kiosk.card_reader.protocol import FrameFault, Reply, decode_command, decode_reply, encode_command, encode_reply

CARD = specimen_card(story_person())


@pytest.mark.parametrize(
    ("command", "printed"),
    [
        (protocol.STATUS, "AA AA AA 96 69 00 03 11 FF ED"),
        (protocol.FIND, "AA AA AA 96 69 00 03 20 01 22"),
        (protocol.SELECT, "AA AA AA 96 69 00 03 20 02 21"),
        (protocol.READ, "AA AA AA 96 69 00 03 30 01 32"),
    ],
)
def test_commands_are_the_bytes_that_makers_print(command: bytes, printed: str) -> None:
    assert encode_command(command) == bytes.fromhex(printed)
    assert decode_command(bytes.fromhex(printed)) == (command, b"")


@pytest.mark.parametrize(
    ("printed", "reply"),
    [
        ("AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97", Reply(protocol.FOUND, bytes(4))),
        ("AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C", Reply(protocol.DONE, bytes(8))),
        ("AA AA AA 96 69 00 04 00 00 80 84", Reply(protocol.NO_CARD)),
        ("AA AA AA 96 69 00 04 00 00 41 45", Reply(protocol.READ_FAILED)),
    ],
)
def test_answers_are_the_bytes_that_makers_print(printed: str, reply: Reply) -> None:
    assert decode_reply(bytes.fromhex(printed)) == reply
    assert encode_reply(reply.status, reply.data) == bytes.fromhex(printed)


def test_a_whole_card_is_1295_bytes_on_the_wire() -> None:
    frame = encode_reply(protocol.DONE, write_card(CARD))
    assert len(frame) == 1295 and frame[:14] == bytes.fromhex("AAAAAA9669 0508 000090 0100 0400")


@given(st.binary(max_size=64), st.integers(0, 1294), st.integers(1, 255))
def test_no_bytes_whatever_raise_anything_else_and_one_wrong_byte_is_seen(
    noise: bytes, place: int, change: int
) -> None:
    frame = bytearray(encode_reply(protocol.DONE, write_card(CARD)))
    frame[place] ^= change
    with pytest.raises(FrameFault):
        decode_reply(bytes(frame))
    for content in (noise, bytes(frame[:place]), protocol.PREAMBLE + noise):
        with pytest.raises(FrameFault):
            decode_reply(content)


def test_a_card_is_read_back_field_by_field() -> None:
    assert read_card(write_card(CARD)) == CARD
    assert CARD.valid_until == "长期" and CARD.birth_date == "1943-03-15"


def test_the_card_shows_nothing_of_the_person_in_a_log() -> None:
    assert repr(CARD) == "ChipCard()"


def test_fields_lie_where_the_sheets_say() -> None:
    text = write_card(CARD)[4:]
    assert (
        text[:6].decode("utf-16-le") == "潘某珍" and text[30:32] == b"2\0" and text[32:36].decode("utf-16-le") == "01"
    )
    assert text[36:52].decode("utf-16-le") == "19430315"
    assert text[122:158].decode("utf-16-le") == CARD.id_number
    assert text[188:204].decode("utf-16-le") == "20160520"


@pytest.mark.parametrize("kind", ["I", "Y"])
def test_a_foreigners_card_is_not_read_wrongly(kind: str) -> None:
    data = bytearray(write_card(CARD))
    data[4 + KIND_AT] = ord(kind)
    with pytest.raises(CardUnreadable) as fault:
        read_card(bytes(data))
    assert fault.value.foreign


@pytest.mark.parametrize("day", ["birth_date", "valid_from"])
def test_nobody_is_born_or_registered_for_ever(day: str) -> None:
    with pytest.raises(CardUnreadable):
        read_card(write_card(replace(CARD, **{day: "长期"})))


@given(st.binary(max_size=300), st.integers(0, 259), st.integers(0, 255))
def test_a_text_that_makes_no_sense_is_a_named_fault(noise: bytes, place: int, value: int) -> None:
    bent = bytearray(write_card(CARD))
    bent[place] = value
    for data in (noise, bytes(bent), bytes(bent[:place]), b"\1\0\4\0" + noise.ljust(256, b"\xd8")):
        try:
            assert read_card(data).id_number
        except CardUnreadable:
            continue


def test_nations_are_those_of_the_standard() -> None:
    assert len(NATIONS) == 58 and nation_of("01") == "汉" and nation_of("08") == "壮" and nation_of("56") == "基诺"
    assert nation_of("57") is None and nation_of("") is None
    assert all(code_of(name) == code for code, name in NATIONS.items())
    assert code_of("壮族") == "08" and code_of("不在表里") == "97"
