"""What the counter's tests share: a clock, a safe, a pretend server on a real port, and answers that hold."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from forms.catalogue import load_catalogue
from forms.clock import FixedClock
from forms.item import ServiceItem
from kiosk.safe import Safe
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
