"""督办单 as words: who must act on which card, and by which day it must answer."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class SupervisionOrderSheet:
    """`answered` is by whom and when, None while the answer is owed: the paper then leaves room for it.

    It names the case by number and item only: an order about a delay needs nobody's name.
    """

    number: str
    to: str
    issuer: str
    issued_on: datetime
    due_on: date
    case_number: str
    item_name: str
    card: str
    words: str
    answer: str | None
    answered: tuple[str, datetime] | None
