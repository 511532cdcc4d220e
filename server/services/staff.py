"""Staff sign in and out: argon2id passwords, sessions that end, a lock after repeated failures."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from forms.clock import local_date
from server.db import staff as db
from server.db.audit import append_audit
from server.db.staff import StaffRow, StaffSessionRow
from server.domain.password import password_fault
from server.domain.people import Account, Actor, Cover, Desk, Role, fits_as_cover
from server.services.work import Work

IDLE_LIMIT = timedelta(minutes=30)
WHOLE_LIMIT = timedelta(hours=10)
FAILURES_BEFORE_LOCK = 5
LOCK_TIME = timedelta(minutes=15)
SEEN_STEP = timedelta(minutes=1)
ONE_TIME_LIFE = timedelta(days=7)

_hasher = PasswordHasher()  # argon2id with the library's defaults (RFC 9106 low-memory profile)
# Verified against when no such account exists, so that the answer's timing does not tell which names are real.
_NOBODY = _hasher.hash(secrets.token_hex(16))

WRONG = "账号或密码不对。请重新输入；连错5次会锁15分钟。"
SLIP_IS_OLD = "一次性密码过了7天，不能用了。请找给您开账号的人重置密码，拿到新的再登录。"
LOCKED = "连续输错太多次，账号先锁15分钟。请稍后再试，或找管理员解锁。"


class SignInRefused(Exception):
    """The text says what to do; it never says whether the name exists."""


@dataclass(frozen=True)
class SignedIn:
    """A staff member's session at an edge; with `must_change_password` it opens the door to choosing one and no other."""

    actor: Actor
    csrf_token: str
    must_change_password: bool = False


@dataclass(frozen=True)
class HashedPassword:
    """Made once where hundreds of practice accounts share one password."""

    text: str


def hash_password(password: str) -> HashedPassword:
    return HashedPassword(_hasher.hash(password))


def create_staff(
    work: Work,
    *,
    sign_in_name: str,
    display_name: str,
    password: str | HashedPassword,
    role: Role,
    department: str,
    region_code: str,
    by: str = "system",
) -> StaffRow:
    work.catalogue.regions.get(region_code)
    hashed = password if isinstance(password, HashedPassword) else hash_password(password)
    row = StaffRow(
        id=uuid4().hex,
        sign_in_name=sign_in_name,
        display_name=display_name,
        password_hash=hashed.text,
        role=role,
        department=department,
        region_code=region_code,
        active=True,
        failed_sign_ins=0,
    )
    work.session.add(row)
    append_audit(work.session, at=work.now, actor=by, action="staff.created", subject=sign_in_name)
    return row


def check_password(work: Work, sign_in_name: str, password: str, *, action: str = "staff.signed_in") -> StaffRow | str:
    """The account, or the sentence that refuses. Failures are counted, so the caller must commit either way.

    The row is locked: many guesses at one moment would else be counted as one.
    """
    # PostgreSQL refuses text with a NUL in it; no name has one.
    row = None if "\0" in sign_in_name else db.lock_staff_by_name(work.session, sign_in_name)
    if row is None or not row.active:
        _matches(_NOBODY, password)
        return WRONG
    if row.locked_until and row.locked_until > work.now:
        return LOCKED
    if _matches(row.password_hash, password):
        row.failed_sign_ins, row.locked_until = 0, None
        if row.one_time_until and row.one_time_until <= work.now:
            return SLIP_IS_OLD  # whoever reads this knew the password: it tells nobody which names are real
        append_audit(work.session, at=work.now, actor=sign_in_name, action=action, subject=sign_in_name)
        return row
    row.failed_sign_ins += 1
    if row.failed_sign_ins >= FAILURES_BEFORE_LOCK:
        row.failed_sign_ins, row.locked_until = 0, work.now + LOCK_TIME
    append_audit(work.session, at=work.now, actor="unknown", action="staff.sign_in_failed", subject=sign_in_name)
    return WRONG


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def start_session(work: Work, row: StaffRow) -> str:
    """The token for the cookie. Always a new one: a planted cookie is never adopted (session fixation)."""
    token = secrets.token_urlsafe(32)
    work.session.add(
        StaffSessionRow(
            token_hash=_hashed(token),
            staff_id=row.id,
            csrf_token=secrets.token_urlsafe(24),
            started_at=work.now,
            last_seen_at=work.now,
        )
    )
    return token


