"""What desks and sweeps wrote down step by step is what the log alone says, in whatever order things happened."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.clock import FixedClock
from server.bootstrap import build_installation
from server.db.case import find_case_by_number
from server.db.deadline import list_cards, list_clocks
from server.db.proceeding import list_objections
from server.domain.case import ActionNotAllowed
from server.domain.correction import CorrectionPoint, CorrectionReason, CorrectionRefused
from server.domain.review import Verdict
from server.jobs import end_expired_notices, sweep_deadlines
from server.services import review
from server.services.correction import request_correction
from server.services.ending import reopen, terminate_case
from server.services.joint_review import ReviewRefused, add_party, conclude_review
from server.services.objection import ObjectionRefused, decide_objection, raise_objection
from server.services.settling import folded
from server.services.special_procedure import ProcedureRefused, end_procedure, start_procedure
from tests import factories as make
from tests.server.services.test_case_engine import COUNTY_TAX, TOWNSHIP_HEAD

POINT = [CorrectionPoint("id_card", CorrectionReason.UNCLEAR, "国徽面反光，请重拍")]
STATED = {"补助标准或金额": "每月80元", "起始年月": "2026年10月"}
REFUSALS = (
    ActionNotAllowed, review.NotYourDesk, review.ReasonMissing, CorrectionRefused, ReviewRefused, ProcedureRefused,
    ObjectionRefused,
)  # fmt: skip

ACTS = {
    "verify": lambda work, case: review.verify_case(work, case, make.TOWNSHIP_CIVIL, "属实"),
    "police": lambda work, case: review.give_verdict(work, case, make.COUNTY_POLICE, Verdict.AGREE, ""),
    "civil": lambda work, case: review.give_verdict(work, case, make.COUNTY_CIVIL, Verdict.DISAGREE, "重复享受"),
    "tax": lambda work, case: review.give_verdict(work, case, COUNTY_TAX, Verdict.AGREE, ""),
    "add": lambda work, case: add_party(work, case, make.COUNTY_HEAD, "税务", "请核查个人纳税记录"),
    "conclude": lambda work, case: conclude_review(work, case, make.COUNTY_HEAD),
    "procedure": lambda work, case: start_procedure(work, case, make.TOWNSHIP_CIVIL, "鉴定", 9, "年龄有疑问"),
    "result": lambda work, case: end_procedure(work, case, make.TOWNSHIP_CIVIL, "年满80周岁"),
    "correct": lambda work, case: request_correction(work, case, make.TOWNSHIP_CIVIL, POINT),
    "object": lambda work, case: raise_objection(work, case, make.VILLAGE_AGENT, "", "听说他家有车"),
    "uphold": lambda work, case: decide_objection(work, case, make.TOWNSHIP_CIVIL, _open(work, case), True, "重新走访核查"),
    "approve": lambda work, case: review.approve_case(work, case, make.COUNTY_HEAD, "符合条件", STATED),
    "issue": lambda work, case: review.issue_result(work, case, make.TOWNSHIP_CIVIL, ""),
    "terminate": lambda work, case: terminate_case(work, case, TOWNSHIP_HEAD, "申请人拒绝核对"),
    "reopen": lambda work, case: reopen(work, case, TOWNSHIP_HEAD, "终止有误，恢复"),
}  # fmt: skip


def _open(work, case) -> str:
    return next((row.id for row in list_objections(work.session, case.id) if row.decided_at is None), "")


PLAIN_WAY = [("verify", 20), ("police", 30), ("civil", 50), ("wait", 400), ("approve", 20)]
STEPS = st.lists(st.tuples(st.sampled_from([*ACTS, "wait", "sleep"]), st.integers(0, 200)), min_size=4, max_size=24)


@pytest.fixture(scope="module")
def template(migrated_sqlite) -> bytes:
    return migrated_sqlite.read_bytes()


@pytest.mark.property
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(begun=st.integers(0, len(PLAIN_WAY)), steps=STEPS)
def test_rows_and_cards_are_always_what_the_log_says(template, tmp_path_factory, begun, steps):
    installation = _installation(template, tmp_path_factory.mktemp("replay"))
    number = make.take_in(installation, make.enrolled_machine(installation)).case_number
    for name, hours in [*PLAIN_WAY[:begun], *steps]:
        installation.tools.clock.move_to(installation.tools.clock.now() + timedelta(hours=hours))
        if name == "wait":  # the worker is awake; while it sleeps nobody looks until a desk acts
            end_expired_notices(installation)
            sweep_deadlines(installation)
        elif name != "sleep":
            with suppress(*REFUSALS), installation.begin() as work:
                ACTS[name](work, find_case_by_number(work.session, number))
        _require_true_to_the_log(installation, number)
    installation.tools.clock.move_to(installation.tools.clock.now() + timedelta(days=90))
    sweep_deadlines(installation)
    _require_true_to_the_log(installation, number, whole=True)
    installation.engine.dispose()


def _installation(template: bytes, folder):
    (folder / "hongye.sqlite3").write_bytes(template)
    built = build_installation(make.settings_in(folder))
    return replace(built, tools=replace(built.tools, clock=FixedClock(make.MONDAY_MORNING)))


def _require_true_to_the_log(installation, number: str, *, whole: bool = False) -> None:
    """Between sweeps a card may still be unwritten, never one too many or another; after a sweep all are there."""
    with installation.look() as work:
        case = find_case_by_number(work.session, number)
        log = folded(work, case.id)
        said = {card.key: frozenset(card.desks) for card in log.cards}
        written = {
            (row.clock_id, row.colour, row.due_on, row.fell_at): frozenset(
                make.Desk(desk.department, desk.region_code) for desk in row.fell_on
            )
            for row in list_cards(work.session, case.id)
        }
        assert written.items() <= said.items()
        assert not whole or written == said
        for clock in list_clocks(work.session, case.id):
            life = log.clocks[clock.id]
            assert (clock.due_on, clock.finished_at) == (life.due.due_on if life.due else None, life.finished_at)
            assert len(clock.stops) == len(life.span.stops)
