"""A server's data folder with so many open cases on SQLite: a number of whole ones that are due, the others copies of one."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from secrets import token_urlsafe

from pypdf import PdfWriter

from forms.check import needed_materials
from forms.clock import FixedClock
from forms.identity import id_check_character, luhn_holds
from forms.packet import Agent, Manifest, describe_document, new_lookup_code, new_packet_id, seal_packet
from server.bootstrap import Installation, build_installation
from server.db.upgrade import upgrade
from server.domain.people import Role
from server.services.intake import open_sealed_packet, take_in_packet
from server.services.machine import Machine, enrol_machine, make_enrolment_code
from server.services.staff import create_staff
from server.settings import ServerSettings, WeChatSettings

VILLAGE, ITEM, AGENT = "450521100215", "MZ-008", Agent(sign_in_name="cun-daiban", display_name="陈示范")
TAKEN_IN_AT = datetime(2026, 9, 14, 1, tzinfo=UTC)  # 9:00 in Beihai, a Monday
DUE_AT = datetime(2026, 9, 16, 2, tzinfo=UTC)  # the township's yellow cards have fallen, nobody else's

# Each open case has the clocks and the log of a real one, under an id scattered as real ones are; its version of the item
# alone is left out, which no sweep reads of a case that is not due. They are due one to sixty days after the others.
_COPIES = """
WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < :cases)
INSERT INTO open_case SELECT i, printf('open%028x', (i * 2654435761) % 4294967296) FROM number;

INSERT INTO service_case (id, case_number, lookup_code, packet_id, item_version, {case_columns})
SELECT open_case.id, open_case.id, open_case.id, open_case.id, '{{}}', {case_columns}
FROM open_case, service_case WHERE service_case.id = :model;

INSERT INTO case_clock (id, case_id, next_check_at, {clock_columns})
SELECT case_clock.id + 1000 * open_case.i, open_case.id,
       strftime('%Y-%m-%d %H:%M:%S.000000', :due_at, '+' || (1 + open_case.i % 60) || ' days'), {clock_columns}
FROM open_case, case_clock WHERE case_clock.case_id = :model;

INSERT INTO clock_entry (case_id, clock_id, {entry_columns})
SELECT open_case.id, clock_entry.clock_id + 1000 * open_case.i, {entry_columns}
FROM open_case, clock_entry WHERE clock_entry.case_id = :model
"""


def lay_open_cases(folder: Path, cases: int, due: int) -> Installation:
    """An installation at `DUE_AT`, when `due` of its open cases have a card to be written down."""
    settings = ServerSettings(
        data_folder=folder, public_url="http://127.0.0.1:8000", session_secret="0" * 64, wechat=_NO_WECHAT
    )
    built = build_installation(settings)
    upgrade(built.engine)
    clock = FixedClock(TAKEN_IN_AT)
    installation = replace(built, tools=replace(built.tools, clock=clock))
    _take_in_due_ones(installation, due)
    built.engine.dispose()  # SQLite is left alone with one writer; the pool opens anew when it is asked
    _copy_one(folder / "hongye.sqlite3", cases - due)
    clock.move_to(DUE_AT)
    return installation


_NO_WECHAT = WeChatSettings(**dict.fromkeys(WeChatSettings.model_fields, "-" * 43))


def _take_in_due_ones(installation: Installation, due: int) -> None:
    with installation.begin() as work:
        machine = enrol_machine(work, make_enrolment_code(work, VILLAGE), "基准").machine
        create_staff(
            work,
            sign_in_name=AGENT.sign_in_name,
            display_name=AGENT.display_name,
            password=token_urlsafe(),
            role=Role.VILLAGE_AGENT,
            department="村级组织",
            region_code=VILLAGE,
        )
    for _ in range(due):
        _take_in_one(installation, machine)


def _take_in_one(installation: Installation, machine: Machine) -> None:
    tools, paper = installation.tools, _empty_page()
    wanted = needed_materials(tools.catalogue.get_item(ITEM), _ANSWERS)
    documents = tuple(
        describe_document(one.id, one.name, paper, len(one.page_names), TAKEN_IN_AT, True) for one in wanted
    )
    manifest = Manifest(
        packet_id=new_packet_id(),
        kind="application",
        item_code=ITEM,
        catalogue_digest=tools.catalogue.digest,
        lookup_code=new_lookup_code(),
        village_code=VILLAGE,
        machine_id=machine.id,
        agent=AGENT,
        visit_started_at=TAKEN_IN_AT,
        notice_sheet_printed_at=None,
        received_at=TAKEN_IN_AT,
        answers=_ANSWERS,
        documents=documents,
    )
    contents = {document.file_name: paper for document in documents}
    sealed = seal_packet(manifest, contents, tools.vault.packet_key.public_key())
    opened = open_sealed_packet(tools, sealed, manifest.packet_id)
    with installation.begin() as work:
        take_in_packet(work, opened, machine)


# 000 is no sequence number anybody was ever given.
_STEM = "45052119430315000"
_ANSWERS = {
    "applicant_name": "潘示例",
    "applicant_id": _STEM + id_check_character(_STEM),
    "phone": "13800000000",
    "address": "示范村民小组1号",
    "by_agent": False,
    "birth_date": "1943-03-15",
    "age_band": "80—89周岁",
    "emergency_contact": "潘试用 13900000000",
    "bank_holder": "潘示例",
    "bank_account": next(f"621700000000000000{last}" for last in range(10) if luhn_holds(f"621700000000000000{last}")),
    "promise": True,
}


def _empty_page() -> bytes:
    written = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(210, 297)
    writer.write(written)
    return written.getvalue()


def _copy_one(file: Path, cases: int) -> None:
    """In one sweep of SQL, nothing synced: what a power cut would take is only a measurement."""
    with closing(sqlite3.connect(file)) as database:
        database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000")
        database.execute("CREATE TEMP TABLE open_case (i INTEGER PRIMARY KEY, id TEXT)")
        [model] = database.execute("SELECT id FROM service_case LIMIT 1").fetchone()
        columns = {
            "case_columns": _others(database, "service_case", "id case_number lookup_code packet_id item_version"),
            "clock_columns": _others(database, "case_clock", "id case_id next_check_at"),
            "entry_columns": _others(database, "clock_entry", "id case_id clock_id"),
        }
        values = {"cases": cases, "model": model, "due_at": f"{DUE_AT:%Y-%m-%d %H:%M:%S}"}
        for statement in _COPIES.format(**columns).split(";"):
            database.execute(statement, values)
        database.commit()


def _others(database: sqlite3.Connection, table: str, named: str) -> str:
    """The columns that are copied as they stand."""
    found = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    return ", ".join(one for one in found if one not in named.split())
