"""Takes the villager's rating: five grades, once per case, when the case is closed; a bad one opens its follow-up."""

import hmac

from server.db.case import CaseRow, StageRow, find_case_by_lookup_code
from server.db.rating import RatingRow, find_rating
from server.domain.case import Action, Status, require_allowed
from server.domain.people import Desk, Role
from server.domain.rating import Grade, RatingRefused, is_bad, parse_aspects, points_of
from server.domain.review import StageState
from server.domain.words import LABELS
from server.services.answers import without_applicant
from server.services.event import record_event
from server.services.follow_up import open_follow_up
from server.services.item_version import item_of
from server.services.work import Work

MAX_COMMENT = 500
KEY_LENGTH = 12


def rate_case(
    work: Work,
    case: CaseRow,
    grade: Grade,
    comment: str,
    channel: str,
    aspects: tuple[str, ...] = (),
    *,
    is_anonymous: bool = False,
) -> RatingRow:
    """Raises RatingRefused, ActionNotAllowed. The same rating sent twice (a lost answer) is taken once.

    The timeline says that the case was rated, never how: desks read it.
    """
    work.session.get(CaseRow, case.id, with_for_update=True)  # of two who rate at once the second sees the first
    require_allowed(Status(case.status), Action.RATE, Role.VILLAGER, LABELS)
    if len(comment) > MAX_COMMENT:
        raise RatingRefused(f"评价最多写{MAX_COMMENT}个字，请写短一点。")
    ticked, words = parse_aspects(channel, aspects), without_applicant(work, case, comment.strip())
    if before := find_rating(work.session, case.id):
        if (before.grade, before.comment) == (grade, words):
            return before
        raise RatingRefused("这件已经评过了，一件事评一次。")
    rating = _row(work, case, grade, words, channel)
    rating.aspects, rating.is_anonymous = list(ticked), is_anonymous
    work.session.add(rating)
    record_event(work, case, "rated", "群众")
    if is_bad(grade):
        open_follow_up(work, case, rating)
    return rating


def _row(work: Work, case: CaseRow, grade: Grade, words: str, channel: str) -> RatingRow:
    desk = rated_desk(case)
    return RatingRow(
        case_id=case.id,
        grade=int(grade),
        points=points_of(grade, work.tools.settings.rating.points),
        comment=words,
        channel=channel,
        rated_at=work.now,
        department=desk.department,
        region_code=desk.region_code,
    )


def rated_desk(case: CaseRow) -> Desk:
    """谁办理、谁负责: the desk that decided; where none decided, the one that finished last."""
    done = [row for row in case.stages if row.state == StageState.DONE and row.finished_at]
    actions = {stage.id: stage.action for stage in item_of(case).stages}
    decided = [row for row in done if actions[row.stage_id] == "approve"] or done or list(case.stages)
    last = max(decided, key=_when_finished)
    return Desk(last.department, last.region_code)


def _when_finished(row: StageRow) -> tuple[bool, object, int]:
    return row.finished_at is not None, row.finished_at, row.position


def rate_by_lookup_code(
    work: Work,
    lookup_code: str,
    grade: Grade,
    comment: str,
    channel: str,
    aspects: tuple[str, ...] = (),
    *,
    is_anonymous: bool = False,
) -> RatingRow:
    """The rating of whoever holds the receipt. Raises RatingRefused, ActionNotAllowed."""
    case = find_case_by_lookup_code(work.session, lookup_code)
    if case is None:
        raise RatingRefused("没有查到这件。请核对回执上的10位查询码。")
    return rate_case(work, case, grade, comment, channel, aspects, is_anonymous=is_anonymous)


def find_village_case(work: Work, lookup_code: str, village_code: str) -> CaseRow | None:
    """For the village's own machine: a case of another village is no case to it."""
    case = find_case_by_lookup_code(work.session, lookup_code)
    return case if case and case.village_code == village_code else None


def rater_key(work: Work, case_id: str) -> str:
    """What lets the rater, and nobody else who holds the receipt, read the rating and its answer.

    The attack: the village machine and its agent know every lookup code of the village, and could look up who rated how.
    Made from the vault's secret each time, so that an answer lost on the way can be asked for again.
    """
    return work.tools.vault.blind_index(case_id, "rater_key")[:KEY_LENGTH].upper()


def holds_key(work: Work, case_id: str, key: str) -> bool:
    return hmac.compare_digest(rater_key(work, case_id).encode(), key.strip().upper().encode())
