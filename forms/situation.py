"""哪些我能办: a few questions about a person, and which items and policies their own conditions then leave open."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import Field, model_validator

from forms.condition import AllOf, Answers, AnyOf, Ask, CatalogueRecord, Not, fields_of

Chance = Literal["likely", "to_be_seen"]
LONGEST_NUMBER = 3


class SituationQuestion(CatalogueRecord):
    """One question anybody can answer about themselves; none asks for a name or a number that identifies."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$")
    ask: str
    # A noun for the answer, as in “年龄：82岁”.
    label: str
    type: Literal["number", "choice", "many", "bool"]
    choices: tuple[str, ...] = ()
    # For `many`: what says that nothing of the list is so; without it a list nobody ticked stays unanswered.
    none: str | None = None
    unit: str | None = None
    help: str | None = None
    group: str

    @model_validator(mode="after")
    def _choices_when_chosen(self) -> "SituationQuestion":
        if (self.type in ("choice", "many")) != bool(self.choices):
            raise ValueError("type 为 choice 或 many 的要写 choices，别的类型不写")
        if (self.type == "many") != bool(self.none):
            raise ValueError("type 为 many 的要写 none（都没有时勾哪一句），别的类型不写")
        return self


class Suiting(Protocol):
    """An item or a policy: what it is called, and whom it suits."""

    code: str
    name: str
    suits: Any


@dataclass(frozen=True)
class Match:
    """One entry a person may ask for: what was answered that speaks for it, what only the office can judge, and the
    questions still to be answered before anybody can say."""

    entry: Any
    chance: Chance
    because: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()


def find_matches(
    entries: Iterable[Suiting], answers: Answers, questions: Mapping[str, SituationQuestion]
) -> list[Match]:
    """What the answers leave open, the likely ones first. An entry without a condition suits everybody and is left out:
    it would say nothing about this person."""
    found = [match for entry in entries if entry.suits is not None and (match := _match(entry, answers, questions))]
    return sorted(found, key=_nearness)


def _nearness(match: Match) -> tuple[bool, bool, int]:
    return match.chance != "likely", not match.because, len(match.open_questions)


def _match(entry: Suiting, answers: Answers, questions: Mapping[str, SituationQuestion]) -> Match | None:
    if entry.suits.decide(answers) is False:
        return None
    telling = list(_telling(entry.suits, answers))
    held = [part for part in telling if not isinstance(part, (Ask, Not)) and part.decide(answers)]
    pending = set().union(*(fields_of(part) for part in telling if part.decide(answers) is None))
    return Match(
        entry,
        "likely" if _speaks_for(entry.suits, answers) else "to_be_seen",
        because=tuple(_as_said(held, answers, questions)),
        judged=tuple(dict.fromkeys(part.ask for part in telling if isinstance(part, Ask))),
        open_questions=tuple(name for name in questions if name in pending),
    )


def _telling(condition: Any, answers: Answers) -> Iterator[Any]:
    """The single conditions that count: of an `any` that holds only those that hold, and nothing of a branch that fails."""
    if not isinstance(condition, (AllOf, AnyOf)):
        yield condition
        return
    holds = isinstance(condition, AnyOf) and condition.decide(answers) is True
    for part in condition.parts:
        decided = part.decide(answers)
        if decided is True or (decided is None and not holds):
            yield from _telling(part, answers)


def _speaks_for(condition: Any, answers: Answers) -> bool:
    """All that answers can decide holds; formalities an office checks afterwards are passed over."""
    if not isinstance(condition, AllOf):
        return condition.decide(answers) is True
    weighed = [part for part in condition.parts if not isinstance(part, Ask) or part.decisive]
    return bool(weighed) and all(_speaks_for(part, answers) for part in weighed)


def _as_said(held: Iterable[Any], answers: Answers, questions: Mapping[str, SituationQuestion]) -> Iterator[str]:
    """年龄：82岁; of several things ticked, those that speak for the entry."""
    wanted: dict[str, set[str]] = {}
    for part in held:
        wanted.setdefault(part.field, set()).update(getattr(part, "has", ()))
    for name, choices in wanted.items():
        question, answer = questions[name], answers[name]
        if question.type == "bool":
            yield question.label
        elif question.type == "many":
            yield f"{question.label}：{'、'.join(one for one in answer if one in choices)}"
        else:
            yield f"{question.label}：{answer}{question.unit or ''}"


def find_exclusions(codes: Iterable[str], rules: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[str, list[str]]]]:
    """Which of these items bar each other: for each code the rules it falls under, with the other items of the rule."""
    offered = set(codes)
    barred: dict[str, list[tuple[str, list[str]]]] = {}
    for rule in rules:
        together = [code for code in rule["items"] if code in offered]
        for code in together if len(together) > 1 else ():
            others = [other for other in together if other != code]
            barred.setdefault(code, []).append((rule["rule"], others))
    return barred


def read_answers(given: Mapping[str, Sequence[str]], questions: Mapping[str, SituationQuestion]) -> Answers:
    """What somebody chose on a form, as values; whatever is no answer to its question counts as unanswered."""
    return {
        name: value
        for name, question in questions.items()
        if (value := _value(question, [text.strip() for text in given.get(name, ())])) is not None
    }


def _value(question: SituationQuestion, texts: Sequence[str]) -> Any:
    if question.type == "many":
        return _ticked(question, texts)
    text = texts[0] if texts else ""
    if question.type == "bool":
        return {"yes": True, "no": False}.get(text)
    if question.type == "choice":
        return text if text in question.choices else None
    return str(int(text)) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None


def _ticked(question: SituationQuestion, texts: Sequence[str]) -> list[str] | None:
    """What is ticked, in the question's order; beside anything else, “都没有” is a slip."""
    ticked = [choice for choice in question.choices if choice in texts]
    return ticked or ([question.none] if question.none in texts else None)
