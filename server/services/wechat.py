"""The villager in WeChat: binds a person to a case by its lookup code, answers questions, signs in to the mini-program."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from forms.packet import normal_lookup_code
from server.adapters.wechat import StoredToken, WeChatGateway, WeChatIdentity, WeChatRefused, WeChatUnreachable
from server.db import wechat as db
from server.db.case import CaseRow, find_case_by_lookup_code, find_case_by_number, list_events
from server.db.wechat import (
    CaseFollowerRow,
    MiniprogramSessionRow,
    WeChatOpenidRow,
    WeChatPersonRow,
    WeChatReplyRow,
    WeChatTokenRow,
)
from server.services.event import tell, tracking_url
from server.services.tracking import progress_in_words, progress_of
from server.services.work import Work

SESSION_LIFE = timedelta(days=30)
REPLY_LIFE = timedelta(days=1)
ASK_AGAIN = timedelta(days=1)
# Not \b: Chinese writes no spaces, and 查450521-… has no word boundary before its number.
_CASE_NUMBER = re.compile(r"(?<![0-9-])([0-9]{6}-[0-9]{8}-[0-9]{4,6})(?![0-9-])")

WELCOME = "您好，这里是阳光红页。把收件回执上的10位查询码发给我，就能查进度、收消息。"
UNKNOWN = "没有查到。请核对回执上的查询码（10位）或办件编号；也可以问村代办员。"
HELP = "把收件回执上的10位查询码或办件编号发给我，就能查到办到哪一步了。有别的事，请找村代办员。"
NEED_CODE = "要收到进度消息、看详细情况，请发回执上的10位查询码。"


@dataclass(frozen=True)
class Asked:
    """What a villager sent: text, or an event (follow, unfollow, scan) with its key."""

    openid: str
    kind: str
    text: str
    event: str
    event_key: str


def answer_once(work: Work, dedup_key: str, asked: Asked) -> str:
    """The reply; a message WeChat delivers again gets the reply already given."""
    given = work.session.get(WeChatReplyRow, dedup_key)
    if given is None:
        given = WeChatReplyRow(dedup_key=dedup_key, reply=_answer(work, asked), given_at=work.now)
        work.session.add(given)
    return given.reply


def _answer(work: Work, asked: Asked) -> str:
    openid = known_openid(work, work.tools.settings.wechat.official_app_id, asked.openid, None)
    if asked.kind == "event":
        return _answer_event(work, asked, openid)
    openid.follows_account = True
    return _answer_text(work, asked.text, openid)


def _answer_event(work: Work, asked: Asked, openid: WeChatOpenidRow) -> str:
    if asked.event == "unsubscribe":
        openid.follows_account = False
        return ""
    if asked.event not in ("subscribe", "scan"):
        return ""
    openid.follows_account = True
    scene = asked.event_key.removeprefix("qrscene_")
    return _answer_text(work, scene, openid) if normal_lookup_code(scene) else WELCOME


def _answer_text(work: Work, text: str, openid: WeChatOpenidRow) -> str:
    if code := normal_lookup_code(text):
        case = find_case_by_lookup_code(work.session, code)
        return _bind_and_tell(work, case, openid) if case else UNKNOWN
    if number := _CASE_NUMBER.search(text):
        case = find_case_by_number(work.session, number.group(1))
        return _tell_by_number(work, case, openid) if case else UNKNOWN
    return HELP


def _bind_and_tell(work: Work, case: CaseRow, openid: WeChatOpenidRow) -> str:
    if follow_case(work, case, openid.person_id):
        # The step that brought them here as a card of its own: the chat then holds every step from the first on.
        tell(work, case, list_events(work.session, case.id)[-1], openid.openid)
    return f"{progress_in_words(progress_of(work, case))}\n以后有进展会发消息给您。\n{tracking_url(work, case)}"


def _tell_by_number(work: Work, case: CaseRow, openid: WeChatOpenidRow) -> str:
    """Case numbers can be counted up, so a stranger gets the bare progress; who follows the case gets the link too."""
    words = progress_in_words(progress_of(work, case))
    if db.follows_case(work.session, openid.person_id, case.id):
        return f"{words}\n{tracking_url(work, case)}"
    return f"{words.splitlines()[1]}\n{NEED_CODE}"


def follow_case(work: Work, case: CaseRow, person_id: str) -> bool:
    """False when this person follows the case already."""
    if db.follows_case(work.session, person_id, case.id):
        return False
    work.session.add(CaseFollowerRow(case_id=case.id, person_id=person_id, since=work.now))
    work.session.flush()
    return True


def follow_by_lookup_code(work: Work, person_id: str, text: str) -> CaseRow | None:
    """Add a case to a person's own by its lookup code; None when the code fits no case."""
    code = normal_lookup_code(text)
    case = find_case_by_lookup_code(work.session, code) if code else None
    if case:
        follow_case(work, case, person_id)
    return case


