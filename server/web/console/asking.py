"""Addresses of lists: what an address asks for, and the address that asks for it; whoever reads them sees the same."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from flask import g, request

from forms.clock import local_date
from server.domain.deadline import start_of
from server.domain.figures import Figure, Period
from server.domain.people import Desk
from server.domain.wanted import CardShow, CardWanted, CaseWanted

Kind = TypeVar("Kind", bound=StrEnum)
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


def page_asked() -> int:
    """At most a million: PostgreSQL refuses to skip more rows than it can number."""
    return min(max(1, request.args.get("page", 1, type=int) or 1), 1_000_000)


def case_wanted() -> CaseWanted:
    """From the address; what makes no sense in it asks for nothing, and what may be seen is decided by the errand."""
    args = request.args
    return CaseWanted(
        figure=_one_of(Figure, args.get("figure", "")),
        period=period_asked(),
        place=args.get("place", ""),
        item=args.get("item", ""),
        department=args.get("department", ""),
        status=args.get("status", ""),
        card=args.get("card", "") if args.get("card") in ("red", "yellow") else "",
        touched_by=g.actor.display_name if args.get("mine") else "",
    )


def case_args(wanted: CaseWanted) -> dict[str, str]:
    """The same as an address's arguments."""
    stated = {
        "figure": wanted.figure.value,
        "from": wanted.period.first.isoformat() if wanted.period else "",
        "to": wanted.period.last.isoformat() if wanted.period else "",
        "place": wanted.place,
        "item": wanted.item,
        "department": wanted.department,
        "status": wanted.status,
        "card": wanted.card,
        "mine": "1" if wanted.touched_by or wanted.in_hands else "",
    }
    return _said(stated)


def card_wanted() -> CardWanted:
    args = request.args
    fell_from = _day(args.get("since", ""))
    return CardWanted(
        place=args.get("place", ""),
        show=_one_of(CardShow, args.get("show", "")),
        colour=args.get("colour", "") if args.get("colour") in ("red", "yellow") else "",
        desk=desk_asked(args.get("desk", "")),
        rule=args.get("rule", ""),
        fell_from=start_of(fell_from) if fell_from else None,
    )


def card_args(wanted: CardWanted) -> dict[str, str]:
    stated = {
        "place": wanted.place,
        "show": wanted.show.value,
        "colour": wanted.colour,
        "desk": desk_arg(wanted.desk) if wanted.desk else "",
        "rule": wanted.rule,
        "since": local_date(wanted.fell_from).isoformat() if wanted.fell_from else "",
    }
    return _said(stated)


def desk_arg(desk: Desk) -> str:
    return f"{desk.region_code} {desk.department}"


def desk_asked(text: str) -> Desk | None:
    region_code, _, department = text.partition(" ")
    return Desk(department, region_code) if department else None


def period_asked() -> Period | None:
    """None where one of the days is missing or no day; days the wrong way round are turned."""
    days = [_day(request.args.get(name, "")) for name in ("from", "to")]
    if None in days:
        return None
    first, last = sorted(day for day in days if day)
    return Period(first, last)


def _day(text: str) -> date | None:
    with suppress(ValueError):
        day = date.fromisoformat(text)
        return day if EARLIEST <= day <= LATEST - timedelta(days=1) else None
    return None


def _one_of(kind: type[Kind], text: str) -> Kind:
    return kind(text) if text in {one.value for one in kind} else kind("")


def _said(stated: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in stated.items() if value}
