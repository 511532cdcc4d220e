"""Two rooms of screens over a real installation, and a village's case driven by the services to where a test needs it."""

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from forms.check import questions
from forms.clock import FixedClock
from forms.item import Answers, ServiceItem
from forms.packet import describe_document
from forms.render.bundle import PageImage, bundle_pages
from server.app import create_app
from server.bootstrap import Installation, build_installation
from server.db.public_notice import list_expired_notice_ids
from server.domain.correction import CorrectionPoint, CorrectionReason
from server.domain.people import Actor, Desk, Role
from server.domain.review import Verdict
from server.services import review, staff
from server.services.correction import request_correction
from server.services.desk import get_case_to_act
from server.services.intake import OpenedPacket, take_in_packet
from server.services.machine import Machine
from server.services.notice_expiry import end_expired_notice
from server.services.staff import create_staff
from server.web.console import sign_in
from server.web.public import guides, policies, progress
from server.web.public import rate as rate_pages
from server.web.webkit.rate import RateLimit
from tests.factories import (
    COUNTY,
    FICTITIOUS_ID,
    MONDAY_MORNING,
    TOWNSHIP,
    VILLAGE,
    answers_for,
    enrolled_machine,
    manifest_for,
    settings_in,
)

PASSWORD = "a long and quiet password 7"
# argon2id as in the product, with little work; how the product hashes has a test of its own.
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NAME = "潘示例"

# An account a desk; some are at no desk of the item, to try what must stay hidden.
PEOPLE = {
    "agent": Actor("agent", "陈示范", Role.VILLAGE_AGENT, Desk("村级组织", VILLAGE)),
    "counter": Actor("counter", "林演示", Role.TOWNSHIP_COUNTER, Desk("民政", TOWNSHIP)),
    "police": Actor("police", "黄样本", Role.DEPARTMENT_REVIEWER, Desk("公安", COUNTY)),
    "head": Actor("head", "李练习", Role.DEPARTMENT_HEAD, Desk("民政", COUNTY)),
    "deputy": Actor("deputy", "周示例", Role.DEPARTMENT_HEAD, Desk("民政", COUNTY)),
    "stranger": Actor("stranger", "何旁人", Role.DEPARTMENT_HEAD, Desk("税务", COUNTY)),
    "centre": Actor("centre", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500")),
    "second": Actor("second", "乙示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500")),
    "supervisor": Actor("supervisor", "张模拟", Role.SUPERVISOR, Desk("督查", COUNTY)),
    "disabled_town": Actor("disabled_town", "梁示例", Role.TOWNSHIP_COUNTER, Desk("残联", TOWNSHIP)),
    "disabled_county": Actor("disabled_county", "罗示例", Role.DEPARTMENT_HEAD, Desk("残联", COUNTY)),
}


@cache
def document_pdf(pages: int) -> bytes:
    """A real PDF with pictures, as the kiosk makes it."""
    sheets = []
    for number in range(pages):
        picture = io.BytesIO()
        Image.new("RGB", (500, 350), (255, 252 - 12 * number, 238)).save(picture, "JPEG")
        sheets.append(PageImage(picture.getvalue(), 150, 105))
    return bundle_pages(sheets, title="材料")


def any_answers(item: ServiceItem) -> Answers:
    """Every question of any item answered with something of its kind."""
    known = answers_for()
    sample = {"text": "3", "id_number": FICTITIOUS_ID, "phone": "13800000000", "address": "样板队1号", "money": "620"}
    sample |= {"date": "1943-03-15", "bank_account": known["bank_account"], "textarea": "样例。", "bool": False}
    answers = {
        entry.id: entry.choices[0] if entry.type == "choice" else sample[entry.type] for entry in item.form_fields
    }
    unneeded = {material.question: False for material in questions(item)}
    return answers | unneeded | {"applicant_name": NAME, "promise": True}


