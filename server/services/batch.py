"""One plain step for one of many marked cases; the edge gives each its own transaction and shows what came of it."""

from collections.abc import Callable

from server.db.case import CaseRow
from server.domain.batch import BatchAction
from server.domain.people import Actor
from server.domain.review import Verdict
from server.services.assignment import seat
from server.services.conflict import require_unconflicted
from server.services.desk import get_case_to_act, needs_judgement
from server.services.review import accept_case, give_verdict, verify_case
from server.services.work import Work


class OneByOne(Exception):
    """A case that somebody must look at by itself; the text says why."""


def act_in_batch(work: Work, actor: Actor, case_number: str, action: BatchAction, opinion: str) -> str:
    """What the case is called, once it went through.

    Raises CaseHidden, OneByOne and whatever the step itself refuses with.
    """
    case = get_case_to_act(work, actor, case_number)
    require_unconflicted(work, case, actor)
    actor = seat(case, actor)
    if needs_judgement(work, case, actor):
        raise OneByOne("这件先要判断这一步适不适用，不能成批办。请点开单独办。")
    _STEPS[action](work, case, actor, opinion)
    return case.item_name


def _accept(work: Work, case: CaseRow, actor: Actor, _opinion: str) -> None:
    accept_case(work, case, actor)


def _agree(work: Work, case: CaseRow, actor: Actor, opinion: str) -> None:
    give_verdict(work, case, actor, Verdict.AGREE, opinion)


_STEPS: dict[BatchAction, Callable[[Work, CaseRow, Actor, str], None]] = {
    BatchAction.ACCEPT: _accept,
    BatchAction.VERIFY: verify_case,
    BatchAction.AGREE: _agree,
}
