"""The village's own place, hours and telephone stand on its sheets, also when there is no line."""

import pytest

from forms.service_point import ServicePoint
from kiosk.service_point import KeptServicePoint

TOLD = {"place": "村委会一楼", "hours": "逢圩日", "telephone": "0779-7200000"}


def test_what_the_server_told_is_kept_over_a_restart(tmp_path):
    file = tmp_path / "service_point.json"
    assert KeptServicePoint(file).point == ServicePoint()
    KeptServicePoint(file).keep(TOLD)
    assert KeptServicePoint(file).point == ServicePoint("村委会一楼", "逢圩日", "0779-7200000")


@pytest.mark.parametrize("told", [None, "?", 7, []])
def test_a_server_that_says_nothing_of_it_changes_nothing(tmp_path, told):
    kept = KeptServicePoint(tmp_path / "service_point.json")
    kept.keep(TOLD)
    kept.keep(told)
    assert kept.point.hours == "逢圩日"


def test_a_file_broken_by_a_power_cut_is_as_none(tmp_path):
    file = tmp_path / "service_point.json"
    file.write_bytes(b"{")
    assert KeptServicePoint(file).point == ServicePoint()
