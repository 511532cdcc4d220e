"""村级权力: a village power, who holds it, the steps its use must take, and the votes each step needs, as data."""

from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from forms.condition import CatalogueRecord
from forms.item import Confidence, Confirmation, DayUnit

Base = Literal["due", "present"]
# 2/3 as people write it; a decimal would never be exactly two thirds.
Share = Annotated[
    Fraction,
    BeforeValidator(lambda value: Fraction(str(value))),
    PlainSerializer(str, return_type=str, when_used="json"),
]


class Threshold(CatalogueRecord):
    """A part of those due or of those present: {at_least: 2/3, of: due}, or {over: 1/2, of: present}."""

    of: Base
    at_least: Share | None = None
    over: Share | None = None

    def met(self, count: int, base: int) -> bool:
        share = Fraction(count, base)
        return (self.at_least is None or share >= self.at_least) and (self.over is None or share > self.over)

    @property
    def words(self) -> str:
        """三分之二以上 or 超过二分之一（过半数）."""
        whole = {"due": "应到", "present": "实到"}[self.of]
        if self.over == Fraction(1, 2):
            return f"{whole}的过半数"
        share = self.at_least if self.at_least is not None else self.over
        assert share is not None
        part = f"{_NUMERALS[share.denominator]}分之{_NUMERALS[share.numerator]}"
        return f"{whole}的{part}以上" if self.at_least is not None else f"超过{whole}的{part}"


_NUMERALS = "零一二三四五六七八九十"


class VotingRule(CatalogueRecord):
    """表决规则 of one body: how many must come, and how many must agree."""

    id: str
    body: str
    due: str
    counts: Literal["vote", "signatures"] = "vote"
    present: Threshold | None = None
    agree: Threshold | None = None
    basis: str
    status: Confirmation


class PowerStep(CatalogueRecord):
    """One step of a power's flow chart; several `next` are branches of its `decision`, in the order of `labels`."""

    id: str
    who: str
    what: str
    next: tuple[str, ...]
    decision: str | None = None
    labels: tuple[str, ...] = ()
    days: int | None = Field(default=None, ge=1)
    day_unit: DayUnit | None = None
    # 公示5日 must last that long; 5个工作日内审查 must be over by then, and keeps nobody waiting.
    days_mean: Literal["at_least", "at_most"] = "at_least"
    # The later step that may not come sooner, where it is not the next one (名单在选举日20日前公布).
    days_before: str | None = None
    rule: str | None = None
    vote: tuple[str, ...] = ()


class PowerDisclosure(CatalogueRecord):
    """What of a use must be made public, when, for how long and where."""

    what: str
    when: str
    duration: str
    where: str
    # 人民调解, 协查: only how many there were is published, no single one (人民调解法 第23条: 当事人可要求不公开).
    counts_only: bool = False


class Power(CatalogueRecord):
    """权力事项: an entry of the village power list (村级小微权力清单)."""

    code: str = Field(pattern=r"^Q-[A-Z]{2}-\d{2}$")
    category_code: str
    category: str
    name: str = Field(alias="name_zh")
    holder: str
    basis: tuple[str, ...] = Field(min_length=1)
    steps: tuple[PowerStep, ...] = Field(min_length=1)
    disclosure: PowerDisclosure
    oversight: str
    limit_note: str | None = None
    confidence: Confidence
    status: Confirmation

    @cached_property
    def steps_by_id(self) -> dict[str, PowerStep]:
        return {step.id: step for step in self.steps}

    @property
    def is_confirmed(self) -> bool:
        return self.status == "confirmed"


class PowerCategory(CatalogueRecord):
    """One of the fourteen areas of the list; `count` is how many powers it holds."""

    code: str
    name: str
    count: int