@dataclass
class World:
    """One installation with its people, and the errands that bring a case along."""

    installation: Installation
    machine: Machine
    clock: FixedClock
    lookup_codes: dict[str, str] = field(default_factory=dict)

    def new_case(self, item_code: str = "MZ-008", **answers: object) -> str:
        """Hand a complete packet in at the village; the case number."""
        item = self.installation.tools.catalogue.get_item(item_code)
        documents = tuple(self._document(material) for material in item.materials if self._is_brought(material))
        known = (answers_for() if item_code == "MZ-008" else any_answers(item)) | answers
        manifest = manifest_for(
            self.installation, self.machine, documents=documents, item_code=item_code, answers=known
        )
        with self.installation.begin() as work:
            sheets = {document.material_id: document.pages for document in documents}
            taken = take_in_packet(work, OpenedPacket(manifest, sheets), self.machine)
        self.lookup_codes[taken.case_number] = taken.lookup_code
        return taken.case_number

    def _is_brought(self, material) -> bool:
        return material.source != "department" and not material.condition

    def _document(self, material):
        pages = len(material.page_names)
        pdf = document_pdf(pages)
        described = describe_document(material.id, material.name, pdf, pages, self.clock.now(), True)
        self.installation.tools.blobs.put(described.sha256, pdf)
        return described

    def act(self, case_number: str, name: str, errand: Callable, *given: object) -> None:
        with self.installation.begin() as work:
            errand(work, get_case_to_act(work, PEOPLE[name], case_number), PEOPLE[name], *given)

    def verify(self, number: str) -> None:
        self.act(number, "counter", review.verify_case, "材料齐全，年龄属实。")

    def correct(self, number: str, note: str = "照片反光，请重拍。") -> None:
        self.act(number, "counter", request_correction, [CorrectionPoint("id_card", CorrectionReason.UNCLEAR, note)])

    def review(self, number: str) -> None:
        self.act(number, "police", review.give_verdict, Verdict.AGREE, "户籍属实。")
        self.act(number, "head", review.give_verdict, Verdict.AGREE, "没有重复享受。")

    def pass_days(self, days: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(days=days))

    def end_notices(self) -> None:
        """Let the days of the open notices pass."""
        self.pass_days(9)
        with self.installation.begin() as work:
            for notice_id in list_expired_notice_ids(work.session, work.today):
                end_expired_notice(work, notice_id)

    def case_in_review(self) -> str:
        number = self.new_case()
        self.verify(number)
        return number

    def case_in_notice(self) -> str:
        number = self.case_in_review()
        self.review(number)
        return number

    def case_to_decide(self) -> str:
        number = self.case_in_notice()
        self.end_notices()
        return number

    def closed_case(self) -> str:
        number = self.case_to_decide()
        self.act(
            number, "head", review.approve_case, "符合条件。", {"补助标准或金额": "每月80元", "起始年月": "2026年10月"}
        )
        self.act(number, "counter", review.issue_result, "从10月起发。")
        return number

    def rejected_case(self) -> str:
        number = self.case_to_decide()
        self.act(number, "head", review.reject_case, "户籍已经迁出本市，请向迁入地申请。")
        return number


@pytest.fixture(scope="session")
def staffed_sqlite(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A database with everybody's account, made once; each page's test signs in several times, so with little work."""
    folder = tmp_path_factory.mktemp("staffed")
    (folder / "hongye.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    built = build_installation(settings_in(folder))
    installation = replace(built, tools=replace(built.tools, clock=FixedClock(MONDAY_MORNING)))
    with pytest.MonkeyPatch.context() as patch, installation.begin() as work:
        patch.setattr(staff, "_hasher", QUICK_HASHER)
        for name, person in PEOPLE.items():
            create_staff(
                work,
                sign_in_name=name,
                display_name=person.display_name,
                password=PASSWORD,
                role=person.role,
                department=person.desk.department,
                region_code=person.desk.region_code,
            )
    installation.engine.dispose()
    return folder / "hongye.sqlite3"


@pytest.fixture
def world(tmp_path: Path, staffed_sqlite: Path, clock: FixedClock) -> Iterator[World]:
    (tmp_path / "hongye.sqlite3").write_bytes(staffed_sqlite.read_bytes())
    built = build_installation(settings_in(tmp_path))
    installation = replace(built, tools=replace(built.tools, clock=clock))
    yield World(installation, enrolled_machine(installation), clock)
    installation.engine.dispose()


@pytest.fixture
def app(world: World, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(staff, "_hasher", QUICK_HASHER)
    # Every test starts with empty windows; the limits have a test of their own.
    monkeypatch.setattr(sign_in, "_sign_ins", RateLimit(20, 60))
    monkeypatch.setattr(guides, "_sheets", RateLimit(30, 60))
    monkeypatch.setattr(policies, "_sheets", RateLimit(30, 60))
    monkeypatch.setattr(progress, "_lookups", RateLimit(30, 60))
    monkeypatch.setattr(progress, "_misses", RateLimit(20, 60))
    monkeypatch.setattr(rate_pages, "_misses", RateLimit(20, 60))
    return create_app(world.installation)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The same pages on a real port, for a real browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    """A villager's browser."""
    return app.test_client()


class Official:
    """An official's browser: sends forms with the token its page holds."""

    def __init__(self, app: Flask, name: str):
        self.client = app.test_client()
        self.name = name

    def token(self, path: str = "/console/") -> str:
        page = self.client.get(path).get_data(as_text=True)
        return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def sign_in(self, password: str = PASSWORD, back: str = "") -> TestResponse:
        form = {"csrf_token": self.token("/console/sign-in"), "sign_in_name": self.name, "password": password}
        return self.client.post("/console/sign-in", data=form | ({"next": back} if back else {}))

    def read(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def send(self, path: str, form: dict[str, object] | None = None) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **(form or {})})

    def act(self, number: str, action: str, **form: object) -> TestResponse:
        """From a page just opened, unless `seen` says which state of the case the page showed."""
        return self.send(f"/console/cases/{number}/actions/{action}", {"seen": self.seen(number), **form})

    def seen(self, number: str) -> str:
        page = self.client.get(f"/console/cases/{number}").get_data(as_text=True)
        return page.partition('data-seen="')[2].partition('"')[0]


@pytest.fixture
def official(app: Flask) -> Callable[[str], Official]:
    def signed_in(name: str) -> Official:
        someone = Official(app, name)
        assert someone.sign_in().status_code == 303
        return someone

    return signed_in


@pytest.fixture
def centre(official) -> tuple[Official, Official]:
    """Two people of the control centre: what one writes the other lets out."""
    return official("centre"), official("second")
