"""Packets over real HTTP: taken exactly once, resumed after a broken line, refused with one clear sentence."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from tusclient.client import TusClient

from forms.packet import MAX_PACKET_BYTES, Agent, sha256_of
from server.app import create_app
from server.db.case import CaseRow
from server.services.machine import enrol_machine, make_enrolment_code
from tests import factories as make
from tests.serving import served


class Kiosk:
    """A machine's side of the wire, as plain as can be."""

    def __init__(self, url: str, credential: str, machine):
        self.url, self.machine = url, machine
        self.headers = {"Authorization": f"Machine {credential}", "Tus-Resumable": "1.0.0"}

    def create(self, length: int, **headers) -> requests.Response:
        packet = base64.b64encode(b"p").decode()
        stated = {"Upload-Length": str(length), "Upload-Metadata": f"packet_id {packet}", **headers}
        return requests.post(f"{self.url}/kiosk/uploads", headers={**self.headers, **stated}, timeout=10)

    def patch(self, address: str, offset: int, content: bytes) -> requests.Response:
        stated = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return requests.patch(self.url + address, data=content, headers={**self.headers, **stated}, timeout=10)

    def offset(self, address: str) -> int:
        return int(requests.head(self.url + address, headers=self.headers, timeout=10).headers["Upload-Offset"])

    def upload(self, content: bytes) -> str:
        address = self.create(len(content)).headers["Location"]
        assert self.patch(address, 0, content).status_code == 204
        return address.rsplit("/", 1)[1]

    def hand_in(self, packet_id: str, upload_id: str, content: bytes) -> requests.Response:
        body = {"upload_id": upload_id, "sha256": sha256_of(content)}
        return requests.put(f"{self.url}/kiosk/packets/{packet_id}", json=body, headers=self.headers, timeout=20)


@pytest.fixture
def kiosk(installation):
    with installation.begin() as work:
        enrolled = enrol_machine(work, make_enrolment_code(work, make.VILLAGE), "测试机")
    with served(create_app(installation)) as url:
        yield Kiosk(url, f"{enrolled.machine.id}.{enrolled.secret}", enrolled.machine)


def count_cases(installation) -> int:
    with installation.look() as work:
        return work.session.query(CaseRow).count()


def test_a_packet_handed_in_twice_opens_one_case_and_gets_one_answer(installation, kiosk):
    manifest, sealed = make.sealed_packet(installation, kiosk.machine)
    first = kiosk.hand_in(manifest.packet_id, kiosk.upload(sealed), sealed)
    again = kiosk.hand_in(manifest.packet_id, kiosk.upload(sealed), sealed)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert count_cases(installation) == 1


def test_sixteen_copies_at_once_open_one_case(installation, kiosk):
    manifest, sealed = make.sealed_packet(installation, kiosk.machine)
    uploads = [kiosk.upload(sealed) for _ in range(16)]
    answers: list[requests.Response] = []
    threads = [
        threading.Thread(target=lambda one=one: answers.append(kiosk.hand_in(manifest.packet_id, one, sealed)))
        for one in uploads
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.json()["case_number"] for answer in answers} == {"450521-20260914-0001"}
    assert count_cases(installation) == 1


def test_many_errands_of_one_new_resident_handed_in_at_once_are_all_taken(installation, kiosk):
    packets = [make.sealed_packet(installation, kiosk.machine) for _ in range(8)]
    uploads = [kiosk.upload(sealed) for _, sealed in packets]
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda one, upload: kiosk.hand_in(one[0].packet_id, upload, one[1]), packets, uploads))
    assert {answer.status_code for answer in answers} == {201}
    assert count_cases(installation) == 8


def test_a_broken_upload_goes_on_where_it_was(installation, kiosk):
    manifest, sealed = make.sealed_packet(installation, kiosk.machine)
    address = kiosk.create(len(sealed)).headers["Location"]
    kiosk.patch(address, 0, sealed[:1000])
    assert kiosk.offset(address) == 1000
    assert kiosk.patch(address, 0, sealed[:10]).status_code == 409
    assert kiosk.patch(address, 1000, sealed[1000:]).status_code == 204
    assert kiosk.hand_in(manifest.packet_id, address.rsplit("/", 1)[1], sealed).status_code == 201


def test_a_third_partys_tus_client_can_upload(installation, kiosk, tmp_path):
    manifest, sealed = make.sealed_packet(installation, kiosk.machine)
    path = tmp_path / "packet"
    path.write_bytes(sealed)
    client = TusClient(f"{kiosk.url}/kiosk/uploads", headers={"Authorization": kiosk.headers["Authorization"]})
    with path.open("rb") as stream:
        uploader = client.uploader(file_stream=stream, chunk_size=2048)
        uploader.upload()
    assert kiosk.hand_in(manifest.packet_id, uploader.url.rsplit("/", 1)[1], sealed).status_code == 201


@pytest.mark.parametrize(
    ("length", "status", "sentence"),
    [(0, 400, "0字节"), (100 * 1024 * 1024, 413, "超过64MB"), (MAX_PACKET_BYTES + 1, 413, "超过")],
)
def test_an_empty_or_too_large_upload_is_refused_in_one_sentence(kiosk, length, status, sentence):
    answer = kiosk.create(length)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert sentence in error["message"]
    assert error["reference"].startswith("E")


