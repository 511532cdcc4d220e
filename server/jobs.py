"""What runs without anybody asking: deliver messages, sweep deadlines, end public notices; every job may run twice."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from server.adapters.wechat import WeChatRefused, WeChatUnreachable
from server.bootstrap import Installation
from server.db.benefit import list_due_benefit_ids
from server.db.card import list_card_ids_to_escalate
from server.db.deadline import count_due_clocks, list_due_clock_ids
from server.db.outbound import list_due_message_ids
from server.db.public_notice import list_expired_notice_ids
from server.db.wechat import list_openids_to_ask
from server.domain.card import first_day_in_time
from server.domain.deadline import start_of
from server.services.calendar import record_shipped_calendar
from server.services.card import escalate_card
from server.services.message import claim_message, send_message, settle_message
from server.services.notice_expiry import end_expired_notice
from server.services.recheck import look_at_benefit
from server.services.sweep import sweep_clock
from server.services.upload import forget_stale_uploads
from server.services.wechat import forget_old_replies, learn_unionid

log = logging.getLogger(__name__)

BATCH = 200
Key = TypeVar("Key", int, str)


def _each(errand: Callable[[Key], int], keys: Iterable[Key]) -> int:
    """One by one: a row that fails is logged and tried again, and keeps none of the others from their turn."""
    done = 0
    for key in keys:
        try:
            done += errand(key)
        except Exception:
            log.exception("%s failed for %s and will be tried again", errand.__name__, key)
    return done


def sweep_deadlines(installation: Installation) -> int:
    """Put every card that has fallen on record. Costs by what is due, not by what exists. Returns the cards."""

    def sweep(clock_id: int) -> int:
        with installation.begin() as work:
            return sweep_clock(work, clock_id)

    with installation.look() as work:
        due = list_due_clock_ids(work.session, work.now, BATCH)
    return _each(sweep, due)


@dataclass(frozen=True)
class Swept:
    """`left`: clocks that are due still, because looking at them failed; the log says why."""

    cards: int
    left: int


def sweep_until_nothing_is_due(installation: Installation) -> Swept:
    """Batch after batch, as long as it gets on: what a worker does over the day, at once."""
    cards, left = 0, _count_due(installation)
    while left:
        cards += sweep_deadlines(installation)
        before, left = left, _count_due(installation)
        if left >= before:
            break
    return Swept(cards, left)


def _count_due(installation: Installation) -> int:
    with installation.look() as work:
        return count_due_clocks(work.session, work.now)


def escalate_cards(installation: Installation) -> int:
    """Put red cards nobody explained in time before the next level. Costs by what is due. Returns how many."""

    def escalate(card_id: int) -> int:
        with installation.begin() as work:
            return escalate_card(work, card_id)

    days = installation.tools.settings.supervision.escalate_after_working_days
    with installation.look() as work:
        recorded_before = start_of(first_day_in_time(work.today, days, work.calendar))
        due = list_card_ids_to_escalate(work.session, recorded_before, BATCH)
    return _each(escalate, due)


def end_expired_notices(installation: Installation) -> int:
    """Take down every public notice whose days are over. Returns how many."""

    def end(notice_id: str) -> int:
        with installation.begin() as work:
            return end_expired_notice(work, notice_id)

    with installation.look() as work:
        expired = list_expired_notice_ids(work.session, work.today)
    return _each(end, expired)


def open_due_reverifications(installation: Installation) -> int:
    """Open what falls due and suspend what nobody confirmed. Costs by what is due. Returns how many were touched."""

    def look_at(benefit_id: str) -> int:
        with installation.begin() as work:
            return look_at_benefit(work, benefit_id)

    with installation.look() as work:
        due = list_due_benefit_ids(work.session, work.today, BATCH)
    return _each(look_at, due)


def deliver_messages(installation: Installation) -> int:
    """Send what is due. The claim and the outcome are two transactions; WeChat is called between them, under none."""
    gateway = installation.official_account()
    template_id = installation.tools.settings.wechat.progress_template_id

    def deliver(message_id: int) -> int:
        with installation.begin() as work:
            row = claim_message(work, message_id)
        if row is None:
            return 0
        provider_id, fault = send_message(gateway, template_id, row)
        with installation.begin() as work:
            settle_message(work, message_id, provider_id, fault)
        return 1

    with installation.look() as work:
        due = list_due_message_ids(work.session, work.now, BATCH)
    return _each(deliver, due)


def ask_unionids(installation: Installation) -> int:
    """Learn which mini-program user a follower of the account is, so that a case bound in one shows in the other."""
    with installation.look() as work:
        unknown = list_openids_to_ask(work.session, work.now, BATCH)
    gateway = installation.official_account()
    for openid in unknown:
        try:
            unionid = gateway.find_unionid(openid.openid)
        except WeChatUnreachable:
            return 0
        except WeChatRefused:
            unionid = None
        with installation.begin() as work:
            learn_unionid(work, openid.id, unionid)
    return len(unknown)


def note_shipped_calendar(installation: Installation) -> int:
    """A program that was brought up to date may ship other days: put on record, and every due date brought in line."""
    with installation.begin() as work:
        return 1 if record_shipped_calendar(work) else 0


def tidy_up(installation: Installation) -> int:
    with installation.begin() as work:
        return forget_old_replies(work) + forget_stale_uploads(work)


JOBS = (end_expired_notices, sweep_deadlines, escalate_cards, open_due_reverifications, ask_unionids, deliver_messages)
NOW_AND_THEN = (note_shipped_calendar, tidy_up)
TIDY_EVERY = 600


def run_worker(installation: Installation, stop: threading.Event) -> None:
    """Run all jobs again and again until `stop` is set; one failing job never keeps the others from running."""
    pause = installation.tools.settings.worker_pause_seconds
    rounds = 0
    while not stop.is_set():
        for job in (*NOW_AND_THEN, *JOBS) if rounds % TIDY_EVERY == 0 else JOBS:
            try:
                job(installation)
            except Exception:
                log.exception("job %s failed and will be tried again", job.__name__)
        rounds += 1
        stop.wait(pause)
