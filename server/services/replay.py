"""Computes every clock and card again from the log, and says where what stands on record differs from it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forms.clock import local
from server.db import deadline as db
from server.db.case import iterate_case_numbers
from server.db.deadline import CardRow, ClockRow
from server.db.engine import hold_still
from server.domain.clock_log import CaseLog, ClockLife, FallenCard
from server.domain.people import Desk
from server.domain.words import CARD, CLOCK, RULE
from server.services.settling import computed_columns, folded
from server.services.work import Work

COLUMN = {
    "amount": "时限",
    "used": "用时",
    "due_on": "到期日",
    "due_at": "到期时刻",
    "next_check_at": "下次查看",
    "finished_at": "停表时间",
    "stops": "暂停",
    "fell_at": "亮牌时间",
    "rule": "规则",
    "rule_version": "规则版本",
    "desks": "责任岗位",
    "evidence": "依据",
    "withdrawn_at": "撤牌时间",
}


@dataclass(frozen=True)
class Difference:
    """One thing on record that the log does not bear out: `kind` is missing, extra, different or unreadable."""

    case_number: str
    kind: str
    what: str
    field: str = ""
    recorded: str = ""
    computed: str = ""

    def __str__(self) -> str:
        said = {
            "missing": f"记录里没有，按日志应有（{self.computed}）",
            "extra": f"记录里有，按日志不应有（{self.recorded}）",
            "different": f"{COLUMN.get(self.field, '')}记的是{self.recorded}，按日志应是{self.computed}",
            "unreadable": f"日志读不通（{self.recorded}）",
        }
        return f"{self.case_number} {self.what}：{said[self.kind]}"


@dataclass(frozen=True)
class Replayed:
    """What one case came to.

    `pending`: cards that have fallen by the log while their clock's next look is due and the sweep has not come by: they
    are not wrong, they are not yet written down. `appealed`: taken back by a supervisor, which no log can say.
    """

    case_number: str
    clocks: int
    cards: int
    pending: int
    appealed: int
    differences: tuple[Difference, ...]


def replay(work: Work) -> Iterator[Replayed]:
    """Case by case, each forgotten before the next: a city's years fit in the memory of a small machine."""
    hold_still(work.session)
    for case_id, case_number in iterate_case_numbers(work.session):
        yield replay_case(work, case_id, case_number)
        work.session.expunge_all()


def replay_case(work: Work, case_id: str, case_number: str) -> Replayed:
    clocks, cards = db.list_clocks(work.session, case_id), db.list_cards(work.session, case_id)
    try:
        log = folded(work, case_id)
    except (KeyError, ValueError, TypeError, AssertionError) as fault:
        unreadable = Difference(case_number, "unreadable", "时限日志", recorded=f"{type(fault).__name__} {fault}")
        return Replayed(case_number, len(clocks), len(cards), 0, 0, (unreadable,))
    comparison = _Comparison(work, case_number, log, {clock.id: clock for clock in clocks}, cards)
    return Replayed(
        case_number,
        len(clocks),
        len(cards),
        sum(map(len, comparison.pending.values())),
        sum(card.withdrawn_for == "appeal" for card in cards),
        (*comparison.of_clocks(), *comparison.of_cards()),
    )


