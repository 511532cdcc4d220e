"""常用意见: an official's own sentences beside the shipped ones."""

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for

from server.domain.case import actions_of
from server.domain.opinion import LONGEST, SHIPPED
from server.domain.words import ACTION
from server.services.opinion import OpinionRefused, forget_opinion, keep_opinion, list_opinions
from server.web.console.inbox import desk_in_words
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/opinions", view_func=show_opinions)
    blueprint.add_url_rule("/opinions", view_func=add_opinion, methods=["POST"])
    blueprint.add_url_rule("/opinions/<int:template_id>/forget", view_func=drop_opinion, methods=["POST"])


@guarded_by("staff")
def show_opinions() -> str:
    return _render()


def _render(refused: str | None = None) -> str:
    with installation().look() as work:
        return render_template(
            "console/opinions.html",
            opinions=list_opinions(work, g.actor),
            labels=ACTION,
            actions=[action for action, words in SHIPPED.items() if words and action in actions_of(g.actor.role)],
            longest=LONGEST,
            refused=refused,
            typed=request.form,
            desk=desk_in_words(work),
            place="inbox",
        )


@guarded_by("staff")
def add_opinion() -> Response:
    try:
        with installation().begin() as work:
            keep_opinion(work, g.actor, request.form.get("action", ""), request.form.get("words", ""))
    except OpinionRefused as refused:
        return make_response(_render(str(refused)), 422)
    return redirect(url_for("console.show_opinions"), 303)


@guarded_by("staff")
def drop_opinion(template_id: int) -> Response:
    try:
        with installation().begin() as work:
            forget_opinion(work, g.actor, template_id)
    except OpinionRefused as refused:
        return make_response(_render(str(refused)), 422)
    return redirect(url_for("console.show_opinions"), 303)
