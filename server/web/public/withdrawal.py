"""撤回申请 by whoever holds the receipt: asked once more, and refused in words where departments have begun."""

from flask import Blueprint, Response, redirect, request, url_for

from forms.packet import normal_lookup_code
from server.domain.case import ActionNotAllowed
from server.services.ending import NotFound, withdraw_by_lookup_code
from server.web.public.progress import ask_for_code, find_or_wait, show_again
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/c/<lookup_code>/withdrawal", view_func=withdraw, methods=["POST"])


@guarded_by("lookup_code")
def withdraw(lookup_code: str) -> Response:
    progress = find_or_wait(normal_lookup_code(lookup_code))
    if progress is None:
        return ask_for_code(lookup_code, 404)
    if request.form.get("sure") != "yes":
        return show_again(progress, "要撤回，请先勾选“我确定要撤回”。", 422)
    try:
        with installation().begin() as work:
            withdraw_by_lookup_code(work, progress.lookup_code)
    except (ActionNotAllowed, NotFound) as refused:
        words = f"{refused} 要停下来，请找村代办员或办理部门。"
        return show_again(progress, words, 409)
    return redirect(url_for("public.show_progress", lookup_code=progress.lookup_code), 303)
