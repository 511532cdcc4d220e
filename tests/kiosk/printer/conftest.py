"""One print hall for the whole folder: opening it costs more than a print."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.kiosk.printer.print_hall import PrintHall, missing, must_be_there, print_hall


@pytest.fixture(scope="session")
def opened_hall():
    if absent := missing():
        told = f"not installed: {', '.join(absent)} (scripts/system-packages.sh test)"
        assert not must_be_there(), told
        pytest.skip(told)
    if not must_be_there():
        pytest.skip("a CUPS of one's own is opened as root on Debian only")
    # pytest's own folder is closed to the user CUPS works as.
    folder = Path(tempfile.mkdtemp(prefix="hall-"))
    with print_hall(folder) as hall:
        yield hall
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def hall(opened_hall: PrintHall):
    """The hall, in order again after each test."""
    yield opened_hall
    opened_hall.mend()


@pytest.fixture(scope="session")
def sheet() -> bytes:
    """A real 一次性告知单."""
    from forms.catalogue import load_catalogue
    from kiosk.catalogue_store import CatalogueStore
    from kiosk.screen.paper import VillagePaper
    from kiosk.service_point import KeptServicePoint
    from tests.kiosk.conftest import START

    folder = Path(tempfile.mkdtemp(prefix="sheet-"))
    catalogue = CatalogueStore(folder, load_catalogue())
    paper = VillagePaper(catalogue, KeptServicePoint(folder / "place.json"), "样本村", "https://a.example")
    made = paper.notice_sheet(catalogue.get_item("MZ-008"), {}, {}, START)
    shutil.rmtree(folder)
    return made
