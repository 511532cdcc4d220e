"""What goes over the wire between the mini-program and the server."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LoginRequest(Shape):
    """`code` comes from wx.login and is good for one use within five minutes."""

    code: str = Field(min_length=1, max_length=200)


class LoginAnswer(Shape):
    """`token` goes into `Authorization: Bearer`; it is ours, not WeChat's session_key."""

    token: str
    expires_in_days: int


class FollowRequest(Shape):
    lookup_code: str = Field(min_length=1, max_length=40)


class RatingRequest(Shape):
    """`grade`: 5 非常满意 down to 1 非常不满意."""

    grade: int = Field(ge=1, le=5)
    comment: str = Field(default="", max_length=500)
    aspects: list[str] = Field(default=[], max_length=20)
    anonymous: bool = False


class AgainRequest(Shape):
    """二次评价, after the answer to a bad rating."""

    grade: int = Field(ge=1, le=5)
    comment: str = Field(default="", max_length=500)


class RatingAnswer(Shape):
    """`answer_key` is for the rater alone: with it the rating and its answer can be read again."""

    grade: int
    label: str
    points: int
    answer_key: str


class RatingStanding(Shape):
    """How it was rated and what was answered; `standing` is null for a good rating."""

    label: str
    comment: str
    aspects: list[str]
    standing: str | None
    reply: str | None
    may_say_again: bool
    second_label: str | None


class AspectChoice(Shape):
    """One secondary question of the rating form, to be ticked or not."""

    value: str
    label: str


class CaseLine(Shape):
    """One of my cases in the list."""

    case_number: str
    item_name: str
    applicant: str
    status: str
    status_label: str
    clock: str | None
    needs_papers: bool
    can_rate: bool
    can_withdraw: bool
    received_at: datetime


class CaseList(Shape):
    cases: list[CaseLine]


class Step(Shape):
    title: str
    detail: str
    at: datetime | None
    state: str


class MissingPaper(Shape):
    name: str
    reason: str
    note: str


class CaseDetail(CaseLine):
    """Where it is, how long still, what is missing, and its result."""

    village_name: str
    due_on: date | None
    days_left: int | None
    holders: list[str]
    missing: list[MissingPaper]
    steps: list[Step]
    decision_reason: str | None
    result: list[list[str]] | None
    is_rated: bool
    aspects: list[AspectChoice]


class Fault(Shape):
    code: str
    message: str
    reference: str


class FaultAnswer(Shape):
    """Every refusal: a sentence for the villager and a reference number that stands in the log."""

    error: Fault