def known_openid(work: Work, app_id: str, openid: str, unionid: str | None) -> WeChatOpenidRow:
    """The openid's row, made on first sight; a unionid joins the official account's and the mini-program's openids."""
    row = db.find_openid(work.session, app_id, openid)
    if row and unionid:
        _join_by_unionid(work, row, unionid)  # the first sign-in may have been before the apps were bound together
    if row is None:
        row = WeChatOpenidRow(
            app_id=app_id,
            openid=openid,
            person_id=_person(work, unionid).id,
            follows_account=False,
            ask_unionid_at=work.now if app_id == work.tools.settings.wechat.official_app_id else None,
        )
        work.session.add(row)
        work.session.flush()
    return row


def _person(work: Work, unionid: str | None) -> WeChatPersonRow:
    person = db.find_person_by_unionid(work.session, unionid) if unionid else None
    if person is None:
        person = WeChatPersonRow(id=uuid4().hex, unionid=unionid, first_seen_at=work.now)
        work.session.add(person)
        work.session.flush()
    return person


class LoginRefused(Exception):
    """WeChat does not know this login code: spent, too old, or invented."""


class WeChatAway(Exception):
    """WeChat cannot be reached just now."""


def find_identity(gateway: WeChatGateway, login_code: str) -> WeChatIdentity:
    """Who holds the phone, asked of WeChat outside any transaction. Raises LoginRefused, WeChatAway."""
    try:
        return gateway.code_to_session(login_code)
    except WeChatRefused as refused:
        raise LoginRefused from refused
    except WeChatUnreachable as unreachable:
        raise WeChatAway from unreachable


def sign_in_miniprogram(work: Work, identity: WeChatIdentity) -> str:
    """Our own session token for the person; WeChat's session_key never leaves the server."""
    app_id = work.tools.settings.wechat.miniprogram_app_id
    person_id = known_openid(work, app_id, identity.openid, identity.unionid).person_id
    token = secrets.token_urlsafe(32)
    work.session.add(
        MiniprogramSessionRow(
            token_hash=_hashed(token), person_id=person_id, started_at=work.now, expires_at=work.now + SESSION_LIFE
        )
    )
    return token


def find_miniprogram_person(work: Work, token: str) -> str | None:
    session = work.session.get(MiniprogramSessionRow, _hashed(token))
    return session.person_id if session and session.expires_at > work.now else None


def list_own_cases(work: Work, person_id: str) -> list[CaseRow]:
    return db.list_followed_cases(work.session, person_id)


def find_own_case(work: Work, person_id: str, case_number: str) -> CaseRow | None:
    """The case when this person follows it; None for anybody else's (BOLA)."""
    case = find_case_by_number(work.session, case_number)
    return case if case and db.follows_case(work.session, person_id, case.id) else None


def load_token(work: Work, app_id: str) -> StoredToken | None:
    row = work.session.get(WeChatTokenRow, app_id)
    if row is None:
        return None
    value = work.tools.vault.open(row.sealed_token, f"wechat token {app_id}").decode()
    return StoredToken(value, row.expires_at)


def save_token(work: Work, app_id: str, token: StoredToken) -> None:
    sealed = work.tools.vault.seal(token.value.encode(), f"wechat token {app_id}")
    work.session.merge(WeChatTokenRow(app_id=app_id, sealed_token=sealed, expires_at=token.expires_at))


def forget_old_replies(work: Work) -> int:
    """Replies are kept only for WeChat's own redeliveries."""
    return db.delete_replies_before(work.session, work.now - REPLY_LIFE)


def learn_unionid(work: Work, openid_id: int, unionid: str | None) -> None:
    """What WeChat told of an openid: with a unionid its person is joined with the one the mini-program knows.

    Callbacks and subscribe events carry no unionid, so a job asks for it (`list_openids_to_ask`).
    """
    row = work.session.get(WeChatOpenidRow, openid_id, with_for_update=True)
    row.ask_unionid_at = None if unionid else work.now + ASK_AGAIN
    if unionid:
        _join_by_unionid(work, row, unionid)


def _join_by_unionid(work: Work, row: WeChatOpenidRow, unionid: str) -> None:
    known = db.find_person_by_unionid(work.session, unionid)
    if known is None:
        work.session.get(WeChatPersonRow, row.person_id).unionid = unionid
    elif known.id != row.person_id:
        db.join_people(work.session, row.person_id, known.id)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
