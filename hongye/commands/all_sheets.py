"""Every sheet of the catalogue into one folder, and how long each took: 告知单, 流程图单, 政策单."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from forms.catalogue import Catalogue, load_catalogue
from forms.clock import SystemClock, local_date
from forms.notice_sheet import blank_notice_sheet
from forms.policy_sheet import policy_sheet_of
from forms.power_sheet import power_sheet_of
from forms.render.notice_sheet import render_notice_sheet
from forms.render.policy_sheet import render_policy_sheet
from forms.render.power_sheet import render_power_sheet
from hongye.commands import say
from hongye.commands.paper import guide_url
from hongye.commands.writing import unwritable, write

KIND_WORDS = {"notice": "一次性告知单", "power": "村级权力流程图单", "policy": "惠民政策单"}
Render = Callable[[str], bytes]


@dataclass
class Told:
    """What became of one kind of sheet."""

    milliseconds: list[float]
    failed: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        taken = sorted(self.milliseconds) or [0.0]
        return {
            "count": len(self.milliseconds),
            "median_ms": round(median(taken), 1),
            "p95_ms": round(taken[max(0, -(-len(taken) * 95 // 100) - 1)], 1),
            "max_ms": round(taken[-1], 1),
            "failed": self.failed,
        }


def catalogue_sheets(asked: argparse.Namespace) -> int:
    """1 when any sheet could not be made; the others are written all the same."""
    catalogue = load_catalogue()
    try:
        asked.out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise unwritable(asked.out, fault) from None
    renders = _renders(catalogue, asked.public_url, local_date(SystemClock().now()))
    codes = {"notice": catalogue.items, "power": catalogue.powers, "policy": catalogue.policies}
    told = {kind: print_all(kind, codes[kind], render, asked.out) for kind, render in renders.items()}
    answer = {"folder": str(asked.out), **{kind: one.as_dict() for kind, one in told.items()}}
    say(asked, answer, "\n".join(_line(kind, answer[kind]) for kind in told))
    return 1 if any(one.failed for one in told.values()) else 0


def _renders(catalogue: Catalogue, public_url: str, today: date) -> dict[str, Render]:
    def notice(code: str) -> bytes:
        sheet = blank_notice_sheet(
            catalogue.items[code],
            village_name="",
            made_on=today,
            guide_url=guide_url(public_url, code),
            digest=catalogue.digest,
        )
        return render_notice_sheet(sheet)

    def power(code: str) -> bytes:
        return render_power_sheet(power_sheet_of(catalogue.powers[code], catalogue.voting_rules))

    def policy(code: str) -> bytes:
        return render_policy_sheet(policy_sheet_of(catalogue.policies[code], catalogue.items, on=today))

    return {"notice": notice, "power": power, "policy": policy}


def print_all(kind: str, codes: Mapping[str, Any], render: Render, folder: Path) -> Told:
    """The first of a kind is made once beforehand and not counted: fonts are read and parsed only once in a process."""
    told = Told([], {})
    for warm_up in list(codes)[:1]:
        _attempt(render, warm_up, {})
    for code in codes:
        began = perf_counter()
        content = _attempt(render, code, told.failed)
        if content is not None:
            told.milliseconds.append((perf_counter() - began) * 1000)
            write(folder / f"{kind}-{code}.pdf", content)
    return told


def _attempt(render: Render, code: str, failed: dict[str, str]) -> bytes | None:
    try:
        return render(code)
    except Exception as fault:  # one entry an official broke must not hide what is wrong with the others
        failed[code] = f"{type(fault).__name__}: {fault}"
        return None


def _line(kind: str, answer: dict[str, Any]) -> str:
    line = (
        f"{KIND_WORDS[kind]} {answer['count']} 张，每张中位 {answer['median_ms']} 毫秒，"
        f"95% 在 {answer['p95_ms']} 毫秒以内，最慢 {answer['max_ms']} 毫秒"
    )
    return "\n".join([line, *(f"  {code} 做不出来：{why}" for code, why in answer["failed"].items())])
