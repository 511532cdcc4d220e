"""The routes: log in by code, my cases, progress, follow by lookup code, rate."""

from typing import TypeVar

from flask import Blueprint, Response, current_app, g, jsonify, request
from pydantic import ValidationError

from miniprogram_api.shapes import (
    AgainRequest,
    AspectChoice,
    CaseDetail,
    CaseLine,
    CaseList,
    FollowRequest,
    LoginAnswer,
    LoginRequest,
    MissingPaper,
    RatingAnswer,
    RatingRequest,
    RatingStanding,
    Shape,
    Step,
)
from server.domain.case import ActionNotAllowed
from server.domain.rating import LABELS, Channel, RatingRefused, asked_aspects, parse_grade
from server.services.ending import withdraw_by_lookup_code
from server.services.rating import rate_case, rater_key
from server.services.rating_answer import find_answer, rate_again
from server.services.tracking import Progress, clock_in_words, progress_of
from server.services.wechat import (
    SESSION_LIFE,
    LoginRefused,
    WeChatAway,
    find_identity,
    find_miniprogram_person,
    find_own_case,
    follow_by_lookup_code,
    list_own_cases,
    sign_in_miniprogram,
)
from server.services.work import Work
from server.web.webkit.bodies import read_json
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation
from server.web.webkit.rate import RateLimit

Body = TypeVar("Body", bound=Shape)

_logins = RateLimit(calls=60, seconds=60)
_follows = RateLimit(calls=20, seconds=60)
_key_misses = RateLimit(calls=20, seconds=60)

NOT_YOURS = "没有找到这件。请先用回执上的查询码添加。"


def check_session() -> None:
    """The "miniprogram_session" guard."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    with installation().look() as work:
        g.person_id = find_miniprogram_person(work, token) if scheme == "Bearer" and token else None
    if g.person_id is None:
        raise Refusal(401, "login_needed", "登录已过期，请重新打开小程序。")


def api_blueprint() -> Blueprint:
    blueprint = Blueprint("miniprogram", __name__)
    blueprint.add_url_rule("/login", view_func=login, methods=["POST"])
    blueprint.add_url_rule("/cases", view_func=my_cases)
    blueprint.add_url_rule("/cases/follow", view_func=follow, methods=["POST"])
    blueprint.add_url_rule("/cases/<case_number>", view_func=progress)
    blueprint.add_url_rule("/cases/<case_number>/rating", view_func=rate, methods=["POST"])
    blueprint.add_url_rule("/cases/<case_number>/rating/<key>", view_func=rating_standing)
    blueprint.add_url_rule("/cases/<case_number>/rating/<key>", view_func=say_again, methods=["POST"])
    blueprint.add_url_rule("/cases/<case_number>/withdrawal", view_func=withdraw, methods=["POST"])
    blueprint.add_url_rule("/openapi.json", view_func=openapi)
    return blueprint


def _body(shape: type[Body]) -> Body:
    """The request's JSON in its shape. Raises Refusal (400)."""
    try:
        return shape.model_validate(read_json())
    except ValidationError:
        raise Refusal(400, "bad_shape", "提交的内容不对，请更新小程序后再试。") from None


def _answer(shape: Shape, status: int = 200) -> tuple[Response, int]:
    return jsonify(shape.model_dump(mode="json")), status


@guarded_by("public")
def login() -> tuple[Response, int]:
    """Exchange a wx.login code for our own session token."""
    _logins.spend(request.remote_addr or "")
    code = _body(LoginRequest).code
    try:
        identity = find_identity(installation().miniprogram(), code)
    except LoginRefused:
        raise Refusal(401, "code_refused", "微信登录没有成功，请退出小程序再打开。") from None
    except WeChatAway:
        raise Refusal(503, "wechat_away", "暂时连不上微信，请过一会儿再试。") from None
    with installation().begin() as work:
        token = sign_in_miniprogram(work, identity)
    return _answer(LoginAnswer(token=token, expires_in_days=SESSION_LIFE.days))


@guarded_by("miniprogram_session")
def my_cases() -> tuple[Response, int]:
    """The cases this person follows, newest first."""
    with installation().look() as work:
        lines = [_line(progress_of(work, case)) for case in list_own_cases(work, g.person_id)]
    return _answer(CaseList(cases=lines))


@guarded_by("miniprogram_session")
def follow() -> tuple[Response, int]:
    """Add a case by the lookup code on the receipt."""
    _follows.spend(g.person_id)
    with installation().begin() as work:
        case = follow_by_lookup_code(work, g.person_id, _body(FollowRequest).lookup_code)
        if case is None:
            raise Refusal(404, "unknown_code", "没有查到。请核对回执上的10位查询码。")
        return _answer(_detail(progress_of(work, case)), 201)


