"""Pictures of sheets: finding the sheet, reading what it says, and binding pages into one PDF."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hongye.commands import CommandFailed, say
from hongye.commands.writing import unwritable
from kiosk.bundling import bundle_pictures
from kiosk.imaging.scan import scan_picture
from kiosk.reading.reading import KIND_WORDS

Look = Callable[[Path], dict[str, Any]]


def scan(asked: argparse.Namespace) -> int:
    """One JSON object per picture, one a line, in the order given; 1 when any picture could not be read."""
    return _each_picture(asked, scan_picture, _scan_words)


def read(asked: argparse.Namespace) -> int:
    """As scan, with what each picture says."""
    from kiosk.reading.picture_file import read_file  # the other errands here need no reading engine

    return _each_picture(asked, read_file, _read_words)


def _each_picture(asked: argparse.Namespace, look: Look, in_words: Callable[[dict[str, Any]], str]) -> int:
    unreadable = 0
    for path in _paths(asked.images):
        found = look(Path(path))
        if "error" in found:
            unreadable += 1
            print(f"hongye: {path}: {found['error']}", file=sys.stderr)
        print(json.dumps(found, ensure_ascii=False) if asked.json else in_words(found), flush=True)
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


def _read_words(found: dict[str, Any]) -> str:
    if "error" in found:
        return f"{found['path']}：{found['error']}"
    lines = [f"{found['path']}：{KIND_WORDS[found['kind']]}（{found['ms']:.0f} 毫秒）"]
    for field in found["fields"].values():
        trouble = f"　注意：{field['trouble']}" if field["trouble"] else ""
        lines.append(f"  {field['label']}：{field['value']}{trouble}")
    lines += [f"  码：{code['text'] or '看得见，读不出来'}" for code in found["codes"]]
    return "\n".join([*lines, found["text"]])


def bundle(asked: argparse.Namespace) -> None:
    try:
        pages = bundle_pictures(asked.images, asked.out, asked.mode)
    except ValueError as fault:
        raise CommandFailed(str(fault)) from None
    except OSError as fault:
        raise unwritable(asked.out, fault) from None
    size = asked.out.stat().st_size
    say(asked, {"path": str(asked.out), "pages": pages, "bytes": size}, f"{asked.out}：{pages} 页，{size} 字节")
