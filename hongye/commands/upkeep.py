"""Keeping an installation well: database, audit log, machines, speed."""

import argparse
import json
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from forms.region import UnknownRegion
from hongye.commands import CommandFailed, say
from server.bootstrap import Installation, build_installation
from server.db.engine import open_engine
from server.db.upgrade import current_revision, newest_revision, upgrade
from server.services.audit import verify_audit
from server.services.machine import make_enrolment_code
from server.settings import load_settings


def ready_installation(settings: Path) -> Installation:
    """An installation whose database has its newest shape: a bare one would answer with a database error."""
    installation = build_installation(load_settings(settings))
    if current_revision(installation.engine) != newest_revision():
        raise CommandFailed(f"数据库还没有建好，或不是最新的：请先运行 hongye db upgrade --settings {settings}")
    return installation


def database_upgrade(asked: argparse.Namespace) -> None:
    engine = (
        open_engine(asked.database_url)
        if asked.database_url
        else build_installation(load_settings(asked.settings)).engine
    )
    upgrade(engine)
    revision = current_revision(engine)
    say(asked, {"revision": revision}, f"数据库已是最新（{revision}）")


def audit_verify(asked: argparse.Namespace) -> int:
    with ready_installation(asked.settings).look() as work:
        verified = verify_audit(work)
    words = f"留痕 {verified.entries} 条，" + (
        f"第 {verified.broken_at} 条起对不上" if verified.broken_at else "全部对得上"
    )
    say(asked, {**asdict(verified), "intact": verified.broken_at is None}, words)
    return 1 if verified.broken_at else 0


def machine_code(asked: argparse.Namespace) -> None:
    try:
        with ready_installation(asked.settings).begin() as work:
            code = make_enrolment_code(work, asked.village)
    except UnknownRegion:
        raise CommandFailed(f"没有编码为“{asked.village}”的村：应是12位统计用区划代码") from None
    say(asked, {"enrolment_code": code, "village_code": asked.village}, code)


def bench(asked: argparse.Namespace) -> None:
    measured = import_module(f"benchmarks.{asked.name}").measure()
    say(asked, {"bench": asked.name, **measured}, json.dumps(measured, ensure_ascii=False, indent=1))
