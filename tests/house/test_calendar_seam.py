"""Every due date is counted by the calendar in force: nobody reads the shipped one past what the city edited."""

import re
from pathlib import Path

SERVER = Path(__file__).parents[2] / "server"
# Where the shipped one is meant: making it, building what is in force on it, and noting that a new program ships another.
ALLOWED = {"adapters/holidays.py", "bootstrap.py", "services/work.py", "services/calendar.py"}


def test_only_what_builds_the_calendar_in_force_reads_the_shipped_one():
    readers = {
        str(file.relative_to(SERVER))
        for file in SERVER.rglob("*.py")
        if re.search(r"tools\(?\)?\.calendar|beihai_calendar", file.read_text(encoding="utf-8"))
    }
    assert readers <= ALLOWED
    assert "services/work.py" in readers, "the search itself has gone blind"
