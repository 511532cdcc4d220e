"""Uploading against a real HTTP server: resumed after cuts, begun again when gone, and every refusal told apart."""

import hashlib
import threading
from datetime import timedelta

import pytest

from kiosk.outbox import Outbox
from kiosk.server_link import MachineCredentials, ServerAway, ServerLink, ServerRefused
from kiosk.uplink import Uplink

ONE, TWO = "1" * 32, "2" * 32
FACTS = {"item_name": "高龄津贴申请", "applicant": "潘**", "lookup_code": "QA9G5PHZKX"}
CHUNK = 16 * 1024
MACHINE = MachineCredentials(
    machine_id="m-1", machine_secret="machine-secret", village_code="450521100201", village_name="样本村",
    server_public_key="00" * 32, public_url="https://nongshi.example.cn",
)  # fmt: skip


@pytest.fixture
def link(server):
    return ServerLink(server.url, MACHINE)


@pytest.fixture
def outbox(tmp_path, safe, clock):
    opened = Outbox(tmp_path / "outbox", safe, clock, keep_free=1)
    yield opened
    opened.close()


@pytest.fixture
def uplink(link, outbox, clock):
    return Uplink(link, outbox, chunk_size=CHUNK, status_every=1e9, clock=clock)


@pytest.fixture
def sealed(server):
    """A packet the pretend server can open."""
    from datetime import UTC, datetime

    from forms import packet

    pdf = b"%PDF-1.7 " + bytes(range(256)) * 800
    manifest = packet.Manifest(
        packet_id=ONE, kind="application", item_code="MZ-008", catalogue_digest="d", lookup_code="QA9G5PHZKX",
        village_code="450521100201", machine_id="m-1", agent=packet.Agent(sign_in_name="wang", display_name="王小兰"),
        visit_started_at=datetime.now(UTC), notice_sheet_printed_at=None, received_at=datetime.now(UTC), answers={},
        documents=(packet.describe_document("photo", "照片", pdf, 1, datetime.now(UTC), True),),
    )  # fmt: skip
    return packet.seal_packet(manifest, {"photo.pdf": pdf}, server.memory.key.public_key())


def test_a_packet_arrives_and_its_case_number_comes_back(uplink, outbox, sealed, server):
    outbox.add(ONE, sealed, FACTS)
    while uplink.step():
        pass
    assert outbox.get(ONE).answer["case_number"] == "450521-2026-00001"
    assert server.memory.patched_bytes == len(sealed)


def test_progress_is_told_on_the_way(link, sealed):
    from kiosk.uplink import send_upload

    told = []
    send_upload(
        link, sealed, packet_id=ONE, sha256=hashlib.sha256(sealed).hexdigest(), upload_path=None, chunk_size=CHUNK,
        begun=lambda path: None, progress=told.append,
    )  # fmt: skip
    assert told == sorted(told) and told[0] == 0 and told[-1] == len(sealed) and len(told) > 5


def test_a_server_that_dies_in_the_middle_gets_the_rest_after_its_restart(uplink, outbox, sealed, server, clock):
    server.memory.die_after = len(sealed) // 2
    outbox.add(ONE, sealed, FACTS)
    uplink.step()
    waiting = outbox.get(ONE)
    assert waiting.state == "waiting" and "连不上服务器" in waiting.reason and waiting.upload_url
    held = len(server.memory.uploads["u1"])
    assert 0 < held < len(sealed)
    server.die()
    server.start()
    clock.move_to(clock.instant + timedelta(minutes=5))
    uplink.step()
    assert outbox.get(ONE).state == "delivered" and server.memory.created == 1
    assert server.memory.patched_bytes <= len(sealed) + CHUNK


def test_a_server_that_keeps_half_of_every_chunk_is_asked_where_it_stands(uplink, outbox, sealed, server):
    server.memory.shrink_chunks_to = CHUNK // 2
    outbox.add(ONE, sealed, FACTS)
    uplink.step()
    assert outbox.get(ONE).state == "delivered"


