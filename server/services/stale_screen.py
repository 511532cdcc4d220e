"""Two reviewers at one moment: a form is refused when somebody else has changed the case since its page was drawn."""

import re

from forms.clock import written_time
from server.db.case import CaseRow, list_events
from server.db.case_note import list_notes
from server.domain.people import Actor, is_by
from server.domain.words import CASE_NOTE, EVENT
from server.services.work import Work

TOLD = 5


class StaleScreen(Exception):
    """The page no longer shows the case as it is; the text lists what changed, by whom and when."""


def require_fresh(work: Work, case: CaseRow, actor: Actor, seen: str) -> None:
    """`seen` is what the page's form carried (`case_note.newest_entry`). Call it with the case locked. Raises StaleScreen."""
    found = re.fullmatch(r"(\d{1,18})-(\d{1,18})", seen)
    if found is None:
        raise StaleScreen("这一步不是从这件的页面上办的，没有办成。请看过下面再办一次，您写的字还在。")
    changes = _changes(work, case, actor, int(found[1]), int(found[2]))
    if changes:
        more = f"等{len(changes)}处" if len(changes) > TOLD else ""
        listed = "；".join(changes[-TOLD:])
        raise StaleScreen(f"您打开这一页以后，这件有了变化：{listed}{more}。请看过再办，您写的字还在。")


def _changes(work: Work, case: CaseRow, actor: Actor, event: int, note: int) -> list[str]:
    """What others did since, in words, oldest first; what one did oneself is no surprise."""
    done = [
        (one.entered_at, one.actor_name, EVENT[one.kind])
        for one in list_events(work.session, case.id)
        if one.id > event
    ]
    noted = [
        (one.at, one.actor_name, f"{CASE_NOTE[one.kind]}（{one.words}）")
        for one in list_notes(work.session, case.id)
        if one.id > note
    ]
    by_others = sorted(entry for entry in done + noted if not is_by(entry[1], actor))
    return [f"{written_time(at)} {name} {what}" for at, name, what in by_others]
