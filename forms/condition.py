"""When a material, a field, a stage or a benefit applies: conditions as data a machine decides, or asks a person about.

Three answers are possible: yes, no, and "not known yet" (None), because nobody has been asked or only a person can judge.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Union

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from forms.identity import age_on, birth_date, normal_id_number

Answers = dict[str, Any]
VISIT_DAY = "visit_on"
Bound = Annotated[float | None, Field(allow_inf_nan=False)]


class CatalogueRecord(BaseModel):
    """Anything the catalogue holds: frozen once loaded, unknown keys are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Equals(CatalogueRecord):
    """{field: by_agent, equals: true}"""

    field: str
    equals: str | bool

    def decide(self, answers: Answers, question: str = "") -> bool | None:
        value = answers.get(self.field)
        return None if _is_blank(value) else value == self.equals


class OneOf(CatalogueRecord):
    """{field: disability_type, one_of: [智力, 精神]}"""

    field: str
    one_of: tuple[str, ...] = Field(min_length=1)

    def decide(self, answers: Answers, question: str = "") -> bool | None:
        value = answers.get(self.field)
        return None if _is_blank(value) else value in self.one_of


class Has(CatalogueRecord):
    """{field: land, has: [种水稻, 种甘蔗]}: of several things that may be ticked, at least one of these is.

    Whoever ticked anything has answered the whole question: what stands unticked beside it is a no.
    """

    field: str
    has: tuple[str, ...] = Field(min_length=1)

    def decide(self, answers: Answers, question: str = "") -> bool | None:
        ticked = answers.get(self.field)
        return any(one in ticked for one in self.has) if isinstance(ticked, (list, tuple)) and ticked else None


class Number(CatalogueRecord):
    """{field: people, at_least: 100}: bounds in the unit the field states."""

    field: str
    at_least: Bound = None
    at_most: Bound = None
    over: Bound = None
    under: Bound = None

    def decide(self, answers: Answers, question: str = "") -> bool | None:
        number = _number(answers.get(self.field))
        return None if number is None else _within(self, number)


class Age(CatalogueRecord):
    """{age_of: applicant_id, under: 16}: full years on the day of the visit, read from an ID number or a date.

    The day stands among the answers (VISIT_DAY), so that kiosk and server decide alike on whatever day each looks.
    """

    age_of: str
    at_least: Bound = None
    at_most: Bound = None
    over: Bound = None
    under: Bound = None

    def decide(self, answers: Answers, question: str = "") -> bool | None:
        born, day = _day(answers.get(self.age_of)), _day(answers.get(VISIT_DAY))
        return None if born is None or day is None else _within(self, Decimal(age_on(born, day)))


class Not(CatalogueRecord):
    """{not: {...}}"""

    inner: "Condition" = Field(alias="not")

    def decide(self, answers: Answers, question: str = "") -> bool | None:
        decided = self.inner.decide(answers, question)
        return None if decided is None else not decided


class AnyOf(CatalogueRecord):
    """{any: [...]}: yes as soon as one is."""

    parts: tuple["Condition", ...] = Field(alias="any", min_length=2)

    def decide(self, answers: Answers, question: str = "") -> bool | None:
        decided = [part.decide(answers, question) for part in self.parts]
        return True if True in decided else None if None in decided else False


class AllOf(CatalogueRecord):
    """{all: [...]}: no as soon as one is not."""

    parts: tuple["Condition", ...] = Field(alias="all", min_length=2)

    def decide(self, answers: Answers, question: str = "") -> bool | None:
        decided = [part.decide(answers, question) for part in self.parts]
        return False if False in decided else None if None in decided else True


class Ask(CatalogueRecord):
    """{ask: 家庭成员中有残疾人}: only a person can judge; the answer is kept under the key of whoever asks.

    `decisive`: it is what the whole hangs on, not a formality that comes after; nobody is told 很可能 before it is judged.
    """

    ask: str = Field(min_length=2)
    decisive: bool = False

    def decide(self, answers: Answers, question: str = "") -> bool | None:
        answer = answers.get(question)
        return answer if isinstance(answer, bool) else None


_KINDS = {
    "equals": "equals",
    "one_of": "one_of",
    "has": "has",
    "age_of": "age",
    "not": "not",
    "any": "any",
    "all": "all",
    "ask": "ask",
}
_BOUNDS = ("at_least", "at_most", "over", "under")
_KIND_OF_CLASS = {
    Equals: "equals",
    OneOf: "one_of",
    Has: "has",
    Age: "age",
    Not: "not",
    AnyOf: "any",
    AllOf: "all",
    Ask: "ask",
}


def _kind(raw: Any) -> str | None:
    """Which of the forms a condition is written in; None makes pydantic report one clear fault instead of nine."""
    if not isinstance(raw, dict):
        return _KIND_OF_CLASS.get(type(raw), "number" if isinstance(raw, Number) else None)
    for key, kind in _KINDS.items():
        if key in raw:
            return kind
    return "number" if any(bound in raw for bound in _BOUNDS) else None


Condition = Annotated[
    Union[  # noqa: UP007 - pydantic's callable discriminator wants the tagged members written out
        Annotated[Equals, Tag("equals")],
        Annotated[OneOf, Tag("one_of")],
        Annotated[Has, Tag("has")],
        Annotated[Number, Tag("number")],
        Annotated[Age, Tag("age")],
        Annotated[Not, Tag("not")],
        Annotated[AnyOf, Tag("any")],
        Annotated[AllOf, Tag("all")],
        Annotated[Ask, Tag("ask")],
    ],
    Discriminator(
        _kind,
        custom_error_type="condition",
        custom_error_message="条件写法不对：要写 equals、one_of、has、at_least、at_most、over、under、age_of、not、any、all 或 ask",
    ),
]

for _model in (Not, AnyOf, AllOf):
    _model.model_rebuild()


def with_visit_day(answers: Answers, day: date) -> Answers:
    """The answers with the day they were given on, where they do not say it yet."""
    return {VISIT_DAY: day.isoformat(), **answers}


def walk(condition: Any) -> Iterator[Any]:
    """The condition and every part of it."""
    yield condition
    parts = (condition.inner,) if isinstance(condition, Not) else getattr(condition, "parts", ())
    for part in parts:
        yield from walk(part)


def fields_of(condition: Any) -> set[str]:
    """The fields it reads."""
    return {getattr(part, "field", None) or getattr(part, "age_of", None) for part in walk(condition)} - {None}


def asks_a_person(condition: Any) -> bool:
    return any(isinstance(part, Ask) for part in walk(condition))


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or _is_blank(value):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _day(value: Any) -> date | None:
    """A date, or the birth date inside a citizen's number."""
    if _is_blank(value):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return birth_date(normal_id_number(str(value)))


def _within(bounds: Number | Age, number: Decimal) -> bool:
    return (
        (bounds.at_least is None or number >= Decimal(str(bounds.at_least)))
        and (bounds.at_most is None or number <= Decimal(str(bounds.at_most)))
        and (bounds.over is None or number > Decimal(str(bounds.over)))
        and (bounds.under is None or number < Decimal(str(bounds.under)))
    )
