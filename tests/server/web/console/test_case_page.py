"""The case page: who may see it, what it shows, what is masked, and which papers it hands out."""

import io
import re

import pytest
from PIL import Image
from pypdf import PdfReader

from server.db.audit import iterate_audit
from tests.factories import FICTITIOUS_ID, LUHN_CARD


def audited(world) -> list[tuple[str, str, str]]:
    with world.installation.look() as work:
        return [(row.action, row.actor, row.subject) for row in iterate_audit(work.session)]


def document_ids(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"/documents/([0-9a-f]{32})\.pdf", page)))


class TestWhoSees:
    def test_every_desk_the_case_has_come_to_does(self, official, world):
        number = world.case_to_decide()
        for name in ("agent", "counter", "police", "head", "supervisor"):
            assert number in official(name).read(f"/console/cases/{number}")

    def test_another_desks_case_looks_like_no_case_at_all(self, official, world):
        number = world.new_case()
        stranger = official("stranger")
        refused = stranger.client.get(f"/console/cases/{number}")
        unknown = stranger.client.get("/console/cases/450521-20200101-0001")
        without_reference = [re.sub(r"E[0-9A-F]{8}", "", page.get_data(as_text=True)) for page in (refused, unknown)]
        assert (refused.status_code, unknown.status_code) == (404, 404)
        assert without_reference[0] == without_reference[1]

    def test_nor_can_it_be_acted_on_read_in_full_or_opened(self, official, world):
        number = world.new_case()
        document = document_ids(official("counter").read(f"/console/cases/{number}"))[0]
        stranger = official("stranger")
        assert stranger.act(number, "accept").status_code == 404
        assert stranger.send(f"/console/cases/{number}/full").status_code == 404
        assert stranger.client.get(f"/console/cases/{number}/documents/{document}.pdf").status_code == 404
        assert stranger.client.get(f"/console/cases/{number}/documents/{document}/pages/1.png").status_code == 404

    def test_a_document_opens_only_under_its_own_case(self, official, world):
        one, other = world.new_case(), world.new_case()
        counter = official("counter")
        document = document_ids(counter.read(f"/console/cases/{one}"))[0]
        assert counter.client.get(f"/console/cases/{other}/documents/{document}.pdf").status_code == 404

    def test_a_supervisor_reads_and_has_no_buttons(self, official, world):
        number = world.new_case()
        page = official("supervisor").read(f"/console/cases/{number}")
        assert "/actions/" not in page

    def test_the_fault_page_has_a_number_to_tell(self, official):
        page = official("head").client.get("/console/cases/none").get_data(as_text=True)
        assert re.search(r"<b>E[0-9A-F]{8}</b>", page)
        assert "没有找到这件" in page


class TestWhatItShows:
    def test_the_clock_and_the_review_stand_beside_the_papers(self, official, world):
        number = world.case_in_review()
        page = official("head").read(f"/console/cases/{number}")
        assert "还剩" in page
        assert "合浦县·公安" in page
        assert "等意见" in page

    def test_every_tab_answers_without_scripts(self, official, world):
        number = world.case_to_decide()
        head = official("head")
        for tab, words in (("answers", "申请内容"), ("course", "亮过的牌"), ("history", "写给群众的话")):
            page = head.read(f"/console/cases/{number}?tab={tab}")
            shown = re.search(rf'data-pane="{tab}"[^>]*>', page)
            assert shown
            assert "hidden" not in shown.group()
            assert words in page

    def test_an_invented_tab_or_page_falls_back(self, official, world):
        number = world.new_case()
        page = official("counter").read(f"/console/cases/{number}?tab=%3Cscript%3E&page=-4")
        assert "<script>" not in page.replace('<script src="', "")
        assert "第1页" in page

    def test_cards_carry_their_word(self, official, world):
        from server.db.deadline import list_clocks
        from server.services.desk import get_case_to_act
        from server.services.sweep import sweep_clock
        from tests.server.web.conftest import PEOPLE

        number = world.new_case()
        world.pass_days(30)
        with world.installation.begin() as work:
            case = get_case_to_act(work, PEOPLE["counter"], number)
            for clock in list_clocks(work.session, case.id):
                sweep_clock(work, clock.id)
        counter = official("counter")
        assert '<span class="card-mark red">红牌</span>' in counter.read("/console/")
        assert '<span class="card-mark red">红牌</span>' in counter.read(f"/console/cases/{number}")
        assert "黄牌" in counter.read("/console/cards")
        assert number not in official("stranger").read("/console/cards")