class _Comparison:
    """The rows of one case laid beside its folded log."""

    def __init__(self, work: Work, case_number: str, log: CaseLog, clocks: dict[int, ClockRow], cards: list[CardRow]):
        self._work, self._number, self._log, self._clocks, self._cards = work, case_number, log, clocks, cards
        self._lacking, self._surplus, self._pairs = _paired(log.cards, cards)
        self.pending: dict[int | None, list[FallenCard]] = defaultdict(list)
        for card in self._lacking:
            if self._is_due_to_be_written(card):
                self.pending[card.clock].append(card)

    def _is_due_to_be_written(self, card: FallenCard) -> bool:
        """The clock's row says to look at or before the card fell, and nobody has: a card that was deleted is not among
        these, for whoever wrote it down put the next look after it."""
        row = self._clocks.get(card.clock or 0)
        return row is not None and row.next_check_at is not None and row.next_check_at <= card.fell_at

    def of_clocks(self) -> Iterator[Difference]:
        for clock_id in sorted(self._clocks.keys() | self._log.clocks.keys()):
            row, life = self._clocks.get(clock_id), self._log.clocks.get(clock_id)
            if row is None or life is None:
                yield self._lone_clock(row, life)
                continue
            for column, computed in self._columns(life).items():
                yield from self._differing(_clock_name(row.kind, clock_id), column, getattr(row, column), computed)

    def _columns(self, life: ClockLife) -> dict[str, Any]:
        """As the row should stand: until the sweep has come by, its next look is the first card not yet written down."""
        columns = computed_columns(self._work, life)
        if waiting := self.pending.get(life.id):
            columns["next_check_at"] = min(card.fell_at for card in waiting)
        return columns

    def _lone_clock(self, row: ClockRow | None, life: ClockLife | None) -> Difference:
        if row is not None:
            return Difference(self._number, "extra", _clock_name(row.kind, row.id), recorded=_shown(row.due_on))
        assert life is not None
        due = _shown(life.due.due_on if life.due else None)
        return Difference(self._number, "missing", _clock_name(life.kind, life.id), computed=due)

    def of_cards(self) -> Iterator[Difference]:
        waiting = {id(card) for cards in self.pending.values() for card in cards}
        lacking, surplus = [card for card in self._lacking if id(card) not in waiting], list(self._surplus)
        for card in lacking:
            row = next((row for row in surplus if (row.clock_id, row.colour) == (card.clock, card.colour)), None)
            if row is None:
                yield Difference(
                    self._number, "missing", self._card_name(card.clock, card.colour), computed=_dates(card)
                )
            else:
                surplus.remove(row)
                yield from self._card_columns(row, card)
        for row in surplus:
            yield Difference(self._number, "extra", self._card_name(row.clock_id, row.colour), recorded=_dates(row))
        for row, card in self._pairs:
            yield from self._card_columns(row, card)

    def _card_columns(self, row: CardRow, card: FallenCard) -> Iterator[Difference]:
        name = self._card_name(row.clock_id, row.colour)
        desks = {Desk(desk.department, desk.region_code) for desk in row.fell_on}
        yield from self._differing(name, "due_on", row.due_on, card.due_on)
        yield from self._differing(name, "fell_at", row.fell_at, card.fell_at)
        yield from self._differing(name, "rule", RULE.get(row.rule, row.rule), RULE[card.rule])
        yield from self._differing(name, "rule_version", row.rule_version, card.settings.version)
        yield from self._differing(name, "desks", _desks(desks), _desks(set(card.desks)))
        yield from self._differing(name, "evidence", row.evidence, card.evidence)
        if row.withdrawn_for != "appeal":
            yield from self._differing(name, "withdrawn_at", row.withdrawn_at, card.withdrawn_at)

    def _differing(self, what: str, field: str, recorded: Any, computed: Any) -> Iterator[Difference]:
        if recorded != computed:
            yield Difference(self._number, "different", what, field, _shown(recorded), _shown(computed))

    def _card_name(self, clock_id: int | None, colour: str) -> str:
        row, life = self._clocks.get(clock_id or 0), self._log.clocks.get(clock_id or 0)
        kind = row.kind if row else life.kind if life else None
        return f"{_clock_name(kind, clock_id)}{CARD.get(colour, colour)}" if kind else CARD.get(colour, colour)


def _paired(
    fallen: Iterable[FallenCard], recorded: Iterable[CardRow]
) -> tuple[list[FallenCard], list[CardRow], list[tuple[CardRow, FallenCard]]]:
    """Cards without a row, rows without a card, and those that belong together by the key that never changes."""
    rows = defaultdict(list)
    for row in recorded:
        rows[(row.clock_id, row.colour, row.due_on, row.fell_at)].append(row)
    lacking, pairs = [], []
    for card in fallen:
        if found := rows[card.key]:
            pairs.append((found.pop(0), card))
        else:
            lacking.append(card)
    return lacking, [row for left in rows.values() for row in left], pairs


def _clock_name(kind: str, clock_id: int | None) -> str:
    return f"{CLOCK.get(kind, kind)}（表{clock_id}）"


def _dates(card: FallenCard | CardRow) -> str:
    return f"{card.due_on}到期，{_shown(card.fell_at)}亮牌"


def _desks(desks: set[Desk]) -> str:
    return "、".join(sorted(f"{desk.region_code} {desk.department}" for desk in desks))


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M:%S}"
    return "空" if value in (None, "", []) else str(value)
