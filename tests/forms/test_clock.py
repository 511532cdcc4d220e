"""Time as every process reads it: the shared clock is never torn, zones are what they say, nothing goes back."""

import json
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.clock import (
    FileClock,
    FixedClock,
    SystemClock,
    clock_for,
    local,
    local_date,
    parse_instant,
    written_date,
    written_time,
)

NOON = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)


def test_a_fixed_clock_moves_forward_and_never_back():
    clock = FixedClock(NOON)
    clock.move_to(NOON)
    clock.move_to(NOON + timedelta(days=1))
    with pytest.raises(ValueError, match="never put back"):
        clock.move_to(NOON)
    assert clock.now() == NOON + timedelta(days=1)


class TestFileClock:
    def test_two_processes_share_it_and_it_runs_on(self, tmp_path):
        one, other = FileClock(tmp_path / "clock"), FileClock(tmp_path / "clock")
        one.move_to(NOON)
        first = other.now()
        second = one.now()
        assert NOON <= first <= second < NOON + timedelta(minutes=1)
        assert first.utcoffset() == timedelta(0)

    def test_it_runs_on_from_the_moment_it_was_written(self, tmp_path):
        path = tmp_path / "clock"
        FileClock(path).move_to(NOON)
        stated = json.loads(path.read_text())
        written = datetime.fromisoformat(stated["written_at"]) - timedelta(hours=2)
        path.write_text(json.dumps({**stated, "written_at": written.isoformat()}))
        assert timedelta(hours=2) <= FileClock(path).now() - NOON < timedelta(hours=2, minutes=1)

    def test_a_time_of_another_zone_is_the_same_instant(self, tmp_path):
        clock = FileClock(tmp_path / "clock")
        clock.move_to(local(NOON))
        assert clock.now() - NOON < timedelta(minutes=1)

    def test_with_many_writers_and_readers_nobody_ever_sees_half_a_file(self, tmp_path):
        clock = FileClock(tmp_path / "clock")
        clock.move_to(NOON)
        faults, seen, stop = [], [0], threading.Event()

        def read():
            while not stop.is_set():
                try:
                    assert NOON <= clock.now() < NOON + timedelta(days=200)
                    seen[0] += 1
                except Exception as fault:
                    faults.append(repr(fault))

        def write(start: int):
            try:
                for day in range(start, start + 100):
                    FileClock(tmp_path / "clock").move_to(NOON + timedelta(days=day))
            except Exception as fault:
                faults.append(repr(fault))

        readers = [threading.Thread(target=read) for _ in range(2)]
        writers = [threading.Thread(target=write, args=(10 * number,)) for number in range(4)]
        for thread in readers + writers:
            thread.start()
        for thread in writers:
            thread.join()
        stop.set()
        for thread in readers:
            thread.join()
        assert faults == []
        assert seen[0] > 0
        assert [path.name for path in tmp_path.iterdir()] == ["clock"]

    def test_the_settings_decide_which_clock_runs(self, tmp_path):
        assert isinstance(clock_for(None), SystemClock)
        assert isinstance(clock_for(tmp_path / "clock"), FileClock)
        assert clock_for(None).now().utcoffset() == timedelta(0)


class TestParseInstant:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-11-12T12:00", NOON),
            ("2026-11-12T12:00:00+08:00", NOON),
            ("2026-11-12T04:00:00Z", NOON),
            ("2026-11-11T23:00:00-05:00", NOON),
            ("2026-11-12", datetime(2026, 11, 11, 16, tzinfo=UTC)),
            ("1989-07-01T12:00", datetime(1989, 7, 1, 3, tzinfo=UTC)),  # China kept summer time from 1986 to 1991
        ],
    )
    def test_a_time_without_a_zone_is_beijing_time(self, text, expected):
        assert parse_instant(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "today",
            "2026-13-01T00:00",
            "2026-02-29",
            "2026-11-12T24:01",
            "12/11/2026",
            "0001-01-01T00:00",
            "9999-12-31T23:59-01:00",
        ],
    )
    def test_what_is_no_time_is_a_value_error(self, text):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever the words, callers catch this kind
            parse_instant(text)

    @given(st.datetimes(datetime(1992, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))
    def test_what_is_written_is_read_again(self, instant):
        assert parse_instant(instant.isoformat()) == instant.astimezone(UTC) or instant.utcoffset().seconds % 60


def test_the_day_changes_at_midnight_in_beihai():
    assert local_date(datetime(2026, 11, 12, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 12)
    assert local_date(datetime(2026, 11, 12, 16, 0, tzinfo=UTC)) == date(2026, 11, 13)


def test_dates_and_times_are_written_as_people_read_them():
    assert written_date(date(2026, 11, 12)) == "2026年11月12日"
    assert written_date(date(2026, 11, 12), weekday=True) == "2026年11月12日（周四）"
    assert written_date(date(2026, 11, 15), weekday=True) == "2026年11月15日（周日）"
    assert written_time(datetime(2026, 11, 12, 1, 5, tzinfo=UTC)) == "11月12日 9:05"
