"""Lays out a practice installation: settings with fresh secrets, demo people, a WeChat simulator and one village kiosk.

Everybody in it is invented, and says so by name; the one password is made anew for each installation.
"""

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from forms.catalogue import Catalogue, load_catalogue
from forms.clock import FileClock
from forms.item import ServiceItem
from hongye.ports import Ports
from server.bootstrap import Installation, build_installation
from server.db.staff import count_staff
from server.db.upgrade import upgrade
from server.domain.people import Role
from server.services.machine import make_enrolment_code
from server.services.staff import create_staff
from server.settings import load_settings

VILLAGE = "450521100215"  # 合浦县廉州镇烟楼村
_LEVEL_NAMES = {"village": "cun", "township": "zhen", "county": "xian", "city": "shi"}
_INVENTED = ("示范", "演示", "样本", "试用", "练习", "假设", "模拟", "举例", "虚构", "参考")
_FAMILY_NAMES = "陈林黄吴李张王刘何罗梁韦莫苏邓庞劳石包利"


@dataclass(frozen=True)
class Person:
    """A demo staff member."""

    sign_in_name: str
    display_name: str
    role: str
    department: str
    region_code: str


@dataclass(frozen=True)
class Practice:
    """A practice installation on disk."""

    folder: Path
    ports: Ports
    password: str
    people: tuple[Person, ...]

    @property
    def server_settings(self) -> Path:
        return self.folder / "server.toml"

    @property
    def simulator_settings(self) -> Path:
        return self.folder / "simulator.json"

    @property
    def kiosk_settings(self) -> Path:
        return self.folder / "kiosk.toml"

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock.json"

    @property
    def server_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.server}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.simulator}"

    def person(self, sign_in_name: str) -> Person:
        return next(person for person in self.people if person.sign_in_name == sign_in_name)


def prepare_practice(
    folder: Path, ports: Ports, *, story_begins: datetime | None = None
) -> tuple[Practice, str | None]:
    """Make or reopen the practice installation in `folder`, with its people.

    Returns it with a fresh enrolment code for its kiosk, None when the kiosk is enrolled already.
    """
    practice = lay_out_practice(folder, ports, story_begins=story_begins)
    installation = open_practice(practice)
    code = _people_and_code(installation, practice)
    installation.engine.dispose()
    return practice, code


def lay_out_practice(folder: Path, ports: Ports, *, story_begins: datetime | None = None) -> Practice:
    """Its folder and settings, made when there is nothing yet.

    `story_begins` gives it a clock of its own, shared by all its parts; otherwise it runs on the machine's.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "practice.json"
    if not kept.exists():
        _write_secret(kept, json.dumps({"ports": asdict(ports), "password": _readable_password()}))
        _write_settings(folder, ports, shared_clock=story_begins is not None)
    if story_begins:
        FileClock(folder / "clock.json").move_to(story_begins)
    stated = json.loads(kept.read_text(encoding="utf-8"))
    return Practice(folder, Ports(**stated["ports"]), stated["password"], tuple(_people(load_catalogue())))


def open_practice(practice: Practice) -> Installation:
    """Its server's tools, the database at its newest shape."""
    installation = build_installation(load_settings(practice.server_settings))
    upgrade(installation.engine)
    return installation


def _people_and_code(installation: Installation, practice: Practice) -> str | None:
    with installation.begin() as work:
        if count_staff(work.session) == 0:
            for person in practice.people:
                create_staff(work, **{**asdict(person), "role": Role(person.role)}, password=practice.password)
        enrolled = (practice.folder / "kiosk" / "machine.json").exists()
        return None if enrolled else make_enrolment_code(work, VILLAGE)


def _readable_password() -> str:
    """Four groups of digits: easy to type for a practice, never used outside the machine it was made on."""
    return "-".join(f"{secrets.randbelow(10_000):04d}" for _ in range(4))


