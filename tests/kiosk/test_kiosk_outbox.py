"""The queue of packets: order, back-off, reasons in sight, none blocking another, and every crash put right."""

import random
import sqlite3
from datetime import timedelta

import pytest

from kiosk.outbox import FIRST_PAUSE, LONGEST_PAUSE, Outbox, ReopenRefused, UnknownPacket
from kiosk.safe import NoRoom

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32
FACTS = {"item_name": "高龄津贴申请", "applicant": "潘**", "lookup_code": "QA9G5PHZKX"}


@pytest.fixture
def reopened(tmp_path, safe, clock):
    """Opens the same outbox as often as wanted: what a restart sees."""
    opened = []

    def again(**more) -> Outbox:
        opened.append(Outbox(tmp_path / "outbox", safe, clock, keep_free=1, dice=random.Random(1), **more))
        return opened[-1]

    yield again
    for outbox in opened:
        outbox.close()


@pytest.fixture
def outbox(reopened):
    return reopened()


def test_the_same_packet_twice_is_one(outbox):
    first = outbox.add(ONE, b"sealed", FACTS)
    assert outbox.add(ONE, b"other bytes", FACTS) == first
    assert outbox.read_content(ONE) == b"sealed" and outbox.count_unsent() == 1


def test_packets_go_in_the_order_they_came(outbox, clock):
    for packet_id in (THREE, ONE, TWO):
        outbox.add(packet_id, b"sealed", FACTS)
        clock.move_to(clock.instant + timedelta(seconds=1))
    taken = [outbox.take_next().packet_id for _ in range(3)]
    assert taken == [THREE, ONE, TWO] and outbox.take_next() is None


def test_a_stuck_packet_lets_the_others_pass(outbox, clock):
    outbox.add(ONE, b"stuck", FACTS)
    outbox.put_back(outbox.take_next().packet_id, "服务器说不行")
    outbox.add(TWO, b"fine", FACTS)
    clock.move_to(clock.instant + timedelta(minutes=20))
    assert outbox.take_next().packet_id == TWO
    stuck = outbox.get(ONE)
    assert (stuck.state, stuck.reason, stuck.attempts) == ("waiting", "服务器说不行", 1)


def test_pauses_double_with_jitter_up_to_ten_minutes(outbox, clock):
    outbox.add(ONE, b"sealed", FACTS)
    pauses = []
    for _ in range(14):
        outbox.put_back(ONE, "不行")
        pauses.append(outbox.get(ONE).next_try_at - clock.now())
    assert FIRST_PAUSE * 0.75 <= pauses[0] <= FIRST_PAUSE * 1.25
    assert pauses[4] > pauses[2] > pauses[0] and max(pauses) <= LONGEST_PAUSE * 1.25
    assert len(set(pauses[-4:])) == 4


def test_when_the_line_is_back_what_waited_for_it_goes_at_once(outbox):
    for packet_id in (ONE, TWO):
        outbox.add(packet_id, b"sealed", FACTS)
    outbox.put_back(ONE, "没有网", for_want_of_line=True)
    outbox.put_back(TWO, "服务器说不行")
    assert outbox.take_next() is None
    outbox.hurry()
    assert outbox.take_next().packet_id == ONE and outbox.take_next() is None


def test_a_clock_put_back_by_a_year_strands_nothing(outbox, clock):
    clock.instant += timedelta(days=365)
    outbox.add(ONE, b"sealed", FACTS)
    outbox.put_back(ONE, "不行")
    clock.instant -= timedelta(days=365)
    assert outbox.take_next().packet_id == ONE


def test_a_packet_being_sent_when_the_power_went_waits_again(outbox, reopened):
    outbox.add(ONE, b"sealed", FACTS)
    outbox.take_next()
    outbox.note_upload(ONE, "/kiosk/uploads/u1")
    entry = reopened().get(ONE)
    assert (entry.state, entry.upload_url) == ("waiting", "/kiosk/uploads/u1")


