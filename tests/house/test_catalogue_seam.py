"""What villagers and officials see is what is in force: nobody reads the shipped catalogue past what the city published."""

import re
from pathlib import Path

SERVER = Path(__file__).parents[2] / "server"
# Where the shipped one is meant: building what is in force, version 1 of an entry, a packet under it, the founding tree.
ALLOWED = {
    "bootstrap.py",
    "services/work.py",
    "services/catalogue.py",
    "services/catalogue_page.py",
    "services/intake.py",
    "services/region_list.py",
}


def test_only_the_errands_that_mean_the_shipped_catalogue_read_it():
    readers = {
        str(file.relative_to(SERVER))
        for file in SERVER.rglob("*.py")
        if re.search(r"tools\(?\)?\.catalogue|load_catalogue", file.read_text(encoding="utf-8"))
    }
    assert readers <= ALLOWED
    assert "services/work.py" in readers, "the search itself has gone blind"
