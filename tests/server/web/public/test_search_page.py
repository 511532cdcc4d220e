"""The one box: errands, policies and powers by whatever people type, each result marked with what it is."""

import re

import pytest

from forms.catalogue import load_catalogue

CATALOGUE = load_catalogue()


def read(phone, address: str) -> str:
    answer = phone.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def found(page: str) -> list[str]:
    return re.findall(r'<li><a href="(/[a-z]+/[^"]+)"', page)


@pytest.mark.parametrize("words", ["高龄津贴", "老人补贴", "gljt", "GAOLINGJINTIE", "lrbt"])
def test_words_pinyin_and_initials_find_the_policy_and_its_errand_first(phone, words):
    assert set(found(read(phone, f"/search?words={words}"))[:2]) == {"/services/MZ-008", "/policies/P-MZ-10"}


def test_each_result_says_what_it_is_and_leads_there(phone):
    page = read(phone, "/search?words=低保")
    kinds = re.findall(r'<span class="chip">([^<]+)</span>', page)
    assert {"办事", "政策", "村级权力"} == set(kinds)
    assert {phone.get(address).status_code for address in found(page)} == {200}


def test_one_kind_can_be_looked_at_alone(phone):
    page = read(phone, "/search?words=低保&kind=policy")
    assert found(page) and all(address.startswith("/policies/") for address in found(page))
    assert found(read(phone, "/search?words=低保&kind=magic")) == found(read(phone, "/search?words=低保"))


def test_nothing_found_is_said_with_what_to_do(phone):
    page = read(phone, "/search?words=qqq")
    assert "没有找到和“qqq”有关的事" in page and found(page) == []
    assert 'href="/which"' in page


def test_an_empty_box_tells_how_to_use_it(phone):
    assert "gljt" in read(phone, "/search")


def test_many_results_are_cut_and_the_rest_counted(phone):
    page = read(phone, "/search?words=z")
    assert len(found(page)) == 40
    assert re.search(r"还有 \d+ 条没有列出来", page)


@pytest.mark.parametrize("words", ["%3Ci%3E", "%00", "%F0%A0%AE%B7", "%ED%A0%80", "a" * 3000])
def test_typed_signs_stay_text_and_break_nothing(phone, words):
    page = read(phone, f"/search?words={words}")
    assert "<i>" not in page


def test_a_kept_address_of_the_services_page_still_finds(phone):
    assert found(read(phone, "/services?words=gljt"))[0] in ("/services/MZ-008", "/policies/P-MZ-10")


def test_the_services_stand_by_department(phone):
    page = read(phone, "/services")
    assert set(found(page)) == {f"/services/{code}" for code in CATALOGUE.items}
    assert page.count("<section id=") == len({item.department for item in CATALOGUE.items.values()})
