"""The catalogue and its sheets of paper."""

import argparse

from forms.catalogue import check_catalogue, load_catalogue
from forms.clock import SystemClock, local_date
from forms.notice_sheet import blank_notice_sheet
from forms.render.notice_sheet import render_notice_sheet
from hongye.commands import say
from hongye.commands.writing import write


def catalogue_check(asked: argparse.Namespace) -> int:
    answer = check_catalogue()
    counts = (
        f"事项 {answer['items']} 项，县区 {answer['counties']}，乡镇 {answer['townships']}，村 {answer['villages']}"
    )
    say(asked, answer, "\n".join([counts, *answer["findings"]]))
    return 1 if answer["findings"] else 0


def sheet_notice(asked: argparse.Namespace) -> None:
    catalogue = load_catalogue()
    item = catalogue.get_item(asked.item)
    sheet = blank_notice_sheet(
        item,
        village_name="",
        made_on=local_date(SystemClock().now()),
        guide_url=f"{asked.public_url.rstrip('/')}/services/{item.code}",
        digest=catalogue.digest,
    )
    write(asked.out, render_notice_sheet(sheet))
    say(asked, {"path": str(asked.out), "item": item.code}, f"{asked.out}：{item.name}一次性告知单")
