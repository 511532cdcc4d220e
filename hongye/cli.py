"""The command line: one word per errand, JSON with --json, exit code 0 only on success, errors in one clear line."""

import argparse
import io
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from hongye.ports import Ports

Words = Any  # argparse keeps its type of sub-commands to itself
DEFAULT_DATA = Path("data")
OUR_ROOMS = frozenset({"forms", "server", "kiosk", "miniprogram_api", "hongye"})


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    _take_any_file_name()
    asked = _parser().parse_args(arguments)
    module, _, function = asked.run.partition(":")
    try:
        return getattr(import_module(f"hongye.commands.{module}"), function)(asked) or 0
    except KeyboardInterrupt:
        return 130
    except Exception as fault:
        if os.environ.get("HONGYE_TRACEBACK"):
            raise
        print(f"hongye: {_in_one_line(fault)}", file=sys.stderr)
        return 1


def _take_any_file_name() -> None:
    """A name the terminal's encoding does not have (GBK on a stick) is shown in escapes, which JSON reads too."""
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _in_one_line(fault: Exception) -> str:
    """Our own faults speak for themselves; of anybody else's the kind is told too, and how to see where it happened."""
    words = " ".join(str(fault).split())
    if type(fault).__module__.split(".")[0] in OUR_ROOMS:
        return words
    return f"{type(fault).__name__}: {words[:300]} (HONGYE_TRACEBACK=1 shows where)"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hongye", description="农事网通 · 阳光红页")
    words = parser.add_subparsers(required=True, metavar="COMMAND")
    _installation_commands(words)
    _part_commands(words)
    _picture_commands(words)
    _paper_commands(words)
    _upkeep_commands(words)
    return parser


def _command(words: Words, name: str, run: str, help_text: str, *, as_json: bool = True) -> argparse.ArgumentParser:
    """A word and what it runs: `module:function` below hongye.commands, loaded when the word is given."""
    command = words.add_parser(name, help=help_text, description=help_text)
    command.set_defaults(run=run)
    if as_json:
        command.add_argument("--json", action="store_true", help="print JSON")
    return command


def _installation_commands(words: Words) -> None:
    run = _command(words, "run", "parts:run", "start a practice installation with all its parts", as_json=False)
    run.add_argument("--data", type=Path, default=DEFAULT_DATA, help="its folder (default: data)")
    run.add_argument("--port", type=int, default=Ports.server, help="the server's port")
    run.add_argument("--simulator-port", type=int, default=Ports.simulator)
    run.add_argument("--kiosk-port", type=int, default=Ports.kiosk)
    demo = _command(words, "demo", "parts:demo", "play the whole story of one visit, headless")
    demo.add_argument("--data", type=Path, help="an empty folder for it")
    more = demo.add_subparsers(metavar="WHAT")
    history = _command(more, "history", "parts:demo_history", "lay two years of invented cases, and some of 2018")
    history.add_argument("--data", type=Path, required=True, help="a new folder; `hongye run --data` opens it after")
    history.add_argument("--cases", type=int, default=3000)
    history.add_argument("--seed", type=int, default=1, help="the same seed and end give the same history")
    history.add_argument("--until", metavar="TIME", help="when it ends (default: now)")


def _part_commands(words: Words) -> None:
    for name, run, help_text in (
        ("serve", "parts:serve", "run the web server"),
        ("worker", "parts:work", "run the worker: messages, deadlines, public notices"),
        ("simulator", "parts:simulate", "run the local WeChat platform"),
        ("kiosk", "counter:kiosk", "run the village kiosk agent"),
    ):
        part = _command(words, name, run, help_text, as_json=False)
        part.add_argument("--settings", type=Path, required=True, help="its settings file")
        if name == "kiosk":
            part.add_argument("--enrolment-code", help="the one-time code of a new machine")
    devices = _command(words, "devices", "devices:devices", "list cameras and serial ports, as the settings name them")
    devices.add_argument("--models", type=Path, help="a city's own table of cameras")


def _picture_commands(words: Words) -> None:
    for name, help_text in (
        ("scan", "find the sheet in pictures and say what is wrong with them"),
        ("read", "read the text of pictures offline, with the fields of cards, registers and passbooks, and codes"),
    ):
        look = _command(words, name, f"pictures:{name}", help_text)
        look.add_argument(
            "images", nargs="+", metavar="IMAGE", help="picture files, or - for one path a line on standard input"
        )
    bundle = _command(
        words, "bundle", "pictures:bundle", "make one PDF of photographed pages, cut out and straightened"
    )
    bundle.add_argument("--out", type=Path, required=True)
    bundle.add_argument("--mode", choices=["colour", "grey", "bitonal"], default="colour")
    bundle.add_argument("images", nargs="+", type=Path, metavar="IMAGE")


