"""Every policy for anybody to read: whom, what, how, on what ground, until when, and what nobody has confirmed yet."""

import io
from dataclasses import replace
from datetime import date

import pytest
from markupsafe import escape
from pypdf import PdfReader

from forms.catalogue import load_catalogue
from server.web.public.policies import state_of

CATALOGUE = load_catalogue()
POLICIES = CATALOGUE.policies


def read(phone, address: str, status: int = 200) -> str:
    answer = phone.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


def test_the_list_holds_all_by_department_each_marked(phone):
    page = read(phone, "/policies")
    assert all(f'href="/policies/{code}"' in page for code in POLICIES)
    assert page.count('doubtful">待确认</span>') == len(POLICIES) == 87
    assert page.count("<section id=") == len({policy.department for policy in POLICIES.values()})
    assert page.count("已过期") == 1


@pytest.mark.parametrize("code", sorted(POLICIES))
def test_every_policy_tells_all_it_knows(phone, code):
    policy = POLICIES[code]
    page = read(phone, f"/policies/{code}")
    for words in (
        policy.name,
        policy.who,
        policy.benefit,
        policy.basis,
        policy.effective_note,
        policy.expiry_note,
        policy.note,
    ):
        assert words is None or str(escape(words)) in page
    assert all(f'href="/services/{item}"' in page for item in policy.item_codes)
    assert policy.item_codes or str(escape(policy.how_to_apply)) in page
    assert "地方标准（待确认）" in page or not policy.local_standard
    assert "还没有经主管部门最后确认" in page


@pytest.mark.parametrize("code", ["MZ-008", "JY-002", "WJ-004"])
def test_a_guide_leads_to_its_policies(phone, code):
    page = read(phone, f"/services/{code}")
    mine = [policy.code for policy in POLICIES.values() if code in policy.item_codes]
    assert mine and all(f'href="/policies/{policy}"' in page for policy in mine)


def test_a_sheet_prints(phone):
    answer = phone.get("/policies/P-MZ-10/sheet.pdf")
    assert answer.mimetype == "application/pdf"
    assert "高龄津贴" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_an_unknown_policy_is_told_in_words(phone):
    for address in ("/policies/P-XX-99", "/policies/P-XX-99/sheet.pdf"):
        assert "没有找到这条政策" in read(phone, address, 404)
    assert "高龄津贴" in read(phone, "/policies/p-mz-10")


class TestState:
    @pytest.mark.parametrize(
        ("code", "on", "word", "holds"),
        [
            ("P-NY-02", date(2026, 12, 31), "现行", True),
            ("P-NY-02", date(2027, 1, 1), "已过期", False),
            ("P-NY-02", date(2024, 9, 25), "还没开始", False),
            ("P-XC-02", date(2026, 3, 1), "期限要问清", True),
            ("P-MZ-10", date(2026, 3, 1), "期限没写明", True),
        ],
    )
    def test_goes_by_what_the_policy_states(self, code, on, word, holds):
        state = state_of(POLICIES[code], CATALOGUE, on)
        assert (state.word, state.holds) == (word, holds)
        assert state.advice or holds

    def test_of_a_stopped_policy_gives_the_reason(self):
        stopped = replace(CATALOGUE, suspended={"P-MZ-10": "暂停办理：标准在调整"})
        state = state_of(POLICIES["P-MZ-10"], stopped, date(2026, 3, 1))
        assert (state.word, state.holds, state.advice) == ("现在不办", False, "暂停办理：标准在调整")
