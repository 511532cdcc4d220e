"""The village kiosk: needs nothing of the server's but its address."""

import argparse

from hongye.signals import stop_on_signal
from kiosk.agent import run_kiosk


def kiosk(asked: argparse.Namespace) -> None:
    """The kiosk agent, until it is stopped."""
    run_kiosk(asked.settings, enrolment_code=asked.enrolment_code, stop=stop_on_signal())