def _paper_commands(words: Words) -> None:
    catalogue = words.add_parser("catalogue", help="the service catalogue").add_subparsers(
        required=True, metavar="WHAT"
    )
    check = _command(catalogue, "check", "paper:catalogue_check", "check the catalogue and count it")
    check.add_argument("--folder", type=Path, help="another folder of the same files (default: the one that ships)")
    _exchange_commands(words, catalogue)
    bpmn = _command(catalogue, "bpmn", "paper:catalogue_bpmn", "write the process of an item or a power as BPMN 2.0")
    bpmn.add_argument("code", metavar="CODE", help="such as MZ-001 or Q-ZD-01")
    bpmn.add_argument("--out", type=Path, required=True)
    every = _command(catalogue, "sheets", "all_sheets:catalogue_sheets", "make every sheet and say how long each took")
    every.add_argument("--out", type=Path, required=True, help="the folder for them")
    sheet = words.add_parser("sheet", help="sheets of paper").add_subparsers(required=True, metavar="WHAT")
    notice = _command(sheet, "notice", "paper:sheet_notice", "make an item's one-time notice sheet")
    notice.add_argument("item", metavar="ITEM", help="the item's code, such as MZ-008")
    notice.add_argument("--out", type=Path, required=True)
    for command in (every, notice):
        command.add_argument(
            "--public-url",
            default=f"http://127.0.0.1:{Ports.server}",
            help="the villagers' address, for the QR code (default: a practice installation's)",
        )
    for name, run, help_text in (
        ("flow", "paper:sheet_flow", "draw the flow chart of an item or a power, as PDF or SVG"),
        ("power", "paper:sheet_power", "make a village power's sheet"),
        ("policy", "paper:sheet_policy", "make a benefit policy's sheet"),
    ):
        one = _command(sheet, name, run, help_text)
        one.add_argument("code", metavar="CODE")
        one.add_argument("--out", type=Path, required=True)
    _due_command(words)


def _due_command(words: Words) -> None:
    due = _command(words, "due", "limits:due", "say when a limit ends")
    whose = due.add_mutually_exclusive_group(required=True)
    whose.add_argument("--at", metavar="TIME", help="when it begins (ISO 8601; without a zone: Asia/Shanghai)")
    whose.add_argument("--case", metavar="NUMBER", help="both limits of a case; needs --settings")
    due.add_argument("--item", metavar="CODE")
    due.add_argument("--limit", choices=["statutory", "promised"], default="promised")
    due.add_argument("--days", type=int, metavar="N", help="how many, of --unit")
    due.add_argument("--unit", choices=["working", "calendar", "hour"], default="working")
    due.add_argument(
        "--pause", action="append", default=[], metavar="FROM..TO", help="a stop; FROM.. while it lasts (repeatable)"
    )
    due.add_argument("--extend", type=int, default=0, metavar="N", help="an extension by so many more")
    due.add_argument("--settings", type=Path, help="an installation's: its calendar with the city's edits")
    due.add_argument("--explain", action="store_true", help="name each day that was skipped")


def _exchange_commands(words: Words, catalogue: Words) -> None:
    export = _command(catalogue, "export", "exchange:catalogue_export", "write the catalogue as Excel or YAML")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="its name ends in .xlsx or .yaml")
    export.add_argument("--kind", choices=["item", "power", "policy"], help="one kind only (default: all)")
    export.add_argument("--settings", type=Path, help="an installation's: then what is in force there")
    hand_in = _command(catalogue, "import", "exchange:catalogue_import", "hand a changed file in, as drafts to review")
    hand_in.add_argument("file", type=Path, metavar="FILE")
    hand_in.add_argument("--by", required=True, metavar="ACCOUNT", help="in whose name")
    hand_in.add_argument("--settings", type=Path, default=DEFAULT_DATA / "server.toml")
    regions = words.add_parser("regions", help="the tree of places").add_subparsers(required=True, metavar="WHAT")
    compare = _command(regions, "compare", "exchange:regions_compare", "say what a year's list of codes would change")
    compare.add_argument("file", type=Path, metavar="FILE", help=".xlsx or .csv with code and name")
    compare.add_argument("--since", required=True, metavar="DATE", help="the day the list is valid from")


def _upkeep_commands(words: Words) -> None:
    bench = _command(words, "bench", "upkeep:bench", "measure speed against a floor in the same run")
    bench.add_argument("name", choices=["imaging", "bundle", "audit", "search", "supervise"])
    database = words.add_parser("db", help="the database").add_subparsers(required=True, metavar="WHAT")
    upgrade = _command(database, "upgrade", "upkeep:database_upgrade", "bring the database to its newest shape")
    upgrade.add_argument("--database-url", help="this database, whatever the settings say; needs no settings file")
    audit = words.add_parser("audit", help="the audit log").add_subparsers(required=True, metavar="WHAT")
    _command(audit, "verify", "upkeep:audit_verify", "check that no entry of the audit log was changed")
    machine = words.add_parser("machine", help="village machines").add_subparsers(required=True, metavar="WHAT")
    code = _command(machine, "code", "upkeep:machine_code", "make a one-time enrolment code for a village's machine")
    code.add_argument("--village", required=True, metavar="CODE")
    supervise = words.add_parser("supervise", help="limits and cards").add_subparsers(required=True, metavar="WHAT")
    _command(supervise, "sweep", "supervise:supervise_sweep", "put every card on record that has fallen by now")
    _command(supervise, "replay", "supervise:supervise_replay", "compute every clock and card again from the log")
    for command in (upgrade, audit.choices["verify"], code, *supervise.choices.values()):
        command.add_argument(
            "--settings", type=Path, default=DEFAULT_DATA / "server.toml", help="the server's settings file"
        )
