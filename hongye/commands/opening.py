"""Opens the installation a command is about."""

import argparse

from hongye.commands import CommandFailed
from server.bootstrap import Installation, build_installation
from server.db.upgrade import current_revision, newest_revision
from server.settings import load_settings


def installation(asked: argparse.Namespace) -> Installation:
    return build_installation(load_settings(asked.settings))


def ready_installation(asked: argparse.Namespace) -> Installation:
    """An installation whose database has its newest shape: a bare one would answer with a database error."""
    opened = installation(asked)
    if current_revision(opened.engine) != newest_revision():
        raise CommandFailed(f"数据库还没有建好，或不是最新的：请先运行 hongye db upgrade --settings {asked.settings}")
    return opened
