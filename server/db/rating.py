"""Ratings, one a case, the one-use links that ask for them, and what the figures are made of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Row
from server.db.case import CaseRow


class RatingRow(Row):
    """Who rated is not kept: the case says it, and only a follow-up's handler may join the two (评价人信息保密).

    `comment` has every long number and the applicant's own name masked. `department` and `region_code` are the desk rated; `set_aside_at` is when an
    appeal was upheld: the rating stays and counts no more.
    """

    __tablename__ = "rating"

    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    grade: Mapped[int]
    points: Mapped[int]
    comment: Mapped[str]
    channel: Mapped[str]
    rated_at: Mapped[datetime] = mapped_column(index=True)
    aspects: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    department: Mapped[str] = mapped_column(default="")
    region_code: Mapped[str] = mapped_column(default="")
    set_aside_at: Mapped[datetime | None]
    second_grade: Mapped[int | None]
    second_comment: Mapped[str | None]
    second_rated_at: Mapped[datetime | None]


class RatingLinkRow(Row):
    """A one-use link on paper; only the hash of its token is kept: a copy of the database rates nothing."""

    __tablename__ = "rating_link"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("service_case.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def find_rating(session: Session, case_id: str) -> RatingRow | None:
    return session.scalar(select(RatingRow).where(RatingRow.case_id == case_id))


def find_link(session: Session, token_hash: str, *, to_use: bool = False) -> RatingLinkRow | None:
    """`to_use` locks it: of two who spend it at one moment the second sees it spent."""
    return session.get(RatingLinkRow, token_hash, with_for_update=to_use)


def list_ratings_of_desk(
    session: Session, department: str, region_code: str, since: datetime, until: datetime
) -> list[RatingRow]:
    return list(
        session.scalars(
            select(RatingRow).where(
                RatingRow.department == department,
                RatingRow.region_code == region_code,
                RatingRow.rated_at >= since,
                RatingRow.rated_at < until,
            )
        )
    )


def list_rated(session: Session, since: datetime, until: datetime) -> Sequence[tuple[RatingRow, str]]:
    """(rating, its case's village) of everything rated in the time."""
    found = session.execute(
        select(RatingRow, CaseRow.village_code)
        .join(CaseRow, CaseRow.id == RatingRow.case_id)
        .where(RatingRow.rated_at >= since, RatingRow.rated_at < until)
    )
    return [(row[0], row[1]) for row in found]


def count_closed(session: Session, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """By village: how many cases closed in the time, and how many of those were ever rated."""
    rated = exists().where(RatingRow.case_id == CaseRow.id)
    closed = (
        select(CaseRow.village_code, func.count(CaseRow.id))
        .where(CaseRow.closed_at >= since, CaseRow.closed_at < until)
        .group_by(CaseRow.village_code)
    )
    responded: dict[str, int] = dict(session.execute(closed.where(rated)).all())
    return {village: (count, responded.get(village, 0)) for village, count in session.execute(closed)}


def count_unrated(session: Session, since: datetime, until: datetime) -> int:
    """Cases closed in the time that nobody rated."""
    rated = exists().where(RatingRow.case_id == CaseRow.id)
    return session.scalar(
        select(func.count(CaseRow.id)).where(CaseRow.closed_at >= since, CaseRow.closed_at < until, ~rated)
    )
