"""The installation as a whole, and the server's parts one by one."""

import argparse

from hongye import serving
from hongye.commands import say
from hongye.demo import play
from hongye.ports import Ports
from hongye.run import run_practice


def run(asked: argparse.Namespace) -> None:
    run_practice(asked.data, Ports(asked.port, asked.simulator_port, asked.kiosk_port))


def demo(asked: argparse.Namespace) -> None:
    answer = play(asked.data, narrate=None if asked.json else print)
    say(asked, answer, f"办件 {answer['case_number']} 已办结，评价 {answer['rating']['label']}")


def serve(asked: argparse.Namespace) -> None:
    serving.serve(asked.settings)


def work(asked: argparse.Namespace) -> None:
    serving.work(asked.settings)


def simulate(asked: argparse.Namespace) -> None:
    serving.simulate_wechat(asked.settings)
