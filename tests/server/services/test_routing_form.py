"""The routing form: each desk's part signed with name and time, numbers masked, on as many pages as it takes."""

import io

import pytest
from pypdf import PdfReader

from forms.render.routing_form import render_routing_form
from server.domain.review import Verdict
from server.services import review
from server.services.audit import iterate_audit
from server.services.desk import CaseHidden, get_case_to_act
from server.services.routing_form import routing_form
from server.services.special_procedure import end_procedure, start_procedure
from tests import factories as make

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def act(installation, actor, number, errand, *arguments):
    with installation.begin() as work:
        errand(work, get_case_to_act(work, actor, number), actor, *arguments)


def form_of(installation, actor, number):
    with installation.begin() as work:
        return routing_form(work, actor, number)


@ON_SQLITE
def test_the_form_grows_stage_by_stage_and_says_who_signed_when(installation, case):
    number = case.case_number
    before = form_of(installation, make.TOWNSHIP_CIVIL, number)
    act(installation, make.TOWNSHIP_CIVIL, number, start_procedure, "鉴定", 9, "年龄有疑问，送司法鉴定")
    act(installation, make.TOWNSHIP_CIVIL, number, end_procedure, "鉴定意见：年满80周岁")
    act(installation, make.TOWNSHIP_CIVIL, number, review.verify_case, "走访过，情况属实")
    act(installation, make.COUNTY_POLICE, number, review.give_verdict, Verdict.AGREE, "户籍正常")
    after = form_of(installation, make.COUNTY_POLICE, number)
    assert sum(step.signed_by is not None for step in after.steps) == 2 + sum(
        step.signed_by is not None for step in before.steps
    )
    township = next(step for step in after.steps if step.desk == "廉州镇·民政")
    assert (township.opinion, township.signed_by) == ("走访过，情况属实", make.TOWNSHIP_CIVIL.display_name)
    assert township.signed_at == installation.tools.clock.now()
    assert any("特别程序：鉴定" in line for line in after.proceedings)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(render_routing_form(after))).pages)
    assert "户籍正常" in text and make.FICTITIOUS_ID not in text


@ON_SQLITE
def test_a_stranger_prints_no_form_and_every_printing_is_on_record(installation, case):
    stranger = make.Actor("x", "外人", make.Role.DEPARTMENT_REVIEWER, make.Desk("税务", make.COUNTY))
    with pytest.raises(CaseHidden):
        form_of(installation, stranger, case.case_number)
    form_of(installation, make.TOWNSHIP_CIVIL, case.case_number)
    with installation.look() as work:
        printed = [row.actor for row in iterate_audit(work.session) if row.action == "sheet.printed"]
    assert printed == [make.TOWNSHIP_CIVIL.account_id]