@guarded_by("miniprogram_session")
def progress(case_number: str) -> tuple[Response, int]:
    with installation().look() as work:
        case = find_own_case(work, g.person_id, case_number)
        if case is None:
            raise Refusal(404, "not_found", NOT_YOURS)
        return _answer(_detail(progress_of(work, case)))


@guarded_by("miniprogram_session")
def rate(case_number: str) -> tuple[Response, int]:
    """Rate a closed case, once."""
    body = _body(RatingRequest)
    given = (parse_grade(body.grade), body.comment, Channel.MINIPROGRAM, tuple(body.aspects))
    try:
        with installation().begin() as work:
            case = find_own_case(work, g.person_id, case_number)
            if case is None:
                raise Refusal(404, "not_found", NOT_YOURS)
            rating = rate_case(work, case, *given, is_anonymous=body.anonymous)
            key = rater_key(work, case.id)
    except (ActionNotAllowed, RatingRefused) as refused:
        raise Refusal(409, "rating_refused", str(refused)) from None
    answer = RatingAnswer(grade=rating.grade, label=LABELS[rating.grade], points=rating.points, answer_key=key)
    return _answer(answer, 201)


@guarded_by("miniprogram_session")
def rating_standing(case_number: str, key: str) -> tuple[Response, int]:
    """How it was rated and what was answered: others follow the case too, so the rater's own key is asked for."""
    _key_misses.require_room(g.person_id)
    with installation().look() as work:
        return _answer(_standing(work, case_number, key))


@guarded_by("miniprogram_session")
def say_again(case_number: str, key: str) -> tuple[Response, int]:
    body = _body(AgainRequest)
    _key_misses.require_room(g.person_id)
    try:
        with installation().begin() as work:
            case = find_own_case(work, g.person_id, case_number)
            if case is None or not rate_again(work, case.lookup_code, key, parse_grade(body.grade), body.comment):
                raise _no_such_rating()
            return _answer(_standing(work, case_number, key), 201)
    except RatingRefused as refused:
        raise Refusal(409, "rating_refused", str(refused)) from None


def _standing(work: Work, case_number: str, key: str) -> RatingStanding:
    """Raises Refusal."""
    case = find_own_case(work, g.person_id, case_number)
    found = find_answer(work, case.lookup_code, key) if case else None
    if found is None:
        raise _no_such_rating()
    return RatingStanding(
        label=found.grade_label,
        comment=found.comment,
        aspects=list(found.aspects),
        standing=found.standing,
        reply=found.reply,
        may_say_again=found.may_say_again,
        second_label=found.second_label,
    )


def _no_such_rating() -> Refusal:
    """Counted against the person: whoever misses too often waits."""
    _key_misses.spend(g.person_id)
    return Refusal(404, "no_such_rating", "没有找到这条评价。请核对评价口令；口令在评完时给过您。")


@guarded_by("miniprogram_session")
def withdraw(case_number: str) -> tuple[Response, int]:
    """Take an application back, as whoever holds the receipt may; the page has asked once more."""
    try:
        with installation().begin() as work:
            case = find_own_case(work, g.person_id, case_number)
            if case is None:
                raise Refusal(404, "not_found", NOT_YOURS)
            withdraw_by_lookup_code(work, case.lookup_code)
            return _answer(_detail(progress_of(work, case)))
    except ActionNotAllowed as refused:
        raise Refusal(409, "not_allowed", str(refused)) from None


@guarded_by("public")
def openapi() -> Response:
    """This API described for other programs, from the same shapes the views use."""
    return jsonify(current_app.extensions["openapi"])


def _line(seen: Progress) -> CaseLine:
    return CaseLine(
        case_number=seen.case_number,
        item_name=seen.item_name,
        applicant=seen.applicant,
        status=seen.status,
        status_label=seen.status_label,
        clock=clock_in_words(seen.clock) if seen.clock else None,
        needs_papers=bool(seen.missing),
        can_rate=seen.is_closed and not seen.is_rated,
        can_withdraw=seen.may_withdraw,
        received_at=seen.received_at,
    )


def _detail(seen: Progress) -> CaseDetail:
    return CaseDetail(
        **_line(seen).model_dump(),
        village_name=seen.village_name,
        due_on=seen.clock.due_on if seen.clock else None,
        days_left=seen.clock.days_left if seen.clock else None,
        holders=list(seen.holders),
        missing=[
            MissingPaper(name=paper.material_name, reason=paper.reason_label, note=paper.note) for paper in seen.missing
        ],
        steps=[Step(title=step.title, detail=step.detail, at=step.at, state=step.state) for step in seen.steps],
        decision_reason=seen.decision_reason,
        result=[list(pair) for pair in seen.result] if seen.result else None,
        is_rated=seen.is_rated,
        aspects=[AspectChoice(value=value, label=label) for value, label in asked_aspects(Channel.MINIPROGRAM)],
    )
