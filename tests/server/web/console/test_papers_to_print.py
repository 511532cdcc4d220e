"""What a desk prints of its case: the board's notice names whom the board may, the decision says all it must."""

import io

from pypdf import PdfReader

from server.db.audit import iterate_audit
from tests.server.web.conftest import NAME

NOTICE, DECISION = "board_notice", "decision"


def print_paper(someone, number: str, kind: str):
    return someone.send(f"/console/cases/{number}/{kind}.pdf")


def text_of(answer) -> str:
    assert answer.status_code == 200
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).split())


def printed(world) -> list[tuple[str, str]]:
    with world.installation.look() as work:
        return [(row.actor, row.subject) for row in iterate_audit(work.session) if row.action == "sheet.printed"]


class TestBoardNotice:
    def test_the_village_the_preparing_and_the_deciding_desk_print_it(self, official, world):
        number = world.case_in_notice()
        for name in ("agent", "head"):
            text = text_of(print_paper(official(name), number, NOTICE))
            assert text.startswith("公示高龄津贴申请")
            assert NAME in text and "烟楼村村民委员会（盖章）" in text and "2026年" in text
            assert "反映人是谁、反映了什么，都要保密" in text
        assert len(printed(world)) == 2

    def test_no_other_desk_prints_it_and_no_case_without_a_notice_has_one(self, official, world):
        number, early = world.case_in_notice(), world.new_case()
        for name in ("counter", "supervisor", "stranger"):
            assert print_paper(official(name), number, NOTICE).status_code == 404
        assert print_paper(official("agent"), early, NOTICE).status_code == 404
        assert printed(world) == []

    def test_one_whose_days_are_over_is_not_printed_again(self, official, world):
        number = world.case_to_decide()
        assert print_paper(official("agent"), number, NOTICE).status_code == 404
        assert "打印公示单" not in official("agent").read(f"/console/cases/{number}")

    def test_the_page_offers_it_only_to_whom_it_is_given(self, official, world):
        number = world.case_in_notice()
        assert "打印公示单" in official("agent").read(f"/console/cases/{number}")
        assert "打印公示单" not in official("counter").read(f"/console/cases/{number}")


class TestDecision:
    def test_a_grant_says_what_was_granted_and_how_to_have_it_reviewed(self, official, world):
        number = world.closed_case()
        text = text_of(print_paper(official("head"), number, DECISION))
        assert text.startswith("准予（确认）决定书")
        assert all(words in text for words in (NAME, number, "每月80元", "2026年10月", "（待编号）", "（盖章）"))
        assert "60日内向合浦县人民政府申请行政复议" in text and "6个月内" in text
        assert "公安、" in text and "公示，2026年" in text

    def test_a_refusal_says_why(self, official, world):
        number = world.rejected_case()
        text = text_of(print_paper(official("head"), number, DECISION))
        assert text.startswith("不予批准决定书") and "户籍已经迁出本市，请向迁入地申请。" in text
        assert [subject for _, subject in printed(world)] == [number]

    def test_nobody_prints_a_decision_before_it_is_taken_nor_another_desks(self, official, world):
        number = world.case_to_decide()
        assert print_paper(official("head"), number, DECISION).status_code == 404
        assert "打印决定书" not in official("head").read(f"/console/cases/{number}")
        closed = world.closed_case()
        for name in ("police", "agent", "supervisor", "stranger"):
            assert print_paper(official(name), closed, DECISION).status_code == 404

    def test_the_desk_that_delivers_prints_it_too(self, official, world):
        number = world.closed_case()
        assert "打印决定书" in official("counter").read(f"/console/cases/{number}")
        assert print_paper(official("counter"), number, DECISION).status_code == 200

    def test_it_is_never_fetched_by_address_nor_kept(self, official, world):
        number = world.closed_case()
        head = official("head")
        assert head.client.get(f"/console/cases/{number}/decision.pdf").status_code in (404, 405)
        assert head.client.post(f"/console/cases/{number}/decision.pdf").status_code in (400, 403)
        assert print_paper(head, number, DECISION).headers["Cache-Control"] == "no-store"