def _write_secret(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _write_settings(folder: Path, ports: Ports, *, shared_clock: bool) -> None:
    wechat = {
        "api_base": f"http://127.0.0.1:{ports.simulator}",
        "official_app_id": "wx" + secrets.token_hex(8),
        "official_secret": secrets.token_hex(16),
        "official_token": secrets.token_hex(16),
        "official_aes_key": (secrets.token_hex(22))[:43],
        "miniprogram_app_id": "wx" + secrets.token_hex(8),
        "miniprogram_secret": secrets.token_hex(16),
        "progress_template_id": secrets.token_urlsafe(16),
    }
    clock = {"clock_file": str(folder / "clock.json")} if shared_clock else {}
    server = {
        "data_folder": str(folder / "server"),
        "public_url": f"http://127.0.0.1:{ports.server}",
        "host": "127.0.0.1",
        "port": ports.server,
        "session_secret": secrets.token_hex(32),
        "secure_cookies": False,  # loopback has no TLS; a city's settings leave this out
        "worker_pause_seconds": 0.2 if shared_clock else 1.0,
        **clock,
    }
    _write_secret(folder / "server.toml", _toml(server) + "\n[wechat]\n" + _toml(wechat))
    simulator = {
        "port": ports.simulator,
        "state_file": str(folder / "simulator.sqlite3"),
        "callback_url": f"http://127.0.0.1:{ports.server}/wechat/official",
        **{key: wechat[key] for key in wechat if key not in ("api_base", "progress_template_id")},
        "progress_template_id": wechat["progress_template_id"],
        **clock,
    }
    _write_secret(folder / "simulator.json", json.dumps(simulator, indent=1))
    kiosk = {
        "data_folder": str(folder / "kiosk"),
        "server_url": f"http://127.0.0.1:{ports.server}",
        "screen_port": ports.kiosk,
        "camera": "virtual",
        "printer": "pdf",
        **clock,
    }
    _write_secret(folder / "kiosk.toml", _toml(kiosk))


def _toml(values: dict[str, object]) -> str:
    # JSON strings, numbers and booleans are TOML's as well.
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())


def _people(catalogue: Catalogue) -> Iterator[Person]:
    """Agent, supervisors of county and city, two of the control centre, a second head, and somebody at every desk of the items."""
    yield Person("cun-daiban", "陈示范", Role.VILLAGE_AGENT, "村级组织", VILLAGE)
    yield Person(
        "xian-jiancha", "林演示", Role.SUPERVISOR, "电子监察", catalogue.regions.ancestor(VILLAGE, "county").id
    )
    city = catalogue.regions.ancestor(VILLAGE, "city").id
    yield Person("shi-jiancha", "何模拟", Role.SUPERVISOR, "电子监察", city)
    # Two of them: whoever writes a version of the catalogue cannot let it out.
    for name, shown in (("shi-zongkong", "黄试用"), ("shi-fuhe", "吴样本")):
        yield Person(name, shown, Role.CONTROL_CENTRE, "综控中心", city)
    # Whoever decided a case keeps out of the follow-up of its rating: the department most cases go to has a second head.
    county = catalogue.regions.ancestor(VILLAGE, "county").id
    yield Person("xian-mz-fushenpi", "秦示例", Role.DEPARTMENT_HEAD, "民政", county)
    for number, desk in enumerate(list_desks(catalogue.items.values())):
        yield person_at(desk, catalogue, catalogue.regions.ancestor(VILLAGE, desk.level).id, number)


@dataclass(frozen=True)
class KindOfDesk:
    """A desk the items' stages name, wherever it stands; the deciding one has a head of its own."""

    level: str
    department: str
    deciding: bool


def person_at(desk: KindOfDesk, catalogue: Catalogue, region_id: str, number: int, suffix: str = "") -> Person:
    """Whoever sits at such a desk in a place; the name says that nobody does."""
    code = next(code for code, name in catalogue.departments.items() if name == desk.department).lower()
    role = Role.DEPARTMENT_HEAD if desk.deciding else _role_at(desk.level)
    sign_in_name = f"{_LEVEL_NAMES[desk.level]}-{code}" + ("-shenpi" if desk.deciding else "") + suffix
    return Person(sign_in_name, invented_name(number + 2, number), role, desk.department, region_id)


def invented_name(family: int, given: int) -> str:
    return _FAMILY_NAMES[family % len(_FAMILY_NAMES)] + _INVENTED[given % len(_INVENTED)]


def _role_at(level: str) -> Role:
    return Role.TOWNSHIP_COUNTER if level == "township" else Role.DEPARTMENT_REVIEWER


def list_desks(items: Iterable[ServiceItem]) -> list[KindOfDesk]:
    """Every desk above the village, each once, in a steady order."""
    found = {
        KindOfDesk(stage.level, stage.department, stage.action == "approve")
        for item in items
        for stage in item.stages
        if stage.level != "village"
    }
    return sorted(found, key=lambda desk: (desk.level, desk.department, desk.deciding))