def find_signed_in(work: Work, token: str) -> SignedIn | None:
    """Who the cookie belongs to; None once the session has idled 30 minutes or run 10 hours."""
    found = db.find_session(work.session, _hashed(token))
    if found is None:
        return None
    session, row = found
    if not row.active or work.now - session.last_seen_at > IDLE_LIMIT or work.now - session.started_at > WHOLE_LIMIT:
        return None
    return SignedIn(with_covers(work, actor_of(row)), session.csrf_token, row.one_time_until is not None)


def needs_touch(work: Work, token: str) -> bool:
    """Whether the session's last-seen time is old enough to be worth a write."""
    found = db.find_session(work.session, _hashed(token))
    return found is not None and work.now - found[0].last_seen_at > SEEN_STEP


def touch_session(work: Work, token: str) -> None:
    if found := db.find_session(work.session, _hashed(token)):
        found[0].last_seen_at = work.now


def end_session(work: Work, token: str) -> None:
    if found := db.find_session(work.session, _hashed(token)):
        work.session.delete(found[0])


def actor_of(row: StaffRow) -> Actor:
    return Actor(row.sign_in_name, row.display_name, Role(row.role), Desk(row.department, row.region_code))


def with_covers(work: Work, actor: Actor) -> Actor:
    """The actor with the desks of those who are away today and named this person to stand in."""
    covers = []
    for away, row in db.list_covered(work.session, actor.account_id, work.today):
        absent = Account(row.sign_in_name, Role(row.role), Desk(away.department, away.region_code))
        if fits_as_cover(Account(actor.account_id, actor.role, actor.desk), absent, work.catalogue.regions):
            covers.append(Cover(absent.desk, absent.account_id, row.display_name))
    return replace(actor, covers=tuple(covers))


def may_receive_in(work: Work, row: StaffRow, village_code: str, at: datetime) -> bool:
    """Whether this person was the village's agent at that instant: by seat, by a former one, or standing in for its agent."""
    if (row.role, row.region_code) == (Role.VILLAGE_AGENT, village_code):
        return True
    return db.sat_at(work.session, row.sign_in_name, Role.VILLAGE_AGENT, village_code, at) or db.stood_in_at(
        work.session, row.sign_in_name, village_code, local_date(at), at
    )


def set_one_time_password(work: Work, row: StaffRow) -> str:
    """The password to hand over, shown this once; whoever was signed in with the old one is out."""
    password = new_one_time_password()
    row.password_hash, row.one_time_until = _hasher.hash(password), work.now + ONE_TIME_LIFE
    row.failed_sign_ins, row.locked_until = 0, None
    db.end_sessions_of(work.session, row.id)
    return password


def new_one_time_password() -> str:
    """Three groups of four without the signs that look alike: read off a slip, typed once (about 58 bits)."""
    groups = ("".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def change_password(work: Work, actor: Actor, current: str, wanted: str, repeated: str, token: str) -> str | None:
    """By its owner; the sentence that refuses, or None. A wrong current one counts as a failed sign-in, so the caller commits.

    The attack: a session left open is turned into a lasting takeover; the current password is asked for, other sessions end.
    """
    found = check_password(work, actor.account_id, current, action="staff.password_confirmed")
    if isinstance(found, str):
        return LOCKED if found == LOCKED else "现在的密码不对，没有改。请重新输入；连错5次会锁15分钟。"
    if wanted != repeated:
        return "两次输入的新密码不一样，没有改。请重新输入。"
    if wanted == current:
        return "新密码和现在的一样，没有改。请换一个。"
    if fault := password_fault(wanted, actor.account_id):
        return fault
    found.password_hash, found.one_time_until = _hasher.hash(wanted), None
    db.end_sessions_of(work.session, found.id, but=_hashed(token))
    append_audit(
        work.session, at=work.now, actor=actor.account_id, action="staff.password_changed", subject=actor.account_id
    )
    return None


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
