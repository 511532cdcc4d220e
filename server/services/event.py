"""Puts what happened to a case on its timeline and in the audit log, and tells those who follow it."""

from datetime import datetime

from forms.clock import written_time
from server.db.audit import append_audit
from server.db.case import CaseRow, EventRow
from server.db.outbound import OutboundRow
from server.db.wechat import list_follower_openids
from server.domain.words import EVENT, STATUS
from server.services.work import Work

SYSTEM = "系统"
TOLD_TO_NOBODY = frozenset({"rated"})  # the one who would be told did it


def record_event(
    work: Work,
    case: CaseRow,
    kind: str,
    actor_name: str,
    note: str = "",
    *,
    brief: str = "",
    happened_at: datetime | None = None,
) -> EventRow:
    """`note` is read by the villager: plain words, no personal data; `brief` says it in the twenty signs WeChat leaves."""
    event = EventRow(
        case_id=case.id,
        kind=kind,
        happened_at=happened_at or work.now,
        entered_at=work.now,
        actor_name=actor_name,
        status=case.status,
        public_note=note,
    )
    work.session.add(event)
    work.session.flush()
    append_audit(
        work.session, at=work.now, actor=actor_name, action=f"case.{kind}", subject=case.case_number, detail={}
    )
    if kind not in TOLD_TO_NOBODY:
        tell_followers(work, case, event, brief)
    return event


def tell_followers(work: Work, case: CaseRow, event: EventRow, brief: str = "") -> None:
    """One message per follower and event; delivered by a job, so that a silent WeChat never holds up a desk."""
    app_id = work.tools.settings.wechat.official_app_id
    for openid in list_follower_openids(work.session, case.id, app_id):
        tell(work, case, event, openid, brief)


def tell(work: Work, case: CaseRow, event: EventRow, openid: str, brief: str = "") -> None:
    work.session.add(
        OutboundRow(
            dedup_key=f"event {event.id} to {openid}",
            case_id=case.id,
            openid=openid,
            kind=event.kind,
            fields=_template_fields(case, event, brief),
            url=tracking_url(work, case),
            state="queued",
            written_at=work.now,
            next_attempt_at=work.now,
        )
    )


def tracking_url(work: Work, case: CaseRow) -> str:
    return f"{work.tools.settings.public_url}/c/{case.lookup_code}"


def _template_fields(case: CaseRow, event: EventRow, brief: str) -> dict[str, str]:
    """Field names carry WeChat's types (thing, character_string, phrase, time); the gateway cuts them to length."""
    return {
        "thing1": case.item_name,
        "character_string2": case.case_number,
        "thing3": EVENT[event.kind],
        "time4": written_time(event.happened_at),
        "thing5": brief or event.public_note or STATUS[case.status],
    }
