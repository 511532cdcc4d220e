"""When a limit ends."""

import argparse

from forms.catalogue import load_catalogue
from forms.clock import local_date, parse_instant
from forms.item import ServiceItem
from hongye.commands import CommandFailed, say
from server.adapters.holidays import beihai_calendar
from server.domain.deadline import Limit, due_on


def due(asked: argparse.Namespace) -> None:
    limit, name = _limit(asked)
    try:
        started_on = local_date(parse_instant(asked.at))
    except ValueError:
        raise CommandFailed(f"--at 不是时间：{asked.at}（例：2026-11-23T09:00）") from None
    calendar = beihai_calendar()
    try:
        last = due_on(limit, started_on, calendar)
    except OverflowError:
        raise CommandFailed(f"--at 太远了：{asked.at}，算不出到期日") from None
    assert last is not None  # no stops were given
    answer = {
        "due_on": last.isoformat(),
        "started_on": started_on.isoformat(),
        "days": limit.days,
        "unit": limit.unit,
        "limit": name,
        "provisional": calendar.is_provisional(last) or calendar.is_provisional(started_on),
    }
    say(asked, answer, f"{last.isoformat()}" + ("（当年放假安排未公布，暂估）" if answer["provisional"] else ""))


def _limit(asked: argparse.Namespace) -> tuple[Limit, str]:
    if (asked.item is None) == (asked.days is None):
        raise CommandFailed("请给 --item CODE 或 --days N，二者选一")
    if asked.days is not None:
        if not 0 <= asked.days <= 1000:
            raise CommandFailed("--days 应在 0 到 1000 之间")
        return Limit(asked.days, f"{asked.unit}_day"), "stated"
    return _item_limit(load_catalogue().get_item(asked.item), asked.limit), asked.limit


def _item_limit(item: ServiceItem, kind: str) -> Limit:
    if kind == "promised":
        return Limit(item.promised_days, item.promised_unit)
    if item.statutory_days is None:
        raise CommandFailed(f"{item.code} {item.name}没有法定时限：{item.statutory_note}")
    return Limit(item.statutory_days, item.statutory_unit)
