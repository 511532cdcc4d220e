"""Finding words in a stored paper: the boxes lie on the words, however the page is turned; pictures say they have no text."""

import io

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from forms.render.supervision_order import render_supervision_order
from server.db.audit import iterate_audit
from server.web.console.find_in_paper import MOST_MATCHES, find_words
from server.web.console.picture import PaperBroken, one_page, page_picture
from tests.server.web.conftest import document_pdf
from tests.supervision_orders import SHEET, put_paper_with_text


def paper(turned: int = 0, pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        page = PdfReader(io.BytesIO(render_supervision_order(SHEET))).pages[0]
        writer.add_page(page).rotate(turned)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_box_holds_the_words_and_little_else(turned):
    pdf = paper(turned)
    [box] = find_words(pdf, "整改措施").pages[1]
    picture = Image.open(io.BytesIO(page_picture(one_page(pdf, 1)))).convert("L")
    wide, tall = picture.size
    inside = picture.crop(
        (
            int(box.left * wide),
            int(box.top * tall),
            int((box.left + box.width) * wide) + 1,
            int((box.top + box.height) * tall) + 1,
        )
    )
    dark = sum(inside.histogram()[:128]) / (inside.width * inside.height)
    assert dark > 0.08
    longer, shorter = max(inside.size), min(inside.size)
    assert 3 < longer / shorter < 5  # four square signs in a row
    assert (inside.height > inside.width) is (turned in (90, 270))


def test_only_pages_with_a_match_are_named_and_matches_have_an_end():
    found = find_words(paper(pages=3), "督办单")
    assert sorted(found.pages) == [1, 2, 3]
    assert sum(map(len, find_words(paper(pages=3), "。").pages.values())) <= MOST_MATCHES
    assert find_words(paper(), "没有这样的字").pages == {}


def test_a_paper_of_pictures_says_that_it_has_no_text():
    assert not find_words(document_pdf(2), "潘").has_text


def test_what_is_no_paper_is_told_apart():
    with pytest.raises(PaperBroken):
        find_words(b"no PDF at all", "潘")


class TestByTheConsole:
    @pytest.fixture
    def address(self, world) -> str:
        """A case one of whose papers has text."""
        number = world.new_case()
        return f"/console/cases/{number}/documents/{put_paper_with_text(world, number)}"

    def test_it_says_how_often_and_where(self, official, address):
        answer = official("counter").client.get(f"{address}/find?q=整改措施")
        told = answer.get_json()
        assert told["sentence"] == "找到 1 处，在第 1 页。"
        assert [page["number"] for page in told["pages"]] == [1]
        assert answer.headers["Cache-Control"] == "no-store"

    def test_another_desk_finds_nothing_at_all(self, official, address):
        stranger = official("stranger")
        assert stranger.client.get(f"{address}/find?q=督办").status_code == 404
        assert stranger.send(f"{address}/print").status_code == 404

    def test_reading_and_printing_are_on_record(self, official, address, world):
        counter = official("counter")
        counter.client.get(f"{address}/find?q=督办")
        page = counter.send(f"{address}/print").get_data(as_text=True)
        assert f'{address}/pages/1.png"' in page
        with world.installation.look() as work:
            actions = [row.action for row in iterate_audit(work.session)]
        assert {"document.viewed", "document.printed"} <= set(actions)
        assert counter.client.get(f"{address}/find?q=").get_json()["pages"] == []
