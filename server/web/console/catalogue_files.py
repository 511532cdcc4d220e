"""目录的进出: the catalogue as an Excel or YAML file to take away, and a changed file handed in again as drafts."""

from urllib.parse import quote

from flask import Blueprint, Response, g, request

from forms.catalogue import KIND_WORDS, Kind
from forms.catalogue_reading import Finding
from server.adapters.spreadsheet import SpreadsheetFault
from server.domain.catalogue_version import VersionRefused
from server.services.catalogue_exchange import (
    OUTCOME_WORDS,
    Imported,
    ImportRefused,
    export_excel,
    export_yaml,
    import_excel,
    import_yaml,
)
from server.web.console.catalogue import checked_kind, render
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import catalogue_in_force, installation

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 200


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/catalogue/files", view_func=show_files)
    blueprint.add_url_rule("/catalogue/files", view_func=take_file, methods=["POST"])
    blueprint.add_url_rule("/catalogue/files/<name>", view_func=give_file)


@guarded_by("staff")
def show_files() -> Response:
    return _page()


def _page(
    *,
    refused: str | None = None,
    findings: tuple[Finding, ...] = (),
    imported: list[Imported] | None = None,
    status: int = 200,
) -> Response:
    with installation().look() as work:
        return render(
            work,
            "console/catalogue_files.html",
            status,
            kinds=KIND_WORDS,
            refused=refused,
            findings=findings[:MOST_SHOWN],
            more=max(0, len(findings) - MOST_SHOWN),
            imported=imported,
            outcomes=OUTCOME_WORDS,
        )


@guarded_by("staff")
def give_file(name: str) -> Response:
    """`items.xlsx`, `everything.yaml`; ?code=MZ-008 for one entry alone."""
    stem, _, form = name.rpartition(".")
    kinds: list[Kind] = list(KIND_WORDS) if stem == "everything" else [checked_kind(stem)]
    code = request.args.get("code")
    codes = frozenset({code}) if code else None
    catalogue = catalogue_in_force()
    if form == "xlsx":
        return _download(export_excel(catalogue, kinds, codes), EXCEL, name, code)
    return _download(export_yaml(catalogue, kinds, codes).encode(), "application/yaml; charset=utf-8", name, code)


def _download(content: bytes, mimetype: str, name: str, code: str | None) -> Response:
    response = Response(content, mimetype=mimetype)
    shown = quote(f"目录-{code or name.partition('.')[0]}.{name.rpartition('.')[2]}")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{shown}"
    return response


@guarded_by("staff")
def take_file() -> Response:
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        return _page(refused="还没有选文件。请点“选择文件”，选好改过的Excel或YAML，再交。", status=422)
    try:
        with installation().begin() as work:
            if (file.filename or "").lower().endswith((".yaml", ".yml")):  # type: ignore[union-attr]
                imported = import_yaml(work, g.actor, content.decode("utf-8"))
            else:
                imported = import_excel(work, g.actor, content)
    except UnicodeDecodeError:
        return _page(refused="YAML文件要用 UTF-8 编码保存。请另存为 UTF-8，再交一次。", status=422)
    except ImportRefused as refused:
        return _page(refused=str(refused), findings=refused.findings, status=422)
    except (SpreadsheetFault, VersionRefused) as refused:
        return _page(refused=str(refused), status=422)
    return _page(imported=imported)
