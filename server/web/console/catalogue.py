"""目录: the list of items, powers and policies, each with its versions, what changed between them, and what may be done."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for

from forms.catalogue import KIND_WORDS, Kind
from forms.entry_columns import place_in_words
from server.domain.catalogue_version import ACTION_WORDS, NEEDS_REASON, VersionAction, VersionRefused, may_edit
from server.domain.people import Role
from server.services import catalogue as versions
from server.services import catalogue_page
from server.services.catalogue_page import EntryLine
from server.services.work import Work
from server.web.console.inbox import desk_in_words
from server.web.webkit.errors import Refusal
from server.web.webkit.flow import flow_of
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

MAX_REASON = 500


@dataclass(frozen=True)
class Group:
    """The entries of one department or area."""

    name: str
    lines: tuple[EntryLine, ...]


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/catalogue", view_func=show_catalogue)
    blueprint.add_url_rule("/catalogue/<kind>/<code>", view_func=show_entry)
    blueprint.add_url_rule("/catalogue/<kind>/<code>/differences", view_func=show_differences)
    blueprint.add_url_rule("/catalogue/<kind>/<code>/draft", view_func=begin_draft, methods=["POST"])
    blueprint.add_url_rule("/catalogue/<kind>/<code>/stop", view_func=stop_shipped, methods=["POST"])
    blueprint.add_url_rule("/catalogue/versions/<version_id>/<action>", view_func=act_on_version, methods=["POST"])
    blueprint.add_url_rule("/catalogue/new", view_func=begin_new, methods=["POST"])


def render(work: Work, template: str, status: int = 200, *, here: str = "catalogue", **content: object) -> Response:
    """A page of the catalogue's in the console's frame; `here` is its place in the bar."""
    frame = {"place": here, "desk": desk_in_words(work)}
    frame["place_in_words"] = place_in_words
    return make_response(render_template(template, **frame, **content), status)


def checked_kind(kind: str) -> Kind:
    return kind if kind in KIND_WORDS else abort(404)  # type: ignore[return-value]


@guarded_by("staff")
def show_catalogue() -> Response:
    kind = checked_kind(request.args.get("kind", "item"))
    words = request.args.get("words", "").strip()[:50]
    with installation().look() as work:
        return _catalogue_page(work, kind, words)


def _catalogue_page(work: Work, kind: Kind, words: str, *, refused: str | None = None, status: int = 200) -> Response:
    lines = [
        line
        for line in catalogue_page.list_entries(work, kind)
        if words in f"{line.code} {line.name} {line.department}"
    ]
    names = dict.fromkeys(line.department for line in lines)
    return render(
        work,
        "console/catalogue.html",
        status,
        kind=kind,
        kinds=KIND_WORDS,
        words=words,
        groups=[Group(name, tuple(line for line in lines if line.department == name)) for name in names],
        count=len(lines),
        to_review=catalogue_page.list_awaiting_review(work, g.actor),
        may_add=may_edit(g.actor, g.actor.desk.department),
        everything=g.actor.role is Role.CONTROL_CENTRE,
        refused=refused,
    )


@guarded_by("staff")
def show_entry(kind: str, code: str) -> Response:
    with installation().look() as work:
        return _entry_page(work, checked_kind(kind), code)


def _entry_page(work: Work, kind: Kind, code: str, *, refused: str | None = None, status: int = 200) -> Response:
    try:
        page = catalogue_page.entry_page(work, g.actor, kind, code)
    except VersionRefused as unknown:
        raise Refusal(404, "no_such_entry", str(unknown)) from None
    return render(
        work,
        "console/catalogue_entry.html",
        status,
        page=page,
        kind_word=KIND_WORDS[kind],
        flow=flow_of(page.flow) if page.flow else None,
        labels=ACTION_WORDS,
        needs_reason=NEEDS_REASON,
        refused=refused,
        reason=request.form.get("reason", ""),
    )


@guarded_by("staff")
def show_differences(kind: str, code: str) -> Response:
    before, after = request.args.get("before", 0, type=int), request.args.get("after", 0, type=int)
    with installation().look() as work:
        try:
            changes = catalogue_page.compare_versions(work, checked_kind(kind), code, before, after)
        except VersionRefused as unknown:
            raise Refusal(404, "no_such_version", str(unknown)) from None
        page = catalogue_page.entry_page(work, g.actor, kind, code)  # type: ignore[arg-type]
        return render(
            work, "console/catalogue_differences.html", page=page, before=before, after=after, changes=changes
        )


@guarded_by("staff")
def begin_draft(kind: str, code: str) -> Response:
    known = checked_kind(kind)
    try:
        with installation().begin() as work:
            draft = versions.begin_draft(work, g.actor, known, code)
    except VersionRefused as refused:
        return _refused_entry(known, code, refused)
    return redirect(url_for("console.edit_draft", version_id=draft.id), 303)


@guarded_by("staff")
def begin_new() -> Response:
    kind, code = checked_kind(request.form.get("kind", "")), request.form.get("code", "").strip().upper()[:20]
    own = {} if g.actor.role is Role.CONTROL_CENTRE else {"department": g.actor.desk.department}
    try:
        with installation().begin() as work:
            if not code:
                raise VersionRefused("请先写编码，例如 MZ-016；头两个字母是部门的。")
            draft = versions.begin_new(work, g.actor, kind, code, own)
    except VersionRefused as refused:
        with installation().look() as work:
            return _catalogue_page(work, kind, "", refused=str(refused), status=409)
    return redirect(url_for("console.edit_draft", version_id=draft.id), 303)


@guarded_by("staff")
def stop_shipped(kind: str, code: str) -> Response:
    """Suspend or withdraw an entry of which nobody has made a version yet."""
    known = checked_kind(kind)
    action = _action(request.form.get("action", ""))
    try:
        with installation().begin() as work:
            versions.suspend_shipped(work, g.actor, known, code, action, request.form.get("reason", "")[:MAX_REASON])
    except VersionRefused as refused:
        return _refused_entry(known, code, refused)
    return redirect(url_for("console.show_entry", kind=kind, code=code), 303)


@guarded_by("staff")
def act_on_version(version_id: str, action: str) -> Response:
    kind, code = checked_kind(request.form.get("kind", "")), request.form.get("code", "")
    try:
        with installation().begin() as work:
            reason = request.form.get("reason", "")[:MAX_REASON]
            versions.act_on_version(work, g.actor, version_id, _action(action), reason)
    except VersionRefused as refused:
        return _refused_entry(kind, code, refused)
    return redirect(url_for("console.show_entry", kind=kind, code=code), 303)


def _action(word: str) -> VersionAction:
    return VersionAction(word) if word in set(VersionAction) - {VersionAction.EDIT} else abort(404)


def _refused_entry(kind: Kind, code: str, refused: VersionRefused) -> Response:
    with installation().look() as work:
        return _entry_page(work, kind, code, refused=str(refused), status=409)
