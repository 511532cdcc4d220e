"""A whole installation on a temporary database, and a village's case driven by the services to where a test needs it."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image

from forms.clock import FileClock
from forms.item import ServiceItem
from forms.packet import Agent, Manifest, describe_document, new_lookup_code, new_packet_id
from forms.render.bundle import PageImage, bundle_pages
from server.bootstrap import Installation, build_installation
from server.db.upgrade import upgrade
from server.domain.correction import CorrectionPoint, CorrectionReason
from server.domain.people import Actor, Desk, Role
from server.domain.review import Verdict
from server.services import review
from server.services.correction import request_correction
from server.services.desk import get_case_to_act
from server.services.intake import OpenedPacket, take_in_packet
from server.services.machine import Machine, enrol_machine, make_enrolment_code
from server.services.notice_expiry import end_expired_notice
from server.services.staff import create_staff
from server.settings import ServerSettings, WeChatSettings
from server.web.console import console_blueprint
from server.web.public import public_blueprint
from server.web.webkit.assets import install_assets
from server.web.webkit.errors import install_errors
from server.web.webkit.guards import install_guards
from server.web.webkit.installation import KEY
from server.web.webkit.rate import RateLimit
from server.web.webkit.staff_session import check_staff

VILLAGE, TOWN, COUNTY = "450521100201", "450521100", "450521"
PASSWORD = "a long and quiet password 7"
NOON = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)
APPLICANT, ID_NUMBER, PHONE, ACCOUNT = "潘秀兰", "450521194303150026", "13877990001", "621700123456789"

PEOPLE = {
    "agent": ("陈代办", Role.VILLAGE_AGENT, "村级组织", VILLAGE),
    "counter": ("李经办", Role.TOWNSHIP_COUNTER, "民政", TOWN),
    "police": ("周户籍", Role.DEPARTMENT_REVIEWER, "公安", COUNTY),
    "head": ("吴审批", Role.DEPARTMENT_HEAD, "民政", COUNTY),
    "stranger": ("何残联", Role.DEPARTMENT_HEAD, "残联", COUNTY),
    "supervisor": ("严监察", Role.SUPERVISOR, "督查", COUNTY),
}


def actor(name: str) -> Actor:
    display_name, role, department, region = PEOPLE[name]
    return Actor(name, display_name, role, Desk(department, region))


def answers_for(item: ServiceItem) -> dict:
    """Every question answered, with an invented answer of its kind."""
    sample = {
        "text": "3",
        "id_number": ID_NUMBER,
        "phone": PHONE,
        "address": "廉州镇烟楼村第三村民小组18号",
        "date": "1943-03-15",
        "money": "620",
        "bank_account": ACCOUNT,
        "textarea": "患风湿多年，不能下地干活。",
        "bool": False,
    }
    answers = {f.id: f.choices[0] if f.type == "choice" else sample[f.type] for f in item.form_fields}
    answers |= {material.question: False for material in item.materials}
    return answers | {"applicant_name": APPLICANT, "promise": True}


def document_pdf(pages: int) -> bytes:
    sheets = []
    for number in range(pages):
        picture = io.BytesIO()
        Image.new("RGB", (400, 560), (255, 255 - 40 * number, 240)).save(picture, "JPEG")
        sheets.append(PageImage(picture.getvalue(), 105, 148))
    return bundle_pages(sheets, title="材料")


@dataclass
class World:
    """One installation with its people, and the errands that bring a case along."""

    installation: Installation
    machine: Machine
    clock: FileClock
    lookup_codes: dict[str, str] = field(default_factory=dict)

    def new_case(self, code: str = "MZ-008", name: str = APPLICANT) -> str:
        """Hand a complete packet in at the village; the case number."""
        tools = self.installation.tools
        item = tools.catalogue.get_item(code)
        answers = answers_for(item) | {"applicant_name": name}
        now = tools.clock.now()
        documents = []
        for material in item.materials:
            if material.source == "department" or material.condition:
                continue
            pdf = document_pdf(len(material.page_names))
            described = describe_document(material.id, material.name, pdf, len(material.page_names), now, True)
            tools.blobs.put(described.sha256, pdf)
            documents.append(described)
        manifest = Manifest(
            packet_id=new_packet_id(),
            kind="application",
            item_code=code,
            catalogue_digest=tools.catalogue.digest,
            lookup_code=new_lookup_code(),
            village_code=VILLAGE,
            machine_id=self.machine.id,
            agent=Agent(sign_in_name="agent", display_name="陈代办"),
            visit_started_at=now,
            notice_sheet_printed_at=None,
            received_at=now,
            answers=answers,
            documents=tuple(documents),
        )
        with self.installation.begin() as work:
            taken = take_in_packet(work, OpenedPacket(manifest), self.machine)
        self.lookup_codes[taken.case_number] = taken.lookup_code
        return taken.case_number

    def act(self, case_number: str, name: str, errand, *given) -> None:
        with self.installation.begin() as work:
            errand(work, get_case_to_act(work, actor(name), case_number), actor(name), *given)

    def verify(self, number: str) -> None:
        self.act(number, "counter", review.verify_case, "材料齐全，年龄属实。")

    def correct(self, number: str, note: str = "照片反光，请重拍。") -> None:
        self.act(number, "counter", request_correction, [CorrectionPoint("id_card", CorrectionReason.UNCLEAR, note)])

    def review(self, number: str) -> None:
        self.act(number, "police", review.give_verdict, Verdict.AGREE, "户籍属实。")
        self.act(number, "head", review.give_verdict, Verdict.AGREE, "没有重复享受。")

    def end_notice(self) -> None:
        """Let nine days pass and the open notices run out."""
        self.clock.move_to(datetime(2026, 11, 21, 4, 0, tzinfo=UTC))
        from server.db.public_notice import list_expired_notice_ids

        with self.installation.begin() as work:
            for notice_id in list_expired_notice_ids(work.session, work.today):
                end_expired_notice(work, notice_id)

    def to_decision(self) -> str:
        number = self.new_case()
        self.verify(number)
        self.review(number)
        self.end_notice()
        return number

    def to_the_end(self) -> str:
        number = self.to_decision()
        stated = {"补助标准或金额": "每月80元", "起始年月": "2026年12月"}
        self.act(number, "head", review.approve_case, "符合条件。", stated)
        self.act(number, "counter", review.issue_result, "从2026年12月起发。")
        return number


@pytest.fixture
def world(tmp_path) -> World:
    clock = FileClock(tmp_path / "clock.json")
    clock.move_to(NOON)
    settings = ServerSettings(
        data_folder=tmp_path / "data",
        public_url="http://127.0.0.1:8000",
        session_secret="a secret for tests " * 3,
        secure_cookies=False,
        clock_file=tmp_path / "clock.json",
        wechat=WeChatSettings(
            official_app_id="wx0fficia1",
            official_secret="official-secret-for-tests",
            official_token="token-for-tests",
            official_aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFE",
            miniprogram_app_id="wxminiprogram",
            miniprogram_secret="miniprogram-secret-for-tests",
            progress_template_id="progress",
        ),
    )
    installation = build_installation(settings)
    upgrade(installation.engine)
    with installation.begin() as work:
        machine = enrol_machine(work, make_enrolment_code(work, VILLAGE), "烟楼村一号").machine
        for name, (display_name, role, department, region) in PEOPLE.items():
            create_staff(
                work,
                sign_in_name=name,
                display_name=display_name,
                password=PASSWORD,
                role=role,
                department=department,
                region_code=region,
            )
    yield World(installation, machine, clock)
    installation.engine.dispose()


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    """Every test starts with empty windows; the limits themselves have a test of their own."""
    from server.web.console import sign_in
    from server.web.public import guides, progress

    monkeypatch.setattr(sign_in, "_sign_ins", RateLimit(20, 60))
    monkeypatch.setattr(guides, "_sheets", RateLimit(30, 60))
    monkeypatch.setattr(progress, "_lookups", RateLimit(30, 60))
    monkeypatch.setattr(progress, "_misses", RateLimit(20, 60))


@pytest.fixture
def app(world) -> Flask:
    app = Flask("server.web", static_folder=None)
    app.extensions[KEY] = world.installation
    app.json.ensure_ascii = False
    install_errors(app, as_json=lambda: False)
    install_guards(app, {"staff": check_staff})
    install_assets(app)
    app.register_blueprint(console_blueprint())
    app.register_blueprint(public_blueprint())
    return app


@pytest.fixture
def phone(app):
    """A villager's browser."""
    return app.test_client()


class Official:
    """A signed-in official's browser: sends forms with the token the page holds."""

    def __init__(self, app: Flask, name: str):
        self.client = app.test_client()
        self.name = name

    def token(self, path: str = "/console/") -> str:
        page = self.client.get(path).get_data(as_text=True)
        return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def sign_in(self, password: str = PASSWORD, back: str = ""):
        form = {"csrf_token": self.token("/console/sign-in"), "sign_in_name": self.name, "password": password}
        return self.client.post("/console/sign-in", data=form | ({"next": back} if back else {}))

    def get(self, path: str):
        return self.client.get(path)

    def read(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def send(self, path: str, **form):
        return self.client.post(path, data={"csrf_token": self.token(), **form})

    def act(self, number: str, action: str, **form):
        return self.send(f"/console/cases/{number}/actions/{action}", **form)


@pytest.fixture
def official(app):
    def signed_in(name: str) -> Official:
        someone = Official(app, name)
        assert someone.sign_in().status_code == 303
        return someone

    return signed_in


def new_id() -> str:
    return uuid4().hex
