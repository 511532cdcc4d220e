"""The sheets the tests of the paper print."""

import pytest

from forms.catalogue import load_catalogue
from forms.item import ServiceItem
from forms.notice_sheet import blank_notice_sheet, personal_notice_sheet
from tests.forms.render.samples import GUIDE_URL, MADE_ON, VILLAGE, full_answers


@pytest.fixture(scope="session")
def items() -> dict[str, ServiceItem]:
    return load_catalogue().items


@pytest.fixture(scope="session")
def blank_sheet(items):
    def make(code: str):
        return blank_notice_sheet(
            items[code], village_name=VILLAGE, made_on=MADE_ON, guide_url=GUIDE_URL, digest="5ac5a4e48d5e"
        )

    return make


@pytest.fixture(scope="session")
def personal_sheet(items):
    """`lacking`: 'much' (one answer, one paper), 'some' (papers only), 'nothing'."""

    def make(code: str, lacking: str = "much"):
        item = items[code]
        everything = {material.id: len(material.page_names) for material in item.materials}
        answers = {item.form_fields[0].id: "潘秀兰"} if lacking == "much" else full_answers(item)
        for material in item.materials:
            answers[material.question] = False
        second = item.materials[1].id
        pages = {"much": {second: 2}, "some": everything | {second: 0}, "nothing": everything}[lacking]
        return personal_notice_sheet(
            item, answers, pages, village_name=VILLAGE, made_on=MADE_ON, guide_url=GUIDE_URL, digest="5ac5a4e48d5e"
        )

    return make
