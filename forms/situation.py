"""哪些我能办: a few questions about a person, and which items and policies their own conditions then leave open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import Field, model_validator

from forms.condition import Answers, CatalogueRecord, asks_a_person, fields_of

Chance = Literal["likely", "to_be_seen"]


class SituationQuestion(CatalogueRecord):
    """One question anybody can answer about themselves; none asks for a name or a number that identifies."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$")
    ask: str
    type: Literal["number", "choice", "bool"]
    choices: tuple[str, ...] = ()
    unit: str | None = None
    help: str | None = None
    group: str

    @model_validator(mode="after")
    def _choices_when_chosen(self) -> "SituationQuestion":
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("type 为 choice 的要写 choices，别的类型不写")
        return self


class Suiting(Protocol):
    """An item or a policy: what it is called, and whom it suits."""

    code: str
    name: str
    suits: Any


@dataclass(frozen=True)
class Match:
    """One entry a person may ask for. `open_questions`: what is still to be answered before anybody can say."""

    entry: Any
    chance: Chance
    open_questions: tuple[str, ...]


def find_matches(
    entries: Iterable[Suiting], answers: Answers, questions: Mapping[str, SituationQuestion]
) -> list[Match]:
    """What the answers leave open, the likely ones first. An entry without a condition suits everybody and is left out:
    it would say nothing about this person."""
    found = [_match(entry, answers, questions) for entry in entries if entry.suits is not None]
    return sorted((match for match in found if match), key=lambda match: (match.chance != "likely", len(match.open_questions)))


def _match(entry: Suiting, answers: Answers, questions: Mapping[str, SituationQuestion]) -> Match | None:
    decided = entry.suits.decide(answers)
    if decided is False:
        return None
    if decided is True:
        return Match(entry, "likely", ())
    unanswered = [name for name in questions if name in fields_of(entry.suits) and answers.get(name) in (None, "")]
    judged_by_office = not unanswered and asks_a_person(entry.suits)
    return Match(entry, "likely" if judged_by_office else "to_be_seen", tuple(unanswered))


def read_answers(given: Mapping[str, str], questions: Mapping[str, SituationQuestion]) -> Answers:
    """What somebody chose on a form, as values; whatever is no answer to its question counts as unanswered."""
    return {
        name: value
        for name, question in questions.items()
        if (value := _value(question, given.get(name, "").strip())) is not None
    }


def _value(question: SituationQuestion, text: str) -> Any:
    if question.type == "bool":
        return {"yes": True, "no": False}.get(text)
    if question.type == "choice":
        return text if text in question.choices else None
    return text if text.isdigit() and len(text) <= 6 else None
