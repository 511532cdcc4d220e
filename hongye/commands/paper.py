"""The catalogue and its sheets of paper, one at a time."""

import argparse
from pathlib import Path
from typing import Any

from forms.catalogue import DATA_FOLDER, Catalogue, check_catalogue, load_catalogue
from forms.clock import SystemClock, local_date
from forms.flow.bpmn import bpmn_of
from forms.flow.chart import FlowChart
from forms.flow.of_item import chart_of_item
from forms.flow.of_power import chart_of_power
from forms.notice_sheet import blank_notice_sheet
from forms.policy_sheet import policy_sheet_of
from forms.power_sheet import power_sheet_of
from forms.render.flow_sheet import render_flow_sheet
from forms.render.flowchart_svg import flowchart_svg
from forms.render.notice_sheet import render_notice_sheet
from forms.render.policy_sheet import render_policy_sheet
from forms.render.power_sheet import render_power_sheet
from hongye.commands import CommandFailed, say
from hongye.commands.writing import write


def catalogue_check(asked: argparse.Namespace) -> int:
    answer = check_catalogue(asked.folder or DATA_FOLDER)
    counts = (
        f"事项 {answer['items']} 项，村级权力 {answer['powers']} 项（{answer['power_categories']} 类），"
        f"惠民政策 {answer['policies']} 项，县区 {answer['counties']}，乡镇 {answer['townships']}，村 {answer['villages']}"
    )
    say(asked, answer, "\n".join([counts, *(finding["sentence"] for finding in answer["findings"])]))
    return 1 if answer["findings"] else 0


def catalogue_bpmn(asked: argparse.Namespace) -> None:
    chart = _chart(load_catalogue(), asked.code)
    _write(asked, bpmn_of(chart), f"{chart.title}的流程（BPMN 2.0）")


def sheet_notice(asked: argparse.Namespace) -> None:
    catalogue = load_catalogue()
    item = catalogue.get_item(asked.item)
    sheet = blank_notice_sheet(
        item,
        village_name="",
        made_on=local_date(SystemClock().now()),
        guide_url=guide_url(asked.public_url, item.code),
        digest=catalogue.digest,
    )
    write(asked.out, render_notice_sheet(sheet))
    say(asked, {"path": str(asked.out), "item": item.code}, f"{asked.out}：{item.name}一次性告知单")


def sheet_flow(asked: argparse.Namespace) -> None:
    chart = _chart(load_catalogue(), asked.code)
    if asked.out.suffix.lower() == ".svg":
        _write(asked, flowchart_svg(chart).encode(), f"{chart.title}流程图")
    else:
        _require_pdf(asked.out, "或 .svg ")
        _write(asked, render_flow_sheet(chart), f"{chart.title}流程图")


def sheet_power(asked: argparse.Namespace) -> None:
    catalogue = load_catalogue()
    power = catalogue.get_power(asked.code)
    _write(asked, render_power_sheet(power_sheet_of(power, catalogue.voting_rules)), f"{power.name}流程图单")


def sheet_policy(asked: argparse.Namespace) -> None:
    catalogue = load_catalogue()
    policy = catalogue.get_policy(asked.code)
    sheet = policy_sheet_of(policy, catalogue.items, on=local_date(SystemClock().now()))
    _write(asked, render_policy_sheet(sheet), f"{policy.name}政策单")


def guide_url(public_url: str, item_code: str) -> str:
    return f"{public_url.rstrip('/')}/services/{item_code}"


def _chart(catalogue: Catalogue, code: str) -> FlowChart:
    """An item's or a power's. Raises UnknownEntry."""
    if code.startswith("Q-"):
        return chart_of_power(catalogue.get_power(code))
    return chart_of_item(catalogue.get_item(code))


def _require_pdf(out: Path, also: str) -> None:
    if out.suffix.lower() != ".pdf":
        raise CommandFailed(f"--out 要以 .pdf {also}结尾：{out}")


def _write(asked: argparse.Namespace, content: bytes, what: str) -> None:
    write(asked.out, content)
    answer: dict[str, Any] = {"path": str(asked.out), "code": asked.code, "bytes": len(content)}
    say(asked, answer, f"{asked.out}：{what}")