def test_more_bytes_than_stated_are_refused(kiosk):
    address = kiosk.create(10).headers["Location"]
    assert kiosk.patch(address, 0, b"x" * 11).status_code == 413


def refusal(kiosk, manifest, sealed) -> str:
    answer = kiosk.hand_in(manifest.packet_id, kiosk.upload(sealed), sealed)
    assert answer.status_code == 422
    return answer.json()["error"]["message"]


def test_a_packet_damaged_on_the_way_is_refused(installation, kiosk):
    manifest, sealed = make.sealed_packet(installation, kiosk.machine)
    damaged = sealed[:-5] + bytes([sealed[-5] ^ 1]) + sealed[-4:]
    assert "损坏" in refusal(kiosk, manifest, damaged)
    assert count_cases(installation) == 0


def test_a_packet_whose_hash_is_another_files_is_refused(installation, kiosk):
    manifest, sealed = make.sealed_packet(installation, kiosk.machine)
    answer = kiosk.hand_in(manifest.packet_id, kiosk.upload(sealed), sealed + b"x")
    assert answer.status_code == 422
    assert "校验值" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"answers": make.answers_for(applicant_id="450521194303150001")}, "校验位"),
        ({"stated_item": "ZZ-999"}, "没有编码"),
        ({"machine_id": "another"}, "不是这台电脑"),
        ({"agent": Agent(sign_in_name="nobody", display_name="无名")}, "不是本村登记的代办员"),
        ({"kind": "correction", "case_number": "450521-20260914-9999"}, "没有找到要补正的办件"),
        ({"only": {"id_card"}}, "还不齐"),
    ],
)
def test_what_is_wrong_inside_a_packet_is_said(installation, kiosk, changes, sentence):
    manifest, sealed = make.sealed_packet(installation, kiosk.machine, **dict(changes))
    assert sentence in refusal(kiosk, manifest, sealed)
    assert count_cases(installation) == 0


def test_nobody_resumes_another_machines_upload(installation, kiosk):
    address = kiosk.create(100).headers["Location"]
    stranger = another_machine(installation, kiosk, make.VILLAGE)
    assert stranger.patch(address, 0, b"x").status_code == 404


def another_machine(installation, kiosk, village: str) -> Kiosk:
    with installation.begin() as work:
        other = enrol_machine(work, make_enrolment_code(work, village), "另一台")
    return Kiosk(kiosk.url, f"{other.machine.id}.{other.secret}", other.machine)


def test_another_village_learns_nothing_of_a_packet_by_its_number(installation, kiosk):
    manifest, sealed = make.sealed_packet(installation, kiosk.machine)
    kiosk.hand_in(manifest.packet_id, kiosk.upload(sealed), sealed)
    stranger = another_machine(installation, kiosk, "450502001003")
    answer = stranger.hand_in(manifest.packet_id, "none", b"")
    assert answer.status_code == 404
    assert manifest.lookup_code not in answer.text


def test_an_upload_whose_bytes_a_power_cut_took_begins_anew_instead_of_leaving_a_hole(installation, kiosk, tmp_path):
    address = kiosk.create(2000).headers["Location"]
    assert kiosk.patch(address, 0, b"x" * 1000).status_code == 204
    (tmp_path / "uploads" / address.rsplit("/", 1)[1]).write_bytes(b"x" * 10)
    assert kiosk.patch(address, 1000, b"x" * 1000).status_code == 404


def test_a_number_with_a_nul_in_it_is_no_number_on_either_database(kiosk):
    assert kiosk.hand_in("%00", "none", b"").status_code == 404


def test_only_an_upload_may_be_long(kiosk):
    body = {"enrolment_code": "x" * 2_000_000}
    answer = requests.post(f"{kiosk.url}/kiosk/enrol", json=body, timeout=10)
    assert answer.status_code == 413
    assert kiosk.upload(b"x" * 3_000_000)


def test_an_enrolment_code_works_once(installation, kiosk):
    with installation.begin() as work:
        code = make_enrolment_code(work, make.VILLAGE)
    body = {"enrolment_code": code, "machine_name": "村里电脑"}
    first = requests.post(f"{kiosk.url}/kiosk/enrol", json=body, timeout=10)
    again = requests.post(f"{kiosk.url}/kiosk/enrol", json=body, timeout=10)
    assert (first.status_code, again.status_code) == (201, 403)
    assert "用过了" in again.json()["error"]["message"]


def test_no_personal_data_is_in_the_clear_on_the_servers_disk(installation, kiosk, tmp_path):
    manifest, sealed = make.sealed_packet(installation, kiosk.machine)
    assert kiosk.hand_in(manifest.packet_id, kiosk.upload(sealed), sealed).status_code == 201
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for secret in (make.FICTITIOUS_ID, make.FICTITIOUS_NAME, make.LUHN_CARD, "%PDF"):
        assert not any(secret.encode() in content for content in files), secret