def test_an_upload_the_server_forgot_is_begun_again(uplink, outbox, sealed, server):
    server.memory.gone_once = True
    outbox.add(ONE, sealed, FACTS)
    uplink.step()
    assert outbox.get(ONE).state == "delivered" and server.memory.created == 2


def test_a_refused_packet_says_why_and_lets_the_next_one_through(uplink, outbox, sealed, server, clock):
    outbox.add(TWO, b"not a packet at all", FACTS)
    clock.move_to(clock.instant + timedelta(seconds=1))
    outbox.add(ONE, sealed, FACTS)
    while uplink.step():
        pass
    refused = outbox.get(TWO)
    assert refused.state == "refused" and "不是材料包" in refused.reason and refused.reference == "SRV001"
    assert outbox.get(ONE).state == "delivered"


def test_a_file_damaged_on_this_pc_is_never_sent(uplink, outbox, sealed, server, tmp_path):
    outbox.add(ONE, sealed, FACTS)
    (tmp_path / "outbox" / f"{ONE}.packet").write_bytes(sealed[:-1] + b"!")
    uplink.step()
    assert outbox.get(ONE).state == "refused" and server.memory.created == 0


def test_delivering_twice_opens_one_case(uplink, outbox, sealed, server, link):
    outbox.add(ONE, sealed, FACTS)
    uplink.step()
    again = link.hand_over(ONE, "/kiosk/uploads/u1", hashlib.sha256(sealed).hexdigest())
    assert again["case_number"] == outbox.get(ONE).answer["case_number"] and len(server.memory.cases) == 1


def test_the_line_coming_back_sends_at_once_without_waiting_for_the_pause(link, outbox, sealed, server, clock):
    moments = iter(range(0, 1000, 10))
    uplink = Uplink(link, outbox, chunk_size=CHUNK, status_every=5, clock=clock, monotonic=lambda: next(moments))
    server.die()
    outbox.add(ONE, sealed, FACTS)
    uplink.step()
    assert uplink.online is False
    server.start()
    uplink.step()
    assert uplink.online and outbox.get(ONE).state == "delivered"


def test_closing_down_in_the_middle_is_no_failure(uplink, outbox, sealed):
    outbox.add(ONE, sealed, FACTS)
    uplink.stop()
    uplink.send(outbox.take_next())
    entry = outbox.get(ONE)
    assert (entry.state, entry.attempts, entry.reason) == ("waiting", 0, None)


def test_an_answer_pointing_to_another_host_never_gets_the_machine_secret(link, monkeypatch):
    assert link._own_path("https://evil.example/kiosk/uploads/u9") == "/kiosk/uploads/u9"
    with pytest.raises(ServerAway):
        link._own_path("https://evil.example/collect")


def test_a_captive_portal_is_not_our_server(server):
    from flask import Flask
    from werkzeug.serving import make_server

    app = Flask("portal")
    app.add_url_rule("/<path:any>", view_func=lambda any: "<html>请先登录</html>")
    portal = make_server("127.0.0.1", 0, app)
    threading.Thread(target=portal.serve_forever, daemon=True).start()
    try:
        with pytest.raises(ServerAway, match="不是我们的服务器"):
            ServerLink(f"http://127.0.0.1:{portal.server_port}", MACHINE).status()
    finally:
        portal.shutdown()


def test_refusals_carry_the_servers_words_and_reference(server):
    stranger = MACHINE.model_copy(update={"machine_secret": "guess"})
    with pytest.raises(ServerRefused, match="没有登记") as refused:
        ServerLink(server.url, stranger).status()
    assert refused.value.reference == "SRV001" and refused.value.status == 401


def test_a_machine_secret_is_not_shown_in_representations():
    assert "machine-secret" not in repr(MACHINE)
