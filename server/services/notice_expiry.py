"""Lets a case go on when its public notice has run its days."""

from server.domain.review import StageState
from server.services import walk
from server.services.answers import answers_of
from server.services.event import SYSTEM, record_event
from server.services.public_notice import take_down_notice
from server.services.work import Work


def end_expired_notice(work: Work, notice_id: str) -> bool:
    """False when the notice was down already or still runs. Idempotent."""
    held = take_down_notice(work, notice_id)
    if held is None:
        return False
    case, row = held
    walk.finish_stage(work, row, StageState.DONE)
    record_event(work, case, "public_notice_ended", SYSTEM, "公示期满，进入下一步。")
    walk.move_on(work, case, answers_of(work, case))
    return True
