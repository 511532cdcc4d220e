"""Lays the demo history into a new practice installation: its accounts and machines first, then case after case."""

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from forms.packet import Agent
from hongye.demo.history.counter import VillageCounter
from hongye.demo.history.diary import Diary
from hongye.demo.history.dice import dice_for
from hongye.demo.history.places import Sitting, list_more_people, list_villages, sitting_of
from hongye.demo.history.seasons import Visit, days_of_2018, last_two_years, plan_visits
from hongye.demo.history.telling import History, begins
from hongye.ports import Ports
from hongye.practice import Person, lay_out_practice, open_practice
from server.bootstrap import Installation
from server.db.staff import count_staff
from server.domain.people import Actor, Role
from server.domain.work_calendar import WorkCalendar
from server.services.machine import enrol_machine, make_enrolment_code
from server.services.staff import actor_of, create_staff, hash_password
from server.services.work import Work

SHARE_OF_2018 = 0.1


class HistoryRefused(Exception):
    """The folder cannot take a history; the text says which can."""


@dataclass(frozen=True)
class Wanted:
    """How many cases, ending when; the same three and the same villages (none named: thirteen) give the same history."""

    cases: int
    seed: int
    until: datetime
    villages: tuple[str, ...] = ()

    @property
    def of_2018(self) -> int:
        return round(self.cases * SHARE_OF_2018)

    def visits(self, villages: list[str], calendar: WorkCalendar) -> list[Visit]:
        dice = dice_for(self.seed, "visits")
        return [
            *plan_visits(villages, days_of_2018(calendar), self.of_2018, self.until, dice),
            *plan_visits(villages, last_two_years(calendar, self.until), self.cases - self.of_2018, self.until, dice),
        ]


@dataclass(frozen=True)
class Laid:
    """What was laid down, and where."""

    folder: Path
    people: Path
    tally: Counter[str]


def lay_history(folder: Path, wanted: Wanted, narrate: Callable[[str], None] | None = None) -> Laid:
    """Into a practice installation in `folder`, which must be new. Raises HistoryRefused."""
    practice = lay_out_practice(folder, Ports())
    installation = open_practice(practice)
    try:
        _require_new(installation)
        villages = list(wanted.villages) or list_villages(installation.tools.catalogue)
        people = [*practice.people, *list_more_people(installation.tools.catalogue, villages)]
        diary = Diary(installation, begins(wanted.until, with_2018=wanted.of_2018 > 0))
        history = _set_the_stage(diary, people, practice.password, villages, wanted.seed)
        visits = wanted.visits(villages, installation.tools.calendar)
        history.tell(visits, wanted.until, narrate or (lambda _: None))
    finally:
        installation.engine.dispose()
    return Laid(practice.folder, _write_people(practice.folder / "people.csv", people), history.tally)


def _require_new(installation: Installation) -> None:
    """What is there already was written today: a history before it would stand behind it in the audit log."""
    with installation.look() as work:
        if count_staff(work.session):
            raise HistoryRefused("这个文件夹里已经有练习数据。历史只能铺在新的文件夹里，请换一个 --data。")


def _set_the_stage(diary: Diary, people: list[Person], password: str, villages: list[str], seed: int) -> History:
    with diary.one_day(), diary.begin() as work:
        diary.note_the_calendar()
        cast = _open_accounts(work, people, password)
        counters = {village: _open_counter(work, village, cast) for village in villages}
    return History(diary, cast, counters, seed)


def _open_accounts(work: Work, people: list[Person], password: str) -> dict[Sitting, Actor]:
    hashed = hash_password(password)
    return {
        sitting_of(person): actor_of(
            create_staff(work, **{**asdict(person), "role": Role(person.role)}, password=hashed)
        )
        for person in people
    }


def _open_counter(work: Work, village: str, cast: Mapping[Sitting, Actor]) -> VillageCounter:
    agent = next(
        actor for actor in cast.values() if actor.role is Role.VILLAGE_AGENT and actor.desk.region_code == village
    )
    machine = enrol_machine(work, make_enrolment_code(work, village), "村里电脑（示范）").machine
    return VillageCounter(machine, Agent(sign_in_name=agent.account_id, display_name=agent.display_name))


def _write_people(path: Path, people: list[Person]) -> Path:
    """Who can sign in where; the password stands in practice.json beside it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # with a mark, or Excel reads it as GBK
        writer = csv.writer(file)
        writer.writerow(("登录名", "姓名", "角色", "部门", "地方"))
        writer.writerows(
            (one.sign_in_name, one.display_name, one.role, one.department, one.region_code) for one in people
        )
    return path
