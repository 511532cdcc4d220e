"""A machine fetches what is published over the real wire and then has exactly the server's catalogue."""

import pytest
import requests

from forms.catalogue import load_catalogue
from kiosk.catalogue_store import CatalogueStore
from kiosk.server_link import MachineCredentials, ServerLink
from server.app import create_app
from server.domain.catalogue_version import VersionAction
from server.services.catalogue import act_on_version, suspend_shipped
from server.services.machine import enrol_machine, make_enrolment_code
from server.services.service_point import state_point
from tests import factories as make
from tests.server.services.test_catalogue import SECOND, WRITER, drafted
from tests.serving import served


@pytest.fixture
def link(installation):
    with installation.begin() as work:
        enrolled = enrol_machine(work, make_enrolment_code(work, make.VILLAGE), "测试机")
    machine = MachineCredentials(
        machine_id=enrolled.machine.id,
        machine_secret=enrolled.secret,
        village_code=make.VILLAGE,
        village_name="合浦县廉州镇烟楼村",
        server_public_key="00" * 32,
        public_url="http://127.0.0.1",
    )
    with served(create_app(installation)) as url:
        yield ServerLink(url, machine)


def test_what_is_published_reaches_the_village_and_no_more_is_fetched(installation, link, tmp_path):
    store = CatalogueStore(tmp_path / "catalogue", load_catalogue())
    assert not store.refresh(link.status()["catalogue_digest"], link.catalogue)
    version = drafted(installation, fee="免费（已确认）")
    with installation.begin() as work:
        act_on_version(work, WRITER, version, VersionAction.SUBMIT)
        act_on_version(work, SECOND, version, VersionAction.PUBLISH)
        suspend_shipped(work, WRITER, "item", "SJ-002", VersionAction.SUSPEND, "等新办法")
    assert store.refresh(link.status()["catalogue_digest"], link.catalogue)
    assert store.get_item("MZ-008").fee == "免费（已确认）"
    assert "SJ-002" not in store.current.offered_items
    assert store.digest == link.status()["catalogue_digest"]
    assert not store.refresh(link.status()["catalogue_digest"], link.catalogue)


def test_the_status_tells_where_the_village_receives_people(installation, link):
    assert link.status()["service_point"] == {"place": None, "hours": None, "telephone": None}
    with installation.begin() as work:
        state_point(work, make.VILLAGE_AGENT, make.VILLAGE, "村委会一楼", "", "")
    assert link.status()["service_point"]["place"] == "村委会一楼"


def test_it_comes_packed_for_slow_lines_and_only_to_machines(link):
    url = link._server_url + "/kiosk/catalogue"
    answer = requests.get(url, auth=link._session.auth, timeout=10)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) * 3 < len(answer.content)
    assert requests.get(url, timeout=10).status_code == 401