def test_delivered_keeps_the_answer_and_drops_the_file(outbox, tmp_path):
    outbox.add(ONE, b"sealed", FACTS)
    outbox.mark_delivered(ONE, {"case_number": "450521-2026-00001"})
    assert outbox.get(ONE).answer["case_number"] == "450521-2026-00001"
    assert not list((tmp_path / "outbox").glob("*.packet")) and outbox.count_unsent() == 0


def test_power_cut_between_row_and_file_is_put_right(outbox, reopened, tmp_path, monkeypatch):
    outbox.add(ONE, b"sealed", FACTS)

    def cut(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox._folder, "remove", cut)
    with pytest.raises(KeyboardInterrupt):
        outbox.mark_delivered(ONE, {"case_number": "1"})
    (tmp_path / "outbox" / f"{TWO}.packet").write_bytes(b"file without a row: nobody was told")
    assert reopened().get(ONE).state == "delivered"
    assert not list((tmp_path / "outbox").glob("*.packet"))


def test_refused_stays_with_its_reason_until_asked_for_again(outbox, clock):
    outbox.add(ONE, b"sealed", FACTS)
    outbox.mark_refused(ONE, "校验值不一致", "SRV001")
    clock.move_to(clock.instant + timedelta(days=3))
    assert outbox.take_next() is None and outbox.get(ONE).reference == "SRV001"
    outbox.try_again(ONE)
    assert outbox.take_next().packet_id == ONE


def test_a_replaced_packet_stays_on_the_list_and_counts_no_more(outbox, reopened, tmp_path):
    outbox.add(ONE, b"sealed", FACTS)
    outbox.mark_refused(ONE, "校验值不一致", "SRV001")
    for _ in range(2):
        outbox.mark_replaced(ONE)
    entry = reopened().get(ONE)
    assert (entry.state, entry.reason) == ("replaced", "校验值不一致") and outbox.count_unsent() == 0
    assert not list((tmp_path / "outbox").glob("*.packet"))
    outbox.try_again(ONE)
    assert outbox.get(ONE).state == "replaced" and outbox.take_next() is None


def test_only_a_refused_packet_can_be_replaced(outbox):
    outbox.add(ONE, b"sealed", FACTS)
    outbox.mark_replaced(ONE)
    assert outbox.get(ONE).state == "waiting" and outbox.read_content(ONE) == b"sealed"


def test_what_is_settled_is_forgotten_after_a_season_and_what_is_not_never(outbox, clock):
    for packet_id in (ONE, TWO, THREE):
        outbox.add(packet_id, b"sealed", FACTS)
    outbox.mark_delivered(ONE, {"case_number": "1"})
    outbox.mark_refused(TWO, "校验值不一致")
    outbox.mark_replaced(TWO)
    outbox.forget_settled()
    assert len(outbox.list_all()) == 3
    clock.move_to(clock.instant + timedelta(days=91))
    outbox.forget_settled()
    assert [entry.packet_id for entry in outbox.list_all()] == [THREE]


def test_a_refused_reopening_says_what_is_allowed(outbox):
    outbox.add(ONE, b"sealed", FACTS)
    assert "“等着上传”" in str(ReopenRefused(outbox.get(ONE))) and "现在可以：再传一次、打印回执。" in str(
        ReopenRefused(outbox.get(ONE))
    )


def test_a_full_disk_takes_no_packet_in(reopened):
    outbox = reopened(free_bytes=lambda folder: 0)
    with pytest.raises(NoRoom):
        outbox.add(ONE, b"sealed", FACTS)
    with pytest.raises(UnknownPacket):
        outbox.get(ONE)


def test_the_database_is_flushed_on_every_commit_and_tells_no_names(outbox, tmp_path):
    assert outbox._database.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert outbox._database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    outbox.add(ONE, b"sealed", FACTS)
    rows = sqlite3.connect(tmp_path / "outbox" / "outbox.sqlite").execute("SELECT * FROM packet").fetchall()
    assert "QA9G5PHZKX" not in str(rows) and "高龄".encode() not in rows[0][5]
