"""Figures made of ratings: satisfaction, response, and groups too small to be shown without naming somebody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from server.domain.rating import Grade, is_bad


@dataclass(frozen=True)
class Figures:
    """Counts of one group. `set_aside` were found unfair on appeal: they are told, and count neither way.

    `by_default` are cases nobody rated that the tenant counts as 基本满意; none unless the tenant turned that on.
    """

    by_grade: Mapping[int, int] = field(default_factory=dict)
    set_aside: int = 0
    by_default: int = 0
    bad_answered: int = 0
    bad_in_time: int = 0

    @property
    def rated(self) -> int:
        return sum(self.by_grade.values())

    @property
    def bad(self) -> int:
        return sum(count for grade, count in self.by_grade.items() if is_bad(grade))

    @property
    def satisfaction(self) -> float | None:
        """Good grades of all that count; None where nobody rated: no opinion is not a good one."""
        counted = self.rated + self.by_default
        return (counted - self.bad) / counted if counted else None

    @property
    def in_time(self) -> float | None:
        """Of the bad ratings that were answered or are overdue, those that never were overdue."""
        return self.bad_in_time / self.bad_answered if self.bad_answered else None

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            {grade: self.by_grade.get(grade, 0) + other.by_grade.get(grade, 0) for grade in Grade},
            self.set_aside + other.set_aside,
            self.by_default + other.by_default,
            self.bad_answered + other.bad_answered,
            self.bad_in_time + other.bad_in_time,
        )


@dataclass(frozen=True)
class RatedFact:
    """One rating as the figures see it. `answered` says whether its follow-up counts yet, `was_late` how."""

    grade: int
    is_set_aside: bool = False
    answered: bool = False
    was_late: bool = False


def figures_of(facts: Iterable[RatedFact], by_default: int = 0) -> Figures:
    facts = list(facts)
    counted = [fact for fact in facts if not fact.is_set_aside]
    answered = [fact for fact in counted if is_bad(fact.grade) and fact.answered]
    return Figures(
        by_grade={grade: sum(fact.grade == grade for fact in counted) for grade in Grade},
        set_aside=len(facts) - len(counted),
        by_default=by_default,
        bad_answered=len(answered),
        bad_in_time=sum(not fact.was_late for fact in answered),
    )


@dataclass(frozen=True)
class Merged:
    """The groups that may be shown, and the rest as one; `rest` is None when nothing was left over or it stays hidden.

    `merged` counts the groups that are not shown each.
    """

    shown: tuple[tuple[str, Figures], ...]
    rest: Figures | None
    merged: int


def merge_small(groups: Mapping[str, Figures], least: int) -> Merged:
    """Hide every group of fewer than `least` ratings in one rest.

    The attack (differencing): a single hidden group is the total less the shown ones. So the rest takes in the smallest
    shown group until it is as large as `least` itself, and while even all together are too few nothing is shown.
    """
    kept = {group: one for group, one in groups.items() if _size(one) >= least}
    small = [one for group, one in groups.items() if group not in kept and _size(one)]
    while small and sum(map(_size, small)) < least and kept:
        smallest = min(kept, key=lambda group: _size(kept[group]))
        small.append(kept.pop(smallest))
    rest = sum(small, Figures()) if small else None
    visible = rest if rest and _size(rest) >= least else None
    return Merged(tuple(sorted(kept.items(), key=_largest_first)), visible, len(small))


def _size(figures: Figures) -> int:
    """A rating set aside is one somebody gave: it is protected like the others."""
    return figures.rated + figures.set_aside


def _largest_first(pair: tuple[str, Figures]) -> tuple[int, str]:
    return -_size(pair[1]), pair[0]
