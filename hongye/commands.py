"""What each command does: reads its words, asks the rooms, prints."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from forms.catalogue import check_catalogue, load_catalogue
from forms.clock import SystemClock, local_date, parse_instant
from forms.item import ServiceItem
from forms.region import UnknownRegion
from hongye.practice import Ports
from server.adapters.holidays import beihai_calendar
from server.domain.deadline import Limit, due_on


class CommandFailed(Exception):
    """The command could not do what it was asked; the text is the one line shown."""


def _print(asked: argparse.Namespace, answer: dict[str, Any], words: str) -> None:
    print(json.dumps(answer, ensure_ascii=False) if asked.json else words)


def run(asked: argparse.Namespace) -> None:
    from hongye.run import run_practice

    run_practice(asked.data, Ports(asked.port, asked.simulator_port, asked.kiosk_port))


def demo(asked: argparse.Namespace) -> None:
    from hongye.demo import play

    answer = play(asked.data, narrate=None if asked.json else print)
    _print(asked, answer, f"办件 {answer['case_number']} 已办结，评价 {answer['rating']['label']}")


def serve(asked: argparse.Namespace) -> None:
    from hongye import serving

    serving.serve(asked.settings)


def work(asked: argparse.Namespace) -> None:
    from hongye import serving

    serving.work(asked.settings)


def simulate(asked: argparse.Namespace) -> None:
    from hongye import serving

    serving.simulate_wechat(asked.settings)


def kiosk(asked: argparse.Namespace) -> None:
    from hongye import serving

    serving.run_kiosk_agent(asked.settings, asked.enrolment_code)


def scan(asked: argparse.Namespace) -> int:
    """One JSON object per picture, one a line, in the order given; 1 when any picture could not be read."""
    from kiosk.imaging.scan import scan_picture

    unreadable = 0
    for path in _paths(asked.images):
        found = scan_picture(Path(path))
        unreadable += "error" in found
        print(json.dumps(found, ensure_ascii=False) if asked.json else _scan_words(found), flush=True)
    return 1 if unreadable else 0


def _paths(images: list[str]) -> Iterator[str]:
    for image in images:
        if image == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield image


def _scan_words(found: dict[str, Any]) -> str:
    if "error" in found:
        return f"{found['path']}：{found['error']}"
    sheet = (
        "没有找到纸张"
        if found["corners"] is None
        else "四角 " + " ".join(f"({x:.0f},{y:.0f})" for x, y in found["corners"])
    )
    advice = "；".join(finding["sentence"] for finding in found["quality"])
    return f"{found['path']}：{sheet}。{advice}（{found['ms']:.0f} 毫秒）"


def bundle(asked: argparse.Namespace) -> None:
    from kiosk.bundling import bundle_pictures

    try:
        pages = bundle_pictures(asked.images, asked.out)
    except ValueError as fault:
        raise CommandFailed(str(fault)) from None
    except OSError as fault:
        raise _unwritable(asked.out, fault) from None
    size = asked.out.stat().st_size
    _print(asked, {"path": str(asked.out), "pages": pages, "bytes": size}, f"{asked.out}：{pages} 页，{size} 字节")


def catalogue_check(asked: argparse.Namespace) -> int:
    answer = check_catalogue()
    counts = (
        f"事项 {answer['items']} 项，县区 {answer['counties']}，乡镇 {answer['townships']}，村 {answer['villages']}"
    )
    _print(asked, answer, "\n".join([counts, *answer["findings"]]))
    return 1 if answer["findings"] else 0


def sheet_notice(asked: argparse.Namespace) -> None:
    from forms.notice_sheet import blank_notice_sheet
    from forms.render.notice_sheet import render_notice_sheet

    catalogue = load_catalogue()
    item = catalogue.get_item(asked.item)
    sheet = blank_notice_sheet(
        item,
        village_name="",
        made_on=local_date(SystemClock().now()),
        guide_url=f"/services/{item.code}",
        digest=catalogue.digest,
    )
    _write(asked.out, render_notice_sheet(sheet))
    _print(asked, {"path": str(asked.out), "item": item.code}, f"{asked.out}：{item.name}一次性告知单")


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as fault:
        raise _unwritable(path, fault) from None


def _unwritable(path: Path, fault: OSError) -> CommandFailed:
    return CommandFailed(f"写不了 {path}：{fault.strerror}。请检查文件夹是否存在、有没有权限")


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
    _print(asked, answer, f"{last.isoformat()}" + ("（当年放假安排未公布，暂估）" if answer["provisional"] else ""))


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


def _installation(asked: argparse.Namespace):
    from server.bootstrap import build_installation
    from server.settings import load_settings

    return build_installation(load_settings(asked.settings))


def _ready_installation(asked: argparse.Namespace):
    """An installation whose database has its newest shape: a bare one would answer with a database error."""
    from server.db.upgrade import current_revision, newest_revision

    installation = _installation(asked)
    if current_revision(installation.engine) != newest_revision():
        raise CommandFailed(f"数据库还没有建好，或不是最新的：请先运行 hongye db upgrade --settings {asked.settings}")
    return installation


def database_upgrade(asked: argparse.Namespace) -> None:
    from server.db.upgrade import current_revision, upgrade

    installation = _installation(asked)
    upgrade(installation.engine)
    revision = current_revision(installation.engine)
    _print(asked, {"revision": revision}, f"数据库已是最新（{revision}）")


def audit_verify(asked: argparse.Namespace) -> int:
    from server.services.audit import verify_audit

    with _ready_installation(asked).look() as work:
        verified = verify_audit(work)
    words = f"留痕 {verified.entries} 条，" + (
        f"第 {verified.broken_at} 条起对不上" if verified.broken_at else "全部对得上"
    )
    _print(asked, {**asdict(verified), "intact": verified.broken_at is None}, words)
    return 1 if verified.broken_at else 0


def machine_code(asked: argparse.Namespace) -> None:
    from server.services.machine import make_enrolment_code

    try:
        with _ready_installation(asked).begin() as work:
            code = make_enrolment_code(work, asked.village)
    except UnknownRegion:
        raise CommandFailed(f"没有编码为“{asked.village}”的村：应是12位统计用区划代码") from None
    _print(asked, {"enrolment_code": code, "village_code": asked.village}, code)


def bench(asked: argparse.Namespace) -> None:
    measured = import_module(f"benchmarks.{asked.name}").measure()
    _print(asked, {"bench": asked.name, **measured}, json.dumps(measured, ensure_ascii=False, indent=1))
