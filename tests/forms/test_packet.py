"""A sealed packet: only the server opens it, nothing in it can be changed unseen, and nothing in it can hurt."""

import io
import json
import secrets
import struct
import zipfile
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from forms.packet import (
    LOOKUP_CODE_LENGTH,
    Agent,
    Manifest,
    PacketFault,
    _derived_key,
    describe_document,
    new_lookup_code,
    new_packet_id,
    normal_lookup_code,
    open_packet,
    seal_packet,
)

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SERVER = X25519PrivateKey.generate()
ID_CARD, FORM = b"%PDF-1.7 id card", b"%PDF-1.7 the signed form"


def documents():
    return (
        describe_document("id_card", "居民身份证", ID_CARD, 2, NOW, True),
        describe_document("apply_form", "申请表", FORM, 1, NOW, True),
    )


def manifest_of(**changes) -> Manifest:
    stated = {
        "packet_id": new_packet_id(),
        "kind": "application",
        "item_code": "MZ-008",
        "catalogue_digest": "d",
        "lookup_code": new_lookup_code(),
        "village_code": "450521100215",
        "machine_id": "m",
        "agent": Agent(sign_in_name="cun-daiban", display_name="陈示范"),
        "visit_started_at": NOW,
        "notice_sheet_printed_at": None,
        "received_at": NOW,
        "answers": {"applicant_name": "潘示例"},
        "documents": documents(),
    }
    return Manifest(**{**stated, **changes})


def sealed(manifest: Manifest) -> bytes:
    return seal_packet(manifest, {"id_card.pdf": ID_CARD, "apply_form.pdf": FORM}, SERVER.public_key())


def sealed_by_hand(plain: bytes, packet_id: str) -> bytes:
    """What a broken or hostile kiosk could send: anyone may seal to the public key."""
    one_time = X25519PrivateKey.generate()
    public = one_time.public_key().public_bytes_raw()
    header = b"HYP1" + struct.pack(">32s16s", public, bytes.fromhex(packet_id))
    key = _derived_key(one_time.exchange(SERVER.public_key()), public, SERVER.public_key().public_bytes_raw())
    return header + AESGCM(key).encrypt(bytes(12), plain, header)


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return plain.getvalue()


def refused(plain: bytes, packet_id: str, words: str) -> None:
    with pytest.raises(PacketFault, match=words):
        open_packet(sealed_by_hand(plain, packet_id), SERVER)


MANIFEST = manifest_of()
SEALED = sealed(MANIFEST)


def test_what_was_sealed_is_what_is_opened():
    opened, contents = open_packet(SEALED, SERVER)
    assert opened == MANIFEST
    assert contents == {"id_card.pdf": ID_CARD, "apply_form.pdf": FORM}


def test_the_same_papers_sealed_twice_look_nothing_alike_and_hide_what_is_in_them():
    again = sealed(MANIFEST)
    assert again[4:36] != SEALED[4:36]
    assert again[52:] != SEALED[52:]
    assert "潘示例".encode() not in SEALED
    assert b"%PDF" not in SEALED


def test_another_key_does_not_open_it():
    with pytest.raises(PacketFault, match="损坏"):
        open_packet(SEALED, X25519PrivateKey.generate())


@settings(max_examples=300)
@given(place=st.integers(0, len(SEALED) - 1), flip=st.integers(1, 255))
def test_one_changed_byte_anywhere_is_noticed(place, flip):
    changed = bytearray(SEALED)
    changed[place] ^= flip
    with pytest.raises(PacketFault):
        open_packet(bytes(changed), SERVER)


@given(st.integers(0, len(SEALED) - 1))
def test_a_packet_cut_off_anywhere_is_noticed(length):
    with pytest.raises(PacketFault):
        open_packet(SEALED[:length], SERVER)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_packet_are_refused_with_a_sentence(noise):
    for content in (noise, b"HYP1" + noise):
        with pytest.raises(PacketFault, match=r"没有收下|不是材料包"):
            open_packet(content, SERVER)


def test_a_key_of_zeros_is_refused_and_not_an_error():
    # RFC 7748 §6.1: the exchange with a point of small order gives zero, and the library says so by raising.
    with pytest.raises(PacketFault):
        open_packet(b"HYP1" + bytes(32) + secrets.token_bytes(60), SERVER)


def test_a_manifest_naming_another_packet_is_refused():
    other = manifest_of()
    plain = zipped({"manifest.json": other.model_dump_json().encode(), "id_card.pdf": ID_CARD, "apply_form.pdf": FORM})
    refused(plain, MANIFEST.packet_id, "编号前后不一致")
    assert open_packet(sealed_by_hand(plain, other.packet_id), SERVER)[0] == other


def test_a_document_that_is_not_the_one_the_manifest_names_is_refused():
    swapped = {"manifest.json": MANIFEST.model_dump_json().encode(), "id_card.pdf": FORM, "apply_form.pdf": FORM}
    shorter = {**swapped, "id_card.pdf": ID_CARD[:-1]}
    same_length = {**swapped, "id_card.pdf": ID_CARD[:-1] + b"!"}
    refused(zipped(swapped), MANIFEST.packet_id, "清单")
    for members in (shorter, same_length):
        refused(zipped(members), MANIFEST.packet_id, "“居民身份证”的内容和清单里的校验值不一致")


