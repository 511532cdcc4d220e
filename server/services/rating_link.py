"""One-use links on paper that ask for a rating: whoever holds the sheet rates, without an account or a code."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from forms.clock import local_date
from server.db.case import CaseRow
from server.db.rating import RatingLinkRow, find_link, find_rating
from server.domain.case import CLOSED
from server.domain.rating import Channel, Grade, RatingRefused
from server.services.rating import rate_case, rater_key
from server.services.work import Work

TOKEN_BYTES = 12  # 96 bits: nobody tries them out, and the square on paper stays coarse

SPENT = "这个评价码已经用过了，一个码评一次。"
EXPIRED = "这个评价码过期了。仍然可以评：打开收件回执上的查询码页面，在那里评价。"
RATED = "这件已经评过了，一件事评一次。"
OPEN = "这件还没有办结，现在不用评。办结以后再扫这个码。"


@dataclass(frozen=True)
class RatingLink:
    """An address for paper, and the last day it is good for."""

    url: str
    until: date


@dataclass(frozen=True)
class Asked:
    """What the page behind a link shows: what was done, and nobody's name. `refusal` says why it cannot be rated now."""

    item_name: str
    refusal: str | None


def make_link(work: Work, case: CaseRow) -> RatingLink:
    """A new link each time a paper is printed: the token is on the paper only, here is its hash."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = work.now + timedelta(days=work.tools.settings.rating.link_days)
    link = RatingLinkRow(token_hash=_hashed(token), case_id=case.id, made_at=work.now, expires_at=expires_at)
    work.session.add(link)
    return RatingLink(f"{work.tools.settings.public_url}/r/{token}", local_date(expires_at))


def find_asked(work: Work, token: str) -> Asked | None:
    """Looking spends nothing: chat programs open a link ahead of the person it is sent to."""
    link = find_link(work.session, _hashed(token))
    case = work.session.get(CaseRow, link.case_id) if link else None
    return Asked(case.item_name, _refusal(work, link, case)) if case else None


def _refusal(work: Work, link: RatingLinkRow, case: CaseRow) -> str | None:
    if link.used_at:
        return SPENT
    if find_rating(work.session, case.id):
        return RATED
    if link.expires_at < work.now:
        return EXPIRED
    return None if case.status in CLOSED else OPEN


def rate_by_link(
    work: Work, token: str, grade: Grade, comment: str, aspects: tuple[str, ...], *, is_anonymous: bool
) -> tuple[str, str] | None:
    """(lookup code, rater's key) for the way to the answer; None for no such link. Raises RatingRefused."""
    link = find_link(work.session, _hashed(token), to_use=True)
    if link is None:
        return None
    case = work.session.get(CaseRow, link.case_id)
    if (refusal := _refusal(work, link, case)) and not _is_sent_again(work, link, grade, comment):
        raise RatingRefused(refusal)
    rate_case(work, case, grade, comment, Channel.LINK, aspects, is_anonymous=is_anonymous)
    link.used_at = link.used_at or work.now
    return case.lookup_code, rater_key(work, case.id)


def _is_sent_again(work: Work, link: RatingLinkRow, grade: Grade, comment: str) -> bool:
    """The same rating on the same link: an answer that was lost on the way is given once more."""
    before = find_rating(work.session, link.case_id)
    return bool(link.used_at and before and before.channel == Channel.LINK and before.grade == grade)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
