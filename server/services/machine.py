"""Enrols village machines and knows them again by their secret."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.db.audit import append_audit
from server.db.machine import EnrolmentCodeRow, MachineRow
from server.services.work import Work

CODE_LIFE = timedelta(days=7)
SEEN_STEP = timedelta(minutes=1)


class MachineUnknown(Exception):
    """The machine is not enrolled, or was revoked; the text tells the agent what to do."""


@dataclass(frozen=True)
class Machine:
    """An enrolled village PC, as the edges and the intake see it."""

    id: str
    village_code: str
    enrolled_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True)
class Enrolled:
    """What the machine keeps; the secret is shown this once."""

    machine: Machine
    secret: str


def make_enrolment_code(work: Work, village_code: str) -> str:
    """A one-time code for one village, good for seven days."""
    village = work.catalogue.regions.get(village_code)
    code = secrets.token_hex(8)
    work.session.add(
        EnrolmentCodeRow(code_hash=_hashed(code), village_code=village.id, expires_at=work.now + CODE_LIFE)
    )
    append_audit(work.session, at=work.now, actor="system", action="machine.code_made", subject=village.id)
    return code


def enrol_machine(work: Work, enrolment_code: str, name: str) -> Enrolled:
    """Raises MachineUnknown."""
    code = work.session.get(EnrolmentCodeRow, _hashed(enrolment_code), with_for_update=True)
    if code is None or code.used_at or code.expires_at < work.now:
        raise MachineUnknown("登记码不对、用过了或过期了。请向县里要一个新的登记码。")
    code.used_at = work.now
    secret = secrets.token_urlsafe(32)
    machine = MachineRow(
        id=secrets.token_hex(8),
        name=name[:80] or "村里电脑",
        village_code=code.village_code,
        secret_hash=_hashed(secret),
        enrolled_at=work.now,
        last_seen_at=work.now,
    )
    work.session.add(machine)
    append_audit(work.session, at=work.now, actor="system", action="machine.enrolled", subject=machine.id)
    return Enrolled(_seen(machine), secret)


def identify_machine(work: Work, credential: str) -> Machine:
    """`credential` is `machine_id.secret`. Raises MachineUnknown."""
    machine_id, _, secret = credential.partition(".")
    machine = work.session.get(MachineRow, machine_id)
    known_hash = machine.secret_hash if machine else _hashed("nobody")
    if not hmac.compare_digest(known_hash, _hashed(secret)) or machine is None or machine.revoked_at:
        raise MachineUnknown("这台电脑没有登记，或已被停用。请联系县里重新登记。")
    return _seen(machine)


def _seen(row: MachineRow) -> Machine:
    return Machine(row.id, row.village_code, row.enrolled_at, row.last_seen_at)


def note_seen(work: Work, machine_id: str) -> None:
    work.session.get(MachineRow, machine_id).last_seen_at = work.now


def _hashed(text: str) -> str:
    """The secrets are 256 random bits (codes 64, one-time and short-lived), so a plain hash cannot be guessed back."""
    return hashlib.sha256(text.encode()).hexdigest()
