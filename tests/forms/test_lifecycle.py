"""What goes on after an item is done, in words and in months: the two must say the same."""

import pytest

from forms.catalogue import load_catalogue
from forms.checking.items import check_item
from forms.item import Lifecycle

CATALOGUE = load_catalogue()
CODES = set(CATALOGUE.items)


def faults(code: str, **life: object) -> list[str]:
    item = CATALOGUE.get_item(code)
    changed = item.model_copy(update={"lifecycle": Lifecycle(**life)})
    found = check_item(changed, CATALOGUE.vocabulary, CODES)
    return [finding.fault for finding in found if finding.field == "lifecycle"]


def test_every_shipped_item_says_the_same_in_words_and_months():
    found = [finding for item in CATALOGUE.items.values() for finding in check_item(item, CATALOGUE.vocabulary, CODES)]
    assert found == []
    months = {code: item.lifecycle.recheck_months for code, item in CATALOGUE.items.items() if item.lifecycle}
    assert (months["MZ-001"], months["MZ-008"], months["MZ-007"], months["SL-001"]) == (12, 12, None, None)


@pytest.mark.parametrize(
    ("life", "words"),
    [
        ({"recurring": True, "recheck": "每年", "recheck_months": 6}, "recheck_months 要写 12"),
        ({"recurring": True, "recheck": "每半年一次"}, "recheck_months 要写 6"),
        ({"recurring": True, "renewed_by": "application", "recheck_months": 12}, "没有待遇要复核"),
        ({"recurring": True, "confirms": "ZZ-999"}, "不在目录里"),
        ({"recurring": True, "start_month": "of_application"}, "用文字说明"),
    ],
)
def test_a_term_that_contradicts_its_words_is_told(life, words):
    assert any(words in fault for fault in faults("MZ-008", **life))


def test_words_that_name_no_term_ask_for_none():
    assert faults("MZ-008", recurring=True, recheck="动态核查") == []
    assert faults("MZ-008", recurring=True, recheck="每季") == []
