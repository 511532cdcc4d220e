"""Makes the people, packets and cases tests need; everybody in them is invented."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pypdf import PdfWriter

from forms.check import needed_materials
from forms.identity import id_check_character, luhn_holds
from forms.item import Answers, ServiceItem
from forms.packet import Agent, Manifest, describe_document, new_lookup_code, new_packet_id, seal_packet
from server.bootstrap import Installation
from server.db.staff import find_staff_by_name
from server.domain.people import Actor, Desk, Role
from server.services.intake import TakenIn, open_sealed_packet, take_in_packet
from server.services.machine import Machine, enrol_machine, make_enrolment_code
from server.services.staff import create_staff
from server.settings import ServerSettings, WeChatSettings

VILLAGE = "450521100215"
TOWNSHIP = "450521100"
COUNTY = "450521"
MONDAY_MORNING = datetime(2026, 9, 14, 1, 12, tzinfo=UTC)  # 9:12 in Beihai

# 000 is no sequence number anybody was ever given.
FICTITIOUS_ID = "45052119430315000" + id_check_character("45052119430315000")
FICTITIOUS_NAME = "潘示例"
LUHN_CARD = next(f"621700000000000000{last}" for last in range(10) if luhn_holds(f"621700000000000000{last}"))

TOWNSHIP_CIVIL = Actor("zhen-mz", "林演示", Role.TOWNSHIP_COUNTER, Desk("民政", TOWNSHIP))
COUNTY_POLICE = Actor("xian-ga", "黄样本", Role.DEPARTMENT_REVIEWER, Desk("公安", COUNTY))
COUNTY_CIVIL = Actor("xian-mz", "吴试用", Role.DEPARTMENT_REVIEWER, Desk("民政", COUNTY))
COUNTY_HEAD = Actor("xian-mz-shenpi", "李练习", Role.DEPARTMENT_HEAD, Desk("民政", COUNTY))
VILLAGE_AGENT = Actor("cun-daiban", "陈示范", Role.VILLAGE_AGENT, Desk("村级组织", VILLAGE))
SUPERVISOR = Actor("xian-jiancha", "张模拟", Role.SUPERVISOR, Desk("电子监察", COUNTY))


def settings_in(folder: Path, database_url: str | None = None, **changes) -> ServerSettings:
    wechat = WeChatSettings(
        api_base="http://127.0.0.1:9",
        official_app_id="wx0000000000000001",
        official_secret="secret-of-the-account",
        official_token="token-of-the-account",
        official_aes_key="A" * 43,
        miniprogram_app_id="wx0000000000000002",
        miniprogram_secret="secret-of-the-miniprogram",
        progress_template_id="progress",
    )
    stated = {
        "data_folder": folder,
        "public_url": "http://127.0.0.1:8000",
        "database_url": database_url,
        "session_secret": "0" * 64,
        "secure_cookies": False,
        "wechat": wechat,
    }
    return ServerSettings(**{**stated, **changes})


def answers_for(item_code: str = "MZ-008", **changes) -> Answers:
    """Complete answers; only MZ-008's are known here."""
    assert item_code == "MZ-008"
    return {
        "applicant_name": FICTITIOUS_NAME,
        "applicant_id": FICTITIOUS_ID,
        "phone": "13800000000",
        "address": "合浦县廉州镇烟楼村委会样板队1号",
        "by_agent": False,
        "birth_date": "1943-03-15",
        "age_band": "80—89周岁",
        "emergency_contact": "潘试用 13900000000",
        "bank_holder": FICTITIOUS_NAME,
        "bank_account": LUHN_CARD,
        "promise": True,
        **changes,
    }


def a_pdf(words: str) -> bytes:
    """One empty page whose title makes it unlike any other."""
    writer = PdfWriter()
    writer.add_blank_page(210, 297)
    writer.add_metadata({"/Title": words})
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def documents_for(
    item: ServiceItem, at: datetime, only: set[str] | None = None, mark: str = "", answers: Answers | None = None
):
    """What this applicant must show, or `only` those named."""
    wanted = only or {material.id for material in needed_materials(item, answers or {})}
    documents, contents = [], {}
    for material in (material for material in item.materials if material.id in wanted):
        content = a_pdf(f"{material.id}{mark}")
        document = describe_document(material.id, material.name, content, len(material.page_names), at, True)
        documents.append(document)
        contents[document.file_name] = content
    return tuple(documents), contents


def enrolled_machine(installation: Installation, village: str = VILLAGE) -> Machine:
    with installation.begin() as work:
        return enrol_machine(work, make_enrolment_code(work, village), "测试机").machine


def agent_account(installation: Installation, village: str) -> Agent:
    """The village's agent, with an account; made on first use."""
    with installation.begin() as work:
        if find_staff_by_name(work.session, VILLAGE_AGENT.account_id) is None:
            create_staff(
                work,
                sign_in_name=VILLAGE_AGENT.account_id,
                display_name=VILLAGE_AGENT.display_name,
                password="a long enough password",
                role=Role.VILLAGE_AGENT,
                department="村级组织",
                region_code=village,
            )
    return Agent(sign_in_name=VILLAGE_AGENT.account_id, display_name=VILLAGE_AGENT.display_name)


def manifest_for(installation: Installation, machine: Machine, *, documents, **changes) -> Manifest:
    now = installation.tools.clock.now()
    stated = {
        "packet_id": new_packet_id(),
        "kind": "application",
        "item_code": "MZ-008",
        "catalogue_digest": installation.tools.catalogue.digest,
        "lookup_code": new_lookup_code(),
        "village_code": machine.village_code,
        "machine_id": machine.id,
        "agent": agent_account(installation, machine.village_code),
        "visit_started_at": now,
        "notice_sheet_printed_at": now,
        "received_at": now,
        "answers": answers_for(),
        "documents": documents,
    }
    return Manifest(**{**stated, **changes})


def sealed_packet(installation: Installation, machine: Machine, **changes) -> tuple[Manifest, bytes]:
    """A complete MZ-008 application, or what `changes` makes of it; `stated_item` is a code the manifest lies about."""
    item = installation.tools.catalogue.get_item(changes.get("item_code", "MZ-008"))
    only = changes.pop("only", None)
    if stated := changes.pop("stated_item", None):
        changes["item_code"] = stated
    documents, contents = documents_for(item, installation.tools.clock.now(), only, uuid4().hex, changes.get("answers"))
    manifest = manifest_for(installation, machine, documents=documents, **changes)
    return manifest, seal_packet(manifest, contents, installation.tools.vault.packet_key.public_key())


def take_in(installation: Installation, machine: Machine, **changes) -> TakenIn:
    """A case opened the way a kiosk opens it."""
    manifest, sealed = sealed_packet(installation, machine, **changes)
    opened = open_sealed_packet(installation.tools, sealed, manifest.packet_id)
    with installation.begin() as work:
        return take_in_packet(work, opened, machine)


def with_wechat(installation: Installation, **changes) -> Installation:
    """The same installation with other WeChat settings."""
    wechat = installation.tools.settings.wechat.model_copy(update=changes)
    settings = installation.tools.settings.model_copy(update={"wechat": wechat})
    return replace(installation, tools=replace(installation.tools, settings=settings))
