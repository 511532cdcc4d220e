"""法定节假日: the days the State Council's regulation gives by itself, by the version in force in a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class StatutoryRule:
    """One version of 全国年节及纪念日放假办法: its feasts, and their days counted from the feast."""

    since: int
    basis: str
    days: Mapping[str, Sequence[int]]

    @property
    def count(self) -> int:
        return sum(len(offsets) for offsets in self.days.values())


def rule_of(year: int, rules: Sequence[StatutoryRule]) -> StatutoryRule:
    """The newest version in force in `year`. Raises LookupError for a year before the first."""
    known = [rule for rule in rules if rule.since <= year]
    if not known:
        raise LookupError(f"no statutory rule is known for {year}")
    return max(known, key=lambda rule: rule.since)


def statutory_days(feasts: Mapping[str, date], rule: StatutoryRule) -> dict[date, str]:
    """A year's days under `rule`; two feasts on one day (国庆 and 中秋 in 2020) share it under both names."""
    named: dict[date, list[str]] = {}
    for feast, offsets in rule.days.items():
        for offset in offsets:
            named.setdefault(feasts[feast] + timedelta(days=offset), []).append(feast)
    return {day: "、".join(names) for day, names in sorted(named.items())}
