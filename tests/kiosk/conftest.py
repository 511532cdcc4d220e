"""What the counter's tests share: a clock, a safe, a pretend server on a real port, and answers that hold."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from forms.catalogue import load_catalogue
from forms.clock import FixedClock
from forms.item import ServiceItem
from kiosk.agent import Kiosk
from kiosk.safe import Safe
from kiosk.settings import KioskSettings
from tests.kiosk.counter_visitor import SMALL, ScriptedEye, ScriptedReader, SmallCamera, Visitor
from tests.kiosk.power_cut import copy_of_disk
from tests.kiosk.pretend_server import PretendServer

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe.open(tmp_path / "safe.key")


@pytest.fixture
def server():
    running = PretendServer().start()
    yield running
    running.die()


@pytest.fixture(scope="session")
def old_age() -> ServiceItem:
    return load_catalogue().get_item("MZ-008")


@pytest.fixture(scope="session")
def good_answers(old_age: ServiceItem) -> dict:
    return {
        "applicant_name": "潘某珍",
        "applicant_id": "450521194303150008",
        "phone": "13900000000",
        "address": "合浦县样本镇样本村三组16号",
        "by_agent": False,
        "age_band": old_age.fields_by_id["age_band"].choices[0],
        "emergency_contact": "潘某 13900000001",
        "bank_holder": "潘某珍",
        "bank_account": "6900000000000000161",
        "promise": True,
    }


@pytest.fixture
def eye():
    return ScriptedEye()


@pytest.fixture
def reader():
    return ScriptedReader()


@pytest.fixture
def camera():
    return SmallCamera(SMALL)


@pytest.fixture
def start(tmp_path, server, eye, reader, camera):
    """Starts a kiosk on the same data folder, as often as wanted."""
    running = []

    def begin(**changes) -> Kiosk:
        wanted = {"data_folder": tmp_path / "data", "server_url": server.url, "screen_port": 0, "keep_free_mib": 1,
                  "status_every_seconds": 0.3, **changes.pop("settings", {})}  # fmt: skip
        kiosk = Kiosk(
            KioskSettings(**wanted), "ENROL-1", **{"camera": camera, "eye": eye, "read_page": reader, **changes}
        )
        kiosk.start()
        running.append(kiosk)
        return kiosk

    yield begin
    for kiosk in running:
        kiosk.close()


@pytest.fixture
def after_power_cut(start, tmp_path):
    """A kiosk on a copy of what lies on the disk this moment: what a power cut would leave."""

    def cut() -> Kiosk:
        copy_of_disk(tmp_path / "data", tmp_path / "after")
        return start(settings={"data_folder": tmp_path / "after"})

    return cut


@pytest.fixture
def visitor(start):
    return Visitor(start()).open().sign_in()


@pytest.fixture
def begun(visitor, good_answers):
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/answers", good_answers)
    return visitor
