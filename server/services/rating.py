"""Takes the villager's rating: five grades, once per case, when the case is closed."""

from server.db.case import CaseRow, find_case_by_lookup_code
from server.db.rating import RatingRow, find_rating
from server.domain.case import Action, Status, require_allowed
from server.domain.people import Role
from server.domain.rating import LABELS as GRADE_LABELS
from server.domain.rating import POINTS, Grade, RatingRefused
from server.domain.words import LABELS
from server.services.event import record_event
from server.services.work import Work

MAX_COMMENT = 500


def rate_case(work: Work, case: CaseRow, grade: Grade, comment: str, channel: str) -> RatingRow:
    """Raises RatingRefused, ActionNotAllowed. The same rating sent twice (a lost answer) is taken once."""
    require_allowed(Status(case.status), Action.RATE, Role.VILLAGER, LABELS)
    if before := find_rating(work.session, case.id):
        if (before.grade, before.comment) == (grade, comment.strip()):
            return before
        raise RatingRefused(f"这件已经评过了（{GRADE_LABELS[before.grade]}），一件事评一次。")
    if len(comment) > MAX_COMMENT:
        raise RatingRefused(f"评价最多写{MAX_COMMENT}个字，请写短一点。")
    rating = RatingRow(
        case_id=case.id,
        grade=int(grade),
        points=POINTS[grade],
        comment=comment.strip(),
        channel=channel,
        rated_at=work.now,
    )
    work.session.add(rating)
    record_event(work, case, "rated", "群众", GRADE_LABELS[grade])
    return rating


def rate_by_lookup_code(work: Work, lookup_code: str, grade: Grade, comment: str, channel: str) -> RatingRow:
    """The rating of whoever holds the receipt. Raises RatingRefused, ActionNotAllowed."""
    case = find_case_by_lookup_code(work.session, lookup_code)
    if case is None:
        raise RatingRefused("没有查到这件。请核对回执上的10位查询码。")
    return rate_case(work, case, grade, comment, channel)
