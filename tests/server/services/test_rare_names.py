"""A name with characters beyond the ordinary ones goes through every part as it is written in the household register."""

import io

import pytest
from pypdf import PdfReader

from forms.catalogue import load_catalogue
from forms.render.application_form import render_application_form
from server.db.case import find_case_by_number
from server.services.answers import answers_of, shown_answers
from server.services.tracking import find_progress
from tests import factories as make

NAMES = ["𠮷田龘", "㐂示例", "䶮示例", "𬱖示例", "𰻝示例"]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_kept_shown_and_masked_by_whole_characters(installation, name):
    machine = make.enrolled_machine(installation)
    taken = make.take_in(installation, machine, answers=make.answers_for(applicant_name=name))
    with installation.look() as work:
        case = find_case_by_number(work.session, taken.case_number)
        assert answers_of(work, case)["applicant_name"] == name
        assert dict(shown_answers(work, case, in_full=True))["老年人姓名"] == name
        assert case.applicant_masked == f"{name[0]}**"
        assert find_progress(work, taken.lookup_code).applicant == f"{name[0]}**"


@pytest.mark.parametrize("name", NAMES)
def test_it_stands_on_paper_and_is_read_back(name):
    item = load_catalogue().get_item("MZ-008")
    form = render_application_form(
        item, make.answers_for(applicant_name=name), village_name="样本村", made_on=make.MONDAY_MORNING.date()
    )
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(form)).pages)
    assert name in text.replace("\n", "")
    assert "〓" not in text
