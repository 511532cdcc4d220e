"""The visit (one villager, one errand) as a pure state machine: each action takes a Visit and returns a new one."""

from kiosk.flow.answers import AnswerRefused, find_answer_faults, give_answers, open_fields
from kiosk.flow.cards import drop_card, note_card
from kiosk.flow.ends import is_put_away, mark_packed, mark_sent, reopen, replaces
from kiosk.flow.errand import (
    begin_correction,
    begin_visit,
    choose_item,
    record_form_printed,
    record_notice_printed,
    take_over,
)
from kiosk.flow.gaps import VisitIncomplete, check_originals, find_visit_gaps, require_pack
from kiosk.flow.pages import (
    WRONG_PAGE,
    add_page,
    ask_retake,
    drop_page,
    move_page,
    note_reading,
    require_page,
    sort_stack,
    turn_page,
    undo,
    vouch_page,
)
from kiosk.flow.steps import (
    ACTION_WORDS,
    ALLOWED,
    OPEN_STEPS,
    STEP_WORDS,
    Action,
    StepNotAllowed,
    allowed_actions,
    turn_to,
)
from kiosk.flow.steps import (
    require as require_allowed,
)
from kiosk.flow.visit import (
    LOOSE,
    MAX_PAGES_PER_MATERIAL,
    CorrectionReason,
    NextPage,
    Page,
    PageReading,
    ReadCard,
    ReadField,
    Refusal,
    Step,
    Undo,
    Visit,
)
from kiosk.flow.wanted import (
    captured_materials,
    count_pages,
    list_pages,
    materials_to_capture,
    named_page_ids,
    next_page,
    page_name,
)

__all__ = [
    "ACTION_WORDS", "ALLOWED", "LOOSE", "MAX_PAGES_PER_MATERIAL", "OPEN_STEPS", "STEP_WORDS", "WRONG_PAGE", "Action",
    "AnswerRefused", "CorrectionReason", "NextPage", "Page", "PageReading", "ReadCard", "ReadField", "Refusal", "Step",
    "StepNotAllowed", "Undo", "Visit", "VisitIncomplete", "add_page", "allowed_actions", "ask_retake",
    "begin_correction", "begin_visit", "captured_materials", "check_originals", "choose_item", "count_pages",
    "drop_card", "drop_page", "find_answer_faults", "find_visit_gaps", "give_answers", "is_put_away", "list_pages", "mark_packed",
    "mark_sent", "materials_to_capture", "move_page", "named_page_ids", "next_page", "note_card", "note_reading", "open_fields",
    "page_name", "record_form_printed", "record_notice_printed", "reopen", "replaces", "require_allowed",
    "require_pack", "require_page", "sort_stack", "take_over", "turn_page", "turn_to", "undo", "vouch_page",
]  # fmt: skip
