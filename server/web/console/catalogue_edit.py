"""起草: one draft as a form; rows are added and taken out by buttons that post, so that it works on any browser."""

import re
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, g, redirect, request, url_for

from forms.catalogue import KIND_WORDS
from forms.clock import local_date
from forms.entry_columns import SHEETS, EntryTexts, Sheet, TextFault, content_of_texts, texts_of
from forms.item import ServiceItem
from forms.notice_sheet import blank_notice_sheet
from forms.render.notice_sheet import render_notice_sheet
from server.domain.catalogue_version import VersionAction, VersionRefused
from server.services import catalogue as versions
from server.services.catalogue import Draft, DraftChanged
from server.services.work import Work
from server.web.console.catalogue import render
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

MAX_ROWS = 200


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/catalogue/drafts/<version_id>", view_func=edit_draft)
    blueprint.add_url_rule("/catalogue/drafts/<version_id>", view_func=keep_draft, methods=["POST"])
    blueprint.add_url_rule("/catalogue/drafts/<version_id>/notice-sheet.pdf", view_func=preview_notice_sheet)


@guarded_by("staff")
def edit_draft(version_id: str) -> Response:
    with installation().look() as work:
        draft = _draft(work, version_id)
        return _page(work, draft, texts_of(draft.kind, draft.content))


def _draft(work: Work, version_id: str) -> Draft:
    try:
        return versions.get_draft(work, g.actor, version_id)
    except VersionRefused as gone:
        raise Refusal(404, "no_such_draft", str(gone)) from None


def _page(
    work: Work,
    draft: Draft,
    texts: EntryTexts,
    *,
    faults: tuple[TextFault, ...] = (),
    refused: str | None = None,
    status: int = 200,
) -> Response:
    return render(
        work,
        "console/catalogue_edit.html",
        status,
        draft=draft,
        sheet=SHEETS[draft.kind],
        kind_word=KIND_WORDS[draft.kind],
        texts=texts,
        fault_at={(fault.table, fault.row, fault.column): fault.fault for fault in faults},
        refused=refused,
        saved=request.method == "GET" and "saved" in request.args,
    )


@guarded_by("staff")
def keep_draft(version_id: str) -> Response:
    """Save, save and submit, or only add or take out a row, which keeps all that is typed without saving it yet."""
    deed = request.form.get("do", "save")
    with installation().look() as work:
        draft = _draft(work, version_id)
    texts = _changed_rows(SHEETS[draft.kind], _typed(SHEETS[draft.kind], request.form), deed)
    edition = request.form.get("edition", 0, type=int)
    if deed.split(" ")[0] in ("add", "drop"):
        return _again(version_id, texts, edition=edition)
    content, faults = content_of_texts(draft.kind, texts)
    if faults:
        sentence = f"有 {len(faults)} 处写法不对，没有存上，已在下面标出。改好再点“存草稿”。"
        return _again(version_id, texts, edition=edition, faults=tuple(faults), refused=sentence, status=422)
    try:
        with installation().begin() as work:
            versions.save_draft(work, g.actor, version_id, edition, content)
            if deed == "submit":
                versions.act_on_version(work, g.actor, version_id, VersionAction.SUBMIT)
    except DraftChanged as changed:
        return _again(version_id, texts, refused=str(changed), status=409)
    except VersionRefused as refused:
        return _again(version_id, texts, edition=edition, refused=str(refused), status=422)
    if deed == "submit":
        return redirect(url_for("console.show_entry", kind=draft.kind, code=draft.code), 303)
    return redirect(url_for("console.edit_draft", version_id=version_id, saved=1), 303)


def _again(
    version_id: str,
    texts: EntryTexts,
    *,
    edition: int | None = None,
    faults: tuple[TextFault, ...] = (),
    refused: str | None = None,
    status: int = 200,
) -> Response:
    """What was typed, with the edition it was typed against: an edit of somebody else's is noticed when it is saved."""
    with installation().look() as work:
        draft = _draft(work, version_id)
        draft = replace(draft, edition=draft.edition if edition is None else edition)
        return _page(work, draft, texts, faults=faults, refused=refused, status=status)


def _typed(sheet: Sheet, form: Mapping[str, str]) -> EntryTexts:
    """The form's fields: `own NAME`, and `TABLE ROW NAME` for each row of a table."""
    own = {column.name: form.get(f"own {column.name}", "") for column in sheet.columns}
    tables = {}
    for table in sheet.tables:
        pattern = re.compile(rf"{re.escape(table.name)} (\d+) ")
        rows = sorted({int(found.group(1)) for name in form if (found := pattern.match(name))})[:MAX_ROWS]
        tables[table.name] = [
            {column.name: form.get(f"{table.name} {row} {column.name}", "") for column in table.columns} for row in rows
        ]
    return EntryTexts(own, tables)


def _changed_rows(sheet: Sheet, texts: EntryTexts, deed: str) -> EntryTexts:
    """`add materials` puts an empty row at the end, `drop materials 2` takes the third out."""
    verb, _, rest = deed.partition(" ")
    name, _, place = rest.partition(" ")
    table = next((table for table in sheet.tables if table.name == name), None)
    if table is None:
        return texts
    rows = list(texts.tables[name])
    if verb == "add" and len(rows) < MAX_ROWS:
        rows.append(dict.fromkeys((column.name for column in table.columns), ""))
    elif verb == "drop" and place.isdecimal() and place.isascii() and int(place) < len(rows):
        rows.pop(int(place))
    return EntryTexts(texts.own, {**texts.tables, name: rows})


@guarded_by("staff")
def preview_notice_sheet(version_id: str) -> Response:
    """The one-time notice sheet as it would be printed, before anybody outside sees it."""
    with installation().look() as work:
        draft = _draft(work, version_id)
        if draft.kind != "item" or draft.findings:
            raise Refusal(409, "draft_not_sound", "草稿还有不对的地方，排不出告知单。请先按提示改好，存了草稿再看。")
        item = ServiceItem.model_validate(draft.content)
        made_on, digest = local_date(work.now), work.catalogue.digest
    sheet = blank_notice_sheet(
        item, village_name="草稿，还没有发布", made_on=made_on, guide_url=request.host_url, digest=digest
    )
    return Response(render_notice_sheet(sheet), mimetype="application/pdf")
