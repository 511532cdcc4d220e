"""流转表单: the one record of a case that grew stage by stage, as it is printed whole."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SignedStep:
    """One desk's own part: what it was asked, what it said, and by whom and when it was signed.

    `signed_by` None: the desk has not had its turn yet, or was passed by (`state` says so).
    """

    desk: str
    what: str
    state: str
    opinion: str
    signed_by: str | None
    signed_at: datetime | None
    days: str


@dataclass(frozen=True)
class RoutingForm:
    """Everything on the form, in the order it is read. Numbers that open doors are masked."""

    item_name: str
    case_number: str
    applicant_name: str
    village: str
    received_at: datetime
    received_by: str
    status: str
    answers: tuple[tuple[str, str], ...]
    papers: tuple[tuple[str, str], ...]
    steps: tuple[SignedStep, ...]
    limits: tuple[tuple[str, str], ...]
    proceedings: tuple[str, ...]
    result: tuple[tuple[str, str], ...]
    printed_by: str
    printed_at: datetime
    is_confirmed: bool
