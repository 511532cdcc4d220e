"""Delivers what stands in the outbound table: at least once, with growing pauses, every fault on the row."""

import secrets
from datetime import datetime, timedelta

from server.adapters.wechat import WeChatGateway, WeChatRefused, WeChatUnreachable
from server.db.outbound import OutboundRow, lock_message
from server.services.work import Work

LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)
ATTEMPTS = 40  # with the pauses above about three days


def claim_message(work: Work, message_id: int) -> OutboundRow | None:
    """Take one message for sending; another worker, or this one after a crash, may take it again after the lease."""
    row = lock_message(work.session, message_id)
    if row is None or row.next_attempt_at is None or row.next_attempt_at > work.now:
        return None
    row.state, row.attempts, row.next_attempt_at = "sending", row.attempts + 1, work.now + LEASE
    return row


def send_message(gateway: WeChatGateway, template_id: str, row: OutboundRow) -> tuple[str | None, Exception | None]:
    """Hand one claimed message to WeChat, outside any transaction: (message id, fault)."""
    try:
        # The row's own number lets WeChat drop a second copy when our first answer was lost on the way.
        return gateway.send_template(row.openid, template_id, row.fields, row.url, f"hongye-{row.id}"), None
    except (WeChatUnreachable, WeChatRefused) as fault:
        return None, fault


def settle_message(work: Work, message_id: int, provider_id: str | None, fault: Exception | None) -> None:
    row = work.session.get(OutboundRow, message_id, with_for_update=True)
    if row.state == "sent":
        return  # another worker took it over when this one's lease had run out, and sent it
    if fault is None:
        row.state, row.sent_at, row.provider_message_id = "sent", work.now, provider_id
        row.next_attempt_at, row.fault = None, None
        return
    row.fault = str(fault)[:300]
    # A refusal of our own account (wrong secret, no quota) is for an operator to mend: the message waits meanwhile.
    hopeless = isinstance(fault, WeChatRefused) and not fault.concerns_our_account
    if hopeless or row.attempts >= ATTEMPTS:
        row.state, row.next_attempt_at = "failed", None
    else:
        row.state, row.next_attempt_at = "queued", next_attempt(work.now, row.attempts)


def next_attempt(now: datetime, attempts: int) -> datetime:
    """Doubling pauses with jitter, so that a platform coming back is not met by everybody at once."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 12))
    return now + pause * (0.5 + secrets.randbelow(1000) / 1000)