class TestNumbers:
    def test_they_are_masked_until_asked_for(self, official, world):
        number = world.new_case()
        page = official("counter").read(f"/console/cases/{number}")
        assert FICTITIOUS_ID not in page
        assert LUHN_CARD not in page
        assert FICTITIOUS_ID[:3] + "*************" + FICTITIOUS_ID[-2:] in page

    def test_asked_for_they_are_shown_once_and_put_on_record(self, official, world):
        number = world.new_case()
        counter = official("counter")
        assert FICTITIOUS_ID in counter.send(f"/console/cases/{number}/full").get_data(as_text=True)
        assert ("case.viewed_in_full", "counter", number) in audited(world)
        assert FICTITIOUS_ID not in counter.read(f"/console/cases/{number}")

    def test_no_address_shows_them(self, official, world):
        number = world.new_case()
        assert official("counter").client.get(f"/console/cases/{number}/full").status_code == 405

    def test_pages_are_not_kept_by_the_browser(self, official, world):
        answer = official("counter").client.get(f"/console/cases/{world.new_case()}")
        assert answer.headers["Cache-Control"] == "no-store"


class TestPapers:
    @pytest.fixture
    def paper(self, official, world):
        number = world.new_case()
        counter = official("counter")
        return counter, number, document_ids(counter.read(f"/console/cases/{number}"))

    def test_the_pdf_says_what_it_is_for_and_who_opened_it(self, paper, world):
        counter, number, documents = paper
        answer = counter.client.get(f"/console/cases/{number}/documents/{documents[0]}.pdf")
        text = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().replace("\n", "")
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "仅供办理高龄津贴申请使用" in text
        assert "林演示" in text
        assert ("document.viewed", "counter", number) in audited(world)

    def test_a_page_is_a_picture_with_the_words_on_it(self, paper):
        counter, number, documents = paper
        answer = counter.client.get(f"/console/cases/{number}/documents/{documents[0]}/pages/1.png")
        picture = Image.open(io.BytesIO(answer.data))
        assert answer.mimetype == "image/png"
        assert max(picture.size) <= 1800
        assert len(picture.convert("L").getcolors(256)) > 20  # one flat colour without the words

    @pytest.mark.parametrize("page", [0, 99])
    def test_a_page_that_is_not_there_is_not_found(self, paper, page):
        counter, number, documents = paper
        assert (
            counter.client.get(f"/console/cases/{number}/documents/{documents[0]}/pages/{page}.png").status_code == 404
        )

    def test_a_broken_file_is_told_in_words(self, paper, monkeypatch):
        from server.web.console import documents as room

        counter, number, documents = paper
        real = room.get_paper
        monkeypatch.setattr(room, "get_paper", lambda *given: (real(*given)[0], b"%PDF-1.4 broken", "words"))
        for address in (f"{documents[0]}.pdf", f"{documents[0]}/pages/1.png"):
            answer = counter.client.get(f"/console/cases/{number}/documents/{address}")
            assert answer.status_code == 500
            assert "打不开" in answer.get_data(as_text=True)

    def test_nobody_signed_out_gets_one(self, paper, phone):
        _, number, documents = paper
        assert phone.get(f"/console/cases/{number}/documents/{documents[0]}.pdf").status_code == 302