def test_a_document_that_is_no_pdf_is_refused_by_name():
    page = b"<html><script>"
    document = describe_document("id_card", "居民身份证", page, 1, NOW, True)
    manifest = manifest_of(documents=(document,))
    plain = zipped({"manifest.json": manifest.model_dump_json().encode(), "id_card.pdf": page})
    refused(plain, manifest.packet_id, "“居民身份证”不是PDF文件")


def test_a_missing_document_is_refused():
    refused(zipped({"manifest.json": MANIFEST.model_dump_json().encode()}), MANIFEST.packet_id, "清单读不懂")


def test_a_zip_bomb_is_refused_by_its_stated_size():
    bomb = zipped({"manifest.json": b" " * 2_000_000}, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 10_000
    refused(bomb, MANIFEST.packet_id, "清单读不懂")
    grown = {
        "manifest.json": MANIFEST.model_dump_json().encode(),
        "id_card.pdf": bytes(5_000_000),
        "apply_form.pdf": FORM,
    }
    refused(zipped(grown, zipfile.ZIP_DEFLATED), MANIFEST.packet_id, "清单读不懂")


def test_a_zip_bomb_that_lies_about_its_size_gives_no_more_than_it_states():
    bomb = bytearray(zipped({"manifest.json": b" " * 5_000_000}, zipfile.ZIP_DEFLATED))
    true_size = struct.pack("<I", 5_000_000)
    while (found := bomb.find(true_size)) >= 0:
        bomb[found : found + 4] = struct.pack("<I", 100)
    refused(bytes(bomb), MANIFEST.packet_id, "没有收下")


def _with_flag(plain: bytes, offset_in_entry: int, value: int) -> bytes:
    """The zip with one 16-bit word of every header changed: 0 the flags, 2 the compression method."""
    changed = bytearray(plain)
    for mark, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(mark)
        while place >= 0:
            changed[place + flags_at + offset_in_entry : place + flags_at + offset_in_entry + 2] = struct.pack(
                "<H", value
            )
            place = changed.find(mark, place + 4)
    return bytes(changed)


@pytest.mark.parametrize("make", [
    pytest.param(lambda plain: _with_flag(plain, 0, 1), id="encrypted"),
    pytest.param(lambda plain: _with_flag(plain, 2, 97), id="unknown compression"),
    pytest.param(lambda plain: _with_flag(plain, 2, 8), id="stored bytes called deflated"),
    pytest.param(lambda plain: plain[:-30], id="cut off"),
    pytest.param(lambda _: b"not a zip at all", id="no zip"),
])  # fmt: skip
def test_a_zip_that_cannot_be_read_is_refused_and_not_an_error(make):
    refused(make(zipped({"manifest.json": MANIFEST.model_dump_json().encode()})), MANIFEST.packet_id, "清单读不懂")


@pytest.mark.parametrize("text", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b"{}"])
def test_a_manifest_that_is_none_is_refused(text):
    refused(zipped({"manifest.json": text}), MANIFEST.packet_id, "清单读不懂")


@pytest.mark.parametrize("change", [
    {"surprise": 1}, {"packet_id": "../../etc/passwd"}, {"village_code": "45"}, {"received_at": "2026-11-23T09:00:00"},
    {"documents": []}, {"lookup_code": "0O1IL00000"}, {"format_version": 2}, {"kind": "gift"},
])  # fmt: skip
def test_a_manifest_with_one_wrong_word_is_refused(change):
    stated = json.loads(MANIFEST.model_dump_json())
    refused(zipped({"manifest.json": json.dumps({**stated, **change}).encode()}), MANIFEST.packet_id, "清单读不懂")


@pytest.mark.parametrize("material_id", ["../id_card", "/etc/passwd", "Id_card", "", "a" * 42, "id.card"])
def test_a_document_cannot_name_a_path(material_id):
    with pytest.raises(ValidationError):
        describe_document(material_id, "居民身份证", ID_CARD, 1, NOW, True)


class TestLookupCode:
    def test_new_ones_have_ten_signs_without_look_alikes_and_do_not_repeat(self):
        codes = {new_lookup_code() for _ in range(500)}
        assert len(codes) == 500
        assert all(len(code) == LOOKUP_CODE_LENGTH and not set(code) & set("01ILO") for code in codes)
        assert all(normal_lookup_code(code) == code for code in codes)

    @pytest.mark.parametrize(
        "typed",
        [
            "ABCD-EFG-234",
            "abcd efg 234",
            " ABCDEFG234\r\n",
            "abcd－efg—234",
            "ABCD\u3000EFG\u3000234",
            "ＡＢＣＤｅｆｇ２３４",
            "abcd–efg‑234",
        ],
    )
    def test_dashes_spaces_small_and_full_width_letters_do_not_matter(self, typed):
        assert normal_lookup_code(typed) == "ABCDEFG234"

    @pytest.mark.parametrize(
        "typed", ["", "ABCDEFG23", "ABCDEFG2345", "ABCDEFG230", "ABCDEFG23好", "OOOOOOOOOO", "ABCD/EFG23"]
    )
    def test_what_cannot_be_one_is_none(self, typed):
        assert normal_lookup_code(typed) is None
