"""Electronic supervision on the command line: sweep what is due, and compute everything again from the log."""

import argparse
from collections import Counter
from dataclasses import asdict
from typing import Any

from hongye.commands import say
from hongye.commands.upkeep import ready_installation
from server.jobs import sweep_until_nothing_is_due
from server.services.replay import replay


def supervise_replay(asked: argparse.Namespace) -> int:
    """Each difference in one line as it is found, then the counts. Exit code 1 when there is any."""
    counts: Counter[str] = Counter(dict.fromkeys(("cases", "clocks", "cards", "pending", "appealed"), 0))
    found: list[dict[str, Any]] = []
    number = 0
    with ready_installation(asked.settings).look() as work:
        for case in replay(work):
            counts.update(cases=1, clocks=case.clocks, cards=case.cards, pending=case.pending, appealed=case.appealed)
            number += len(case.differences)
            if asked.json:
                found += [asdict(one) | {"sentence": str(one)} for one in case.differences]
            else:
                print(*case.differences, sep="\n", end="\n" if case.differences else "")
    say(asked, {**counts, "differences": found, "agrees": not number}, _in_words(counts, number))
    return 1 if number else 0


def _in_words(counts: Counter[str], differences: int) -> str:
    verdict = f"有 {differences} 处对不上" if differences else "全部对得上"
    return (
        f"办件 {counts['cases']} 件，时限 {counts['clocks']} 个，牌 {counts['cards']} 张：{verdict}。"
        f"已到点还没登记的牌 {counts['pending']} 张，申诉成立撤掉的 {counts['appealed']} 张。"
    )


def supervise_sweep(asked: argparse.Namespace) -> int:
    """Put on record what has fallen by now. Exit code 1 when a clock could not be looked at."""
    swept = sweep_until_nothing_is_due(ready_installation(asked.settings))
    words = f"新登记 {swept.cards} 张牌" + (f"，有 {swept.left} 个时限没查成，原因见日志" if swept.left else "")
    say(asked, asdict(swept), words)
    return 1 if swept.left else 0
