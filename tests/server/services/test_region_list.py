"""A year's list of codes comes in by two people, and cases of renumbered villages go on as before."""

from datetime import date

import pytest

from forms.catalogue import load_catalogue
from forms.region_list import RegionListFault
from server.domain.catalogue_version import VersionAction, VersionRefused
from server.services.region_list import propose_list, region_page
from server.services.tracking import find_progress
from tests import factories as make
from tests.forms.test_region import SINCE, YANLOU, as_rows
from tests.server.services.test_catalogue import HEAD, SECOND, WRITER, act

NEW_CODE = "450521100999"


def renumbered() -> list[tuple[str, str]]:
    lines = dict(as_rows())
    lines[NEW_CODE] = lines.pop(YANLOU)
    return list(lines.items())


def propose(installation, rows, actor=WRITER):
    with installation.begin() as work:
        return propose_list(work, actor, rows, SINCE)


def waiting_id(installation, actor=SECOND) -> str:
    with installation.look() as work:
        return region_page(work, actor).waiting.id


def test_a_list_is_in_force_when_a_second_person_let_it_out(installation):
    case = make.take_in(installation, make.enrolled_machine(installation))
    [change] = propose(installation, renumbered())
    assert change.kind == "recoded"
    version = waiting_id(installation)
    with pytest.raises(VersionRefused, match="不能由您自己复核"):
        act(installation, WRITER, version, VersionAction.PUBLISH)
    act(installation, SECOND, version, VersionAction.PUBLISH)
    with installation.look() as work:
        assert work.catalogue.regions.get(YANLOU).code == NEW_CODE
        assert find_progress(work, case.lookup_code).village_name == "合浦县廉州镇烟楼村"
    later = make.take_in(installation, make.enrolled_machine(installation))
    assert later.case_number


def test_what_a_list_changes_is_told_before_it_is_let_out(installation):
    propose(installation, renumbered())
    with installation.look() as work:
        page = region_page(work, SECOND)
        assert [change.sentence for change in page.changes] == [f"“烟楼村委会”的代码由 {YANLOU} 换成 {NEW_CODE}"]
        assert VersionAction.PUBLISH in page.actions
        assert VersionAction.PUBLISH not in region_page(work, WRITER).actions
        assert work.catalogue.regions.get(YANLOU).code == YANLOU
        assert page.counts == {"county": 4, "township": 30, "village": 437}


def test_a_list_that_changes_nothing_a_second_one_and_a_strangers_are_refused(installation):
    with pytest.raises(VersionRefused, match="没有要改的"):
        propose(installation, as_rows())
    with pytest.raises(VersionRefused, match="综控中心"):
        propose(installation, renumbered(), HEAD)
    with pytest.raises(RegionListFault):
        propose(installation, [])
    propose(installation, renumbered())
    with pytest.raises(VersionRefused, match="在等复核"):
        propose(installation, renumbered())


def test_a_returned_list_is_thrown_away_and_handed_in_anew(installation):
    propose(installation, renumbered())
    version = waiting_id(installation)
    act(installation, SECOND, version, VersionAction.RETURN, "少了铁山港区")
    act(installation, WRITER, version, VersionAction.DISCARD)
    assert propose(installation, renumbered())


def test_next_years_list_is_compared_with_this_years(installation):
    propose(installation, renumbered())
    act(installation, SECOND, waiting_id(installation), VersionAction.PUBLISH)
    with pytest.raises(VersionRefused, match="没有要改的"):
        propose(installation, renumbered())
    [back] = propose(installation, as_rows())
    assert back.kind == "recoded"
    assert load_catalogue().regions.get(YANLOU).code == YANLOU


def test_a_village_merged_in_a_renumbered_town_can_be_let_out(installation):
    """What every yearly list brings: the old code of an ended place no longer begins with its town's."""
    lines = dict(as_rows())
    lines.pop(YANLOU)
    for code in [code for code in lines if code.startswith("450521100")]:
        lines["450521150" + code[9:]] = lines.pop(code)
    propose(installation, list(lines.items()))
    act(installation, SECOND, waiting_id(installation), VersionAction.PUBLISH)
    with installation.look() as work:
        assert work.catalogue.regions.get(YANLOU).ended_on == SINCE
        assert work.catalogue.regions.get("450521100").code == "450521150"
        standing = region_page(work, SECOND).history[0]
    with pytest.raises(VersionRefused, match="不能暂停或取消"):
        act(installation, WRITER, standing.id, VersionAction.WITHDRAW, "试试")


def test_a_list_for_a_day_to_come_waits_for_that_day(installation):
    with pytest.raises(VersionRefused, match="还没到那一天"), installation.begin() as work:
        propose_list(work, WRITER, renumbered(), date(2099, 1, 1))
