"""What the rater reads of a rating: how it was taken, where its follow-up stands, what was answered; by the rater's own key."""

from dataclasses import dataclass

from server.db.case import CaseRow, find_case_by_lookup_code
from server.db.follow_up import find_follow_up_of_case, list_entries
from server.db.rating import RatingRow, find_rating
from server.domain.follow_up import State, Step
from server.domain.rating import ASPECT_LABELS, LABELS, Grade, RatingRefused
from server.services.follow_up import say_again
from server.services.rating import MAX_COMMENT, holds_key
from server.services.work import Work

# What the rater is told: our own steps among offices are not theirs to follow.
_TOLD = {
    State.OPENED: "收到了，综控中心会核实。",
    State.REPLIED: "已经答复您，请看下面。",
    State.CLOSED: "已经答复您，请看下面。",
}
_UNDER_WAY = "正在核实处理，有了结果写在这里。"


@dataclass(frozen=True)
class RatingAnswer:
    """`standing` is None for a good rating: nothing follows it. `reply` are the words for the rater."""

    item_name: str
    lookup_code: str
    grade_label: str
    comment: str
    aspects: tuple[str, ...]
    standing: str | None
    reply: str | None
    may_say_again: bool
    second_label: str | None


def find_answer(work: Work, lookup_code: str, key: str) -> RatingAnswer | None:
    """None for a wrong code, a wrong key and a case nobody rated: told alike."""
    found = _find(work, lookup_code, key)
    if found is None:
        return None
    case, rating = found
    row = find_follow_up_of_case(work.session, case.id)
    state = State(row.state) if row else None
    replied = state in (State.REPLIED, State.CLOSED)
    return RatingAnswer(
        item_name=case.item_name,
        lookup_code=case.lookup_code,
        grade_label=LABELS[rating.grade],
        comment=rating.comment,
        aspects=tuple(ASPECT_LABELS[aspect] for aspect in rating.aspects),
        standing=_TOLD.get(state, _UNDER_WAY) if state else None,
        reply=_reply(work, row.id) if row and replied else None,
        may_say_again=replied and rating.second_grade is None,
        second_label=LABELS[rating.second_grade] if rating.second_grade else None,
    )


def _find(work: Work, lookup_code: str, key: str) -> tuple[CaseRow, RatingRow] | None:
    case = find_case_by_lookup_code(work.session, lookup_code)
    rating = find_rating(work.session, case.id) if case else None
    return (case, rating) if case and rating and holds_key(work, case.id, key) else None


def _reply(work: Work, follow_up_id: str) -> str | None:
    replies = [entry.words for entry in list_entries(work.session, follow_up_id) if entry.step == Step.REPLY]
    return replies[-1] if replies else None


def rate_again(work: Work, lookup_code: str, key: str, grade: Grade, comment: str) -> bool:
    """False where the key does not fit. Raises RatingRefused."""
    found = _find(work, lookup_code, key)
    if found is None:
        return False
    if len(comment) > MAX_COMMENT:
        raise RatingRefused(f"最多写{MAX_COMMENT}个字，请写短一点。")
    say_again(work, found[0].id, grade, comment)
    return True
