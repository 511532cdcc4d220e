"""The installation as a whole, and the server's parts one by one."""

import argparse
from datetime import datetime

from forms.clock import SystemClock, parse_instant
from hongye import serving
from hongye.commands import CommandFailed, say
from hongye.demo import play
from hongye.demo.history import Laid, Wanted, lay_history
from hongye.ports import Ports
from hongye.run import run_practice


def run(asked: argparse.Namespace) -> None:
    run_practice(asked.data, Ports(asked.port, asked.simulator_port, asked.kiosk_port))


def demo(asked: argparse.Namespace) -> None:
    if asked.data is None:
        raise CommandFailed("请用 --data 给一个空文件夹，例如 --data demo-data")
    answer = play(asked.data, narrate=None if asked.json else print)
    say(asked, answer, f"办件 {answer['case_number']} 已办结，评价 {answer['rating']['label']}")


def demo_history(asked: argparse.Namespace) -> None:
    if not 1 <= asked.cases <= 100_000:
        raise CommandFailed("--cases 应在 1 到 100000 之间")
    wanted = Wanted(asked.cases, asked.seed, _until(asked))
    laid = lay_history(asked.data, wanted, narrate=None if asked.json else print)
    tally = dict(laid.tally)
    answer = {"folder": str(laid.folder), "people": str(laid.people), "seed": asked.seed, **tally}
    say(asked, answer, _history_in_words(laid))


def _until(asked: argparse.Namespace) -> datetime:
    try:
        return parse_instant(asked.until) if asked.until else SystemClock().now()
    except ValueError:
        raise CommandFailed(f"--until 不是时间：{asked.until}（例：2026-11-23T17:00）") from None


def _history_in_words(laid: Laid) -> str:
    tally = laid.tally
    decided = tally["on_time"] + tally["late"]
    share = f"{100 * tally['on_time'] / decided:.1f}%" if decided else "无"
    return (
        f"铺好了：收件 {tally['received']}，办结 {tally['closed']}，按时 {share}。人物、材料都是虚构的。\n"
        f"账号在 {laid.people}（密码见同一文件夹的 practice.json）。打开看：hongye run --data {laid.folder}"
    )


def serve(asked: argparse.Namespace) -> None:
    serving.serve(asked.settings)


def work(asked: argparse.Namespace) -> None:
    serving.work(asked.settings)


def simulate(asked: argparse.Namespace) -> None:
    serving.simulate_wechat(asked.settings)
