"""The papers of a case: always a watermarked copy, as a whole PDF or as one page's picture."""

from urllib.parse import quote

from flask import Blueprint, Response, abort, g, jsonify, render_template, request

from forms.render.watermark import watermark_copy
from server.services.desk import Paper, get_paper, note_printing
from server.web.console.find_in_paper import Found, find_words
from server.web.console.picture import PaperBroken, one_page, page_picture
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

LONGEST_WORDS = 50
_BROKEN = "这份材料的文件打不开。请联系管理员；必要时请村里重拍这一样。"


def add_routes(blueprint: Blueprint) -> None:
    folder = "/cases/<case_number>/documents/<document_id>"
    blueprint.add_url_rule(f"{folder}.pdf", view_func=show_document)
    blueprint.add_url_rule(f"{folder}/pages/<int:number>.png", view_func=show_page)
    blueprint.add_url_rule(f"{folder}/find", view_func=find_in_document)
    blueprint.add_url_rule(f"{folder}/print", view_func=print_document, methods=["POST"])


@guarded_by("staff")
def show_document(case_number: str, document_id: str) -> Response:
    paper, pdf, words = _read(case_number, document_id)
    name = quote(f"{paper.name}.pdf")
    return _private(_stamped(pdf, words), "application/pdf", f"inline; filename*=UTF-8''{name}")


@guarded_by("staff")
def show_page(case_number: str, document_id: str, number: int) -> Response:
    paper, pdf, words = _read(case_number, document_id)
    if not 1 <= number <= paper.pages:
        abort(404)
    try:
        picture = page_picture(_stamped(one_page(pdf, number), words))
    except PaperBroken:
        raise Refusal(500, "paper_broken", _BROKEN) from None
    return _private(picture, "image/png", "inline")


@guarded_by("staff")
def find_in_document(case_number: str, document_id: str) -> Response:
    """Where the words stand, for marks over the picture: {pages: [{number, boxes: [[left, top, width, height]]}], sentence}."""
    words = request.args.get("q", "").strip()[:LONGEST_WORDS]
    if not words:
        return jsonify(pages=[], sentence="请先写要找的字。")
    _, pdf, _ = _read(case_number, document_id)
    try:
        found = find_words(pdf, words)
    except PaperBroken:
        raise Refusal(500, "paper_broken", _BROKEN) from None
    pages = [
        {"number": number, "boxes": [[box.left, box.top, box.width, box.height] for box in boxes]}
        for number, boxes in found.pages.items()
    ]
    response = jsonify(pages=pages, sentence=_found_in_words(found, words))
    response.headers["Cache-Control"] = "no-store"
    return response


def _found_in_words(found: Found, words: str) -> str:
    if not found.has_text:
        return "这份材料是拍的照片，里面没有可以找的文字，请一页一页看。"
    count = sum(map(len, found.pages.values()))
    if not count:
        return f"没有找到“{words}”。"
    return f"找到 {count} 处，在第 {'、'.join(map(str, found.pages))} 页。"


@guarded_by("staff")
def print_document(case_number: str, document_id: str) -> str:
    """By POST: a watermarked copy on paper leaves the building, and who printed it is put on record."""
    with installation().begin() as work:
        paper = note_printing(work, g.actor, case_number, document_id)
    return render_template("console/print_paper.html", paper=paper, case_number=case_number)


def _read(case_number: str, document_id: str) -> tuple[Paper, bytes, str]:
    """The reading is committed as a record before a byte is shown; drawing happens outside the transaction."""
    with installation().begin() as work:
        return get_paper(work, g.actor, case_number, document_id)


def _stamped(pdf: bytes, words: str) -> bytes:
    try:
        return watermark_copy(pdf, words)
    except Exception as broken:  # pypdf raises many kinds for a file it cannot read
        raise Refusal(500, "paper_broken", _BROKEN) from broken


def _private(content: bytes, mimetype: str, disposition: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = disposition
    response.headers["Cache-Control"] = "no-store"  # no copy of an ID card stays on a shared PC's disk
    return response
