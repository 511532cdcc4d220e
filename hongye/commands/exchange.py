"""The catalogue as files on the command line: checked, given out, handed in as drafts, and a year's list of places compared."""

import argparse
from datetime import date
from pathlib import Path

from forms.catalogue import KIND_WORDS, Catalogue, Kind, load_catalogue
from forms.region_list import read_list, update_tree
from hongye.commands import CommandFailed, say
from hongye.commands.writing import write
from server.adapters.spreadsheet import SpreadsheetFault, read_region_rows
from server.bootstrap import Installation, build_installation
from server.db.staff import find_staff_by_name
from server.domain.catalogue_version import VersionRefused
from server.services.catalogue_exchange import (
    OUTCOME_WORDS,
    ImportRefused,
    export_excel,
    export_yaml,
    import_excel,
    import_yaml,
)
from server.services.staff import actor_of
from server.settings import load_settings


def catalogue_export(asked: argparse.Namespace) -> None:
    """What ships, or with --settings what is in force there; the ending of the file's name says in which form."""
    catalogue = _in_force(asked.settings) if asked.settings else load_catalogue()
    kinds: list[Kind] = [asked.kind] if asked.kind else list(KIND_WORDS)
    if asked.out.suffix.lower() == ".xlsx":
        content = export_excel(catalogue, kinds)
    elif asked.out.suffix.lower() in (".yaml", ".yml"):
        content = export_yaml(catalogue, kinds).encode()
    else:
        raise CommandFailed(f"--out 要以 .xlsx 或 .yaml 结尾：{asked.out}")
    write(asked.out, content)
    count = sum(len(catalogue.entries(kind)) for kind in kinds)
    say(asked, {"path": str(asked.out), "entries": count}, f"{asked.out}：{count} 条")


def _in_force(settings: Path) -> Catalogue:
    with _installation(settings).look() as work:
        return work.catalogue


def _installation(settings: Path) -> Installation:
    return build_installation(load_settings(settings))


def catalogue_import(asked: argparse.Namespace) -> int:
    """Drafts in the name of a person who may write them; another person lets them out in the console."""
    try:
        with _installation(asked.settings).begin() as work:
            person = find_staff_by_name(work.session, asked.by)
            if person is None:
                raise CommandFailed(f"没有叫“{asked.by}”的账号")
            content = _read(asked.file)
            if asked.file.suffix.lower() == ".xlsx":
                imported = import_excel(work, actor_of(person), content)
            else:
                imported = import_yaml(work, actor_of(person), content.decode())
    except ImportRefused as refused:
        lines = [str(finding) for finding in refused.findings]
        say(asked, {"imported": [], "findings": lines}, "\n".join([str(refused), *lines]))
        return 1
    except (SpreadsheetFault, VersionRefused, UnicodeDecodeError) as refused:
        raise CommandFailed(str(refused)) from None
    changed = [one for one in imported if one.outcome != "unchanged"]
    words = [f"{one.code} {one.name}：{OUTCOME_WORDS[one.outcome]}" for one in changed]
    answer = {"imported": [{"code": one.code, "outcome": one.outcome} for one in imported], "findings": []}
    say(asked, answer, "\n".join([f"{len(imported)} 条，改动 {len(changed)} 条，等另一位同事复核", *words]))
    return 0


def regions_compare(asked: argparse.Namespace) -> None:
    """What a year's list would change in the tree that ships; nothing is kept."""
    city = load_catalogue().vocabulary.city
    try:
        since = date.fromisoformat(asked.since)
        listed = read_list(read_region_rows(_read(asked.file), asked.file.name), str(city["code"]))
    except ValueError as fault:
        raise CommandFailed(str(fault)) from None
    changes = update_tree(dict(city), listed, since).changes
    answer = {"changes": [{"kind": one.kind, "id": one.id, "sentence": one.sentence} for one in changes]}
    say(asked, answer, "\n".join([f"{len(changes)} 处不同", *(one.sentence for one in changes)]))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise CommandFailed(f"读不了 {path}：{fault.strerror}") from None
