"""A batch case with its roster for the tests that need one; everybody in it is invented."""

import io
from decimal import Decimal

from openpyxl import Workbook, load_workbook

from forms.identity import id_check_character, luhn_holds
from server.bootstrap import Installation
from server.domain.people import Actor, Desk, Role
from server.domain.roster_entry import columns_of
from server.services import roster
from server.services.desk import get_case_to_act
from server.services.roster import get_roster_case
from server.services.staff import create_staff
from tests import factories as make
from tests.server.services.test_every_item import complete_answers

FARM_TOWN = Actor("zhen-ny", "韦演示", Role.TOWNSHIP_COUNTER, Desk("农业农村", make.TOWNSHIP))
FINANCE_TOWN = Actor("zhen-cz", "莫演示", Role.TOWNSHIP_COUNTER, Desk("财政", make.TOWNSHIP))
FARM_HEAD = Actor("xian-ny", "蒙练习", Role.DEPARTMENT_HEAD, Desk("农业农村", make.COUNTY))
FINANCE_COUNTY = Actor("xian-cz", "覃练习", Role.DEPARTMENT_REVIEWER, Desk("财政", make.COUNTY))
FARM_SUBSIDY = "NY-002"


def give_account(installation: Installation, actor: Actor, password: str) -> None:
    with installation.begin() as work:
        create_staff(
            work,
            sign_in_name=actor.account_id,
            display_name=actor.display_name,
            password=password,
            role=actor.role,
            department=actor.desk.department,
            region_code=actor.desk.region_code,
        )


def person(serial: int) -> str:
    """A number nobody was ever given: sequence 000 does not exist."""
    born = f"4505211950{1 + serial // 28 % 12:02d}{1 + serial % 28:02d}000"
    return born + id_check_character(born)


def account(serial: int) -> str:
    stem = f"62170000000{serial:07d}"
    return next(f"{stem}{last}" for last in range(10) if luhn_holds(f"{stem}{last}"))


def household(serial: int, **changes: str) -> dict[str, str]:
    name = f"潘示{'甲乙丙丁戊己庚辛'[serial % 8]}"
    known = {"name": name, "id_number": person(serial), "contract_area": "4", "deduct_area": "0", "apply_area": "3.5"}
    return {**known, "quantity": "3.5", "money": "", "holder": name, "account": account(serial), **changes}


def begun(installation: Installation, households: int = 3, item_code: str = FARM_SUBSIDY, **more) -> str:
    """A received batch case whose roster the village agent has filled in."""
    item = installation.tools.catalogue.get_item(item_code)
    machine = more.pop("machine", None) or make.enrolled_machine(installation)
    number = make.take_in(installation, machine, item_code=item_code, answers=complete_answers(item)).case_number
    with installation.begin() as work:
        case = get_roster_case(work, make.VILLAGE_AGENT, number, to_act=True)
        roster.open_roster(work, make.VILLAGE_AGENT, case, **more)
        for serial in range(households):
            roster.add_household(work, make.VILLAGE_AGENT, case, household(serial))
    return number


def on_roster(installation: Installation, actor: Actor, number: str, errand, *given, **named):
    with installation.begin() as work:
        return errand(work, actor, get_roster_case(work, actor, number, to_act=True), *given, **named)


def on_case(installation: Installation, actor: Actor, number: str, errand, *given):
    with installation.begin() as work:
        errand(work, get_case_to_act(work, actor, number), actor, *given)


def to_notice(installation: Installation, number: str) -> None:
    on_roster(installation, make.VILLAGE_AGENT, number, roster.hang_out)


def sheet(item, rows: list[dict[str, object]]) -> bytes:
    """The rows written into the item's own form, as an official's Excel would."""
    return rewritten([column.label for column in columns_of(item)], [
        [row.get(column.name, "") for column in columns_of(item)] for row in rows
    ])  # fmt: skip


def rewritten(labels: list[str], rows: list[list[object]]) -> bytes:
    book = Workbook()
    page = book.active
    page.title = "名册"
    page.append(labels)
    for row in rows:
        page.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def answered(pay_list: bytes, results: dict[int, tuple[str, str]], others: str = "成功") -> bytes:
    """The payer's list with its results filled in."""
    page = load_workbook(io.BytesIO(pay_list)).worksheets[0]
    labels = [cell.value for cell in page[1]]
    rows = []
    for cells in page.iter_rows(min_row=2, values_only=True):
        result, reason = results.get(int(cells[0]), (others, ""))
        rows.append([*cells[:6], result, reason])
    return rewritten(labels, rows)


def yuan_of(fen: int) -> str:
    return f"{Decimal(fen) / 100:.2f}"
