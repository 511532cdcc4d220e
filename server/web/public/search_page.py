"""找一找: one box over errands, policies and village powers, by words, 俗称, pinyin or initials."""

from flask import Blueprint, Response, request

from forms.catalogue import Kind
from forms.search import KINDS, Hit, index_of
from server.web.public.home import open_page
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import catalogue_in_force

SHOWN = 40
WORDS: dict[Kind, str] = {"item": "办事", "policy": "政策", "power": "村级权力"}
PAGES: dict[Kind, str] = {"item": "public.show_guide", "policy": "public.show_policy", "power": "public.show_power"}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/search", view_func=search)


@guarded_by("public")
def search() -> Response:
    return show_found(asked_words(), request.args.get("kind", ""))


def asked_words() -> str:
    return request.args.get("words", "").strip()[:50]


def show_found(words: str, kind: str = "") -> Response:
    catalogue = catalogue_in_force()
    found = index_of(catalogue).find(words)
    chosen = [hit for hit in found if hit.kind == kind] if kind in KINDS else found
    return open_page(
        "public/search.html",
        words=words,
        kind=kind if kind in KINDS else "",
        hits=chosen[:SHOWN],
        more=max(0, len(chosen) - SHOWN),
        counts=_counts(found),
        total=len(found),
        kind_words=WORDS,
        pages=PAGES,
        suspended=catalogue.suspended,
    )


def _counts(found: list[Hit]) -> list[tuple[Kind, int]]:
    """How many of each kind; a kind with none is not offered."""
    counted = [(kind, sum(hit.kind == kind for hit in found)) for kind in KINDS]
    return [(kind, count) for kind, count in counted if count]
